"""CREATE OR REPLACE VIEW with other columns: measured, the server refuses it."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.reading import name_of
from schemachange_operator.core.rules.rule import Rule
from schemachange_operator.core.sql.grammar import Tree, strings

RULE = Rule(
    id="replace-view-columns",
    finds="CREATE OR REPLACE VIEW that leaves out or renames columns of the view",
    effect="the server refuses it: it only takes further columns, at the end.",
    recipe="Keep the columns and add new ones at the end; or drop the view and make it again, with its grants.",
    bad="CREATE OR REPLACE VIEW customer_names AS SELECT name FROM customers;",
    good="CREATE OR REPLACE VIEW customer_names AS SELECT id, name, region FROM customers;",
    fails=True,
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    if place.node != "view_stmt" or not place.tree.get("replace"):
        return
    view = place.range_key(place.tree["view"])
    facts = None if view in place.course.dropped else place.facts(view)
    names = _names(place.tree)
    if facts is None or facts.kind != "v" or names is None:
        return
    old = list(facts.columns)
    if set(names[: len(old)]) != set(old):
        yield Hit(view, f"{view} has the columns {', '.join(old)}")


def _names(tree: Tree) -> list[str] | None:
    """Names of the columns that the query answers; None where it does not say all of them."""
    if "aliases" in tree:
        return list(strings(tree["aliases"]))
    query = tree["query"].get("select_stmt", {})
    if "target_list" not in query:
        return None
    names = [_name(item["res_target"]) for item in query["target_list"]]
    return None if None in names else [name for name in names if name]


def _name(target: Tree) -> str | None:
    if "name" in target:
        return str(target["name"])
    fields = target.get("val", {}).get("column_ref", {}).get("fields", [])
    return name_of(fields[-1:]) or None
