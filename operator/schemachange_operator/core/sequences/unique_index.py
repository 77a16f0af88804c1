"""ADD UNIQUE and ADD PRIMARY KEY: the index is built beside the application, the constraint then takes it over."""

from schemachange_operator.core.content import ContentStep
from schemachange_operator.core.rules.place import Place
from schemachange_operator.core.sequences.constraint_not_valid import default_name
from schemachange_operator.core.sequences.not_null import required
from schemachange_operator.core.sequences.offer import Offer, step
from schemachange_operator.core.sequences.writing import alter, named_like, quoted
from schemachange_operator.core.sql.grammar import Tree, deparse, strings

MENDS = ("add-unique-builds-index", "add-primary-key")


def offer(place: Place, _: ContentStep) -> Offer | None:
    """See MENDS. Partitioned tables have no USING INDEX."""
    (command,) = place.commands()
    tree = command.get("def", {}).get("constraint", {})
    if place.partitioned(place.table) or not tree:
        return None
    return Offer(steps=built_before(place, tree))


def built_before(place: Place, tree: Tree, not_null: frozenset[str] = frozenset()) -> tuple[ContentStep, ...]:
    """The steps that build a constraint's index, make a key's columns NOT NULL (if not yet so), and add the constraint."""
    name = tree.get("conname") or tree.get("indexname") or default_name(place, tree)
    keys = strings(tree.get("keys", [])) or _indexed(place, tree)
    steps: tuple[ContentStep, ...] = ()
    if "indexname" not in tree:
        steps += (index_for({**place.tree["relation"], "inh": True}, tree, name),)
    if tree["contype"] == "CONSTR_PRIMARY":
        for key in keys:
            if key not in not_null and not place.proves_not_null(place.table, key):
                steps += required(place, key)
    kind = "PRIMARY KEY" if tree["contype"] == "CONSTR_PRIMARY" else "UNIQUE"
    add = f"{alter(place)} ADD CONSTRAINT {quoted(name)} {kind} USING INDEX {quoted(tree.get('indexname', name))}"
    more = (" DEFERRABLE" if tree.get("deferrable") else "") + (" INITIALLY DEFERRED" if tree.get("initdeferred") else "")
    back = f"{alter(place)} DROP CONSTRAINT {quoted(name)}"
    # DROP CONSTRAINT takes the index with it: one that was there before is built again.
    _, before = place.index(f"{place.table.rpartition('.')[0]}.{tree.get('indexname', '')}")
    return (*steps, step("adopt", add + more, undo=(back, before.definition) if before else (back,)))


def _indexed(place: Place, tree: Tree) -> tuple[str, ...]:
    _, index = place.index(f"{place.table.rpartition('.')[0]}.{tree.get('indexname', '')}")
    inside = index.definition.partition(" USING ")[2].partition("(")[2].partition(")")[0] if index else ""
    return tuple(name.strip().strip('"') for name in inside.split(",") if name.strip())


def index_for(relation: Tree, tree: Tree, name: str) -> ContentStep:
    """The step that builds a constraint's index on a table."""
    index: Tree = {
        "idxname": name,
        "relation": relation,
        "access_method": "btree",
        "index_params": [_element(key) for key in strings(tree["keys"])],
        "unique": True,
        "concurrent": True,
    }
    if "including" in tree:
        index["index_including_params"] = [_element(key) for key in strings(tree["including"])]
    if "options" in tree:
        index["options"] = tree["options"]
    if "indexspace" in tree:
        index["table_space"] = tree["indexspace"]
    if tree.get("nulls_not_distinct"):
        index["nulls_not_distinct"] = True
    drop = f"DROP INDEX CONCURRENTLY IF EXISTS {named_like(relation, name)}"
    return step("index", deparse("index_stmt", index), undo=(drop,))


def _element(key: str) -> Tree:
    return {"index_elem": {"name": key, "ordering": "SORTBY_DEFAULT", "nulls_ordering": "SORTBY_NULLS_DEFAULT"}}
