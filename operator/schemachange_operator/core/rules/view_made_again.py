"""DROP VIEW and CREATE VIEW: measured, its grants and options are not those of the old one."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.rule import Rule
from schemachange_operator.core.sql.grammar import strings

RULE = Rule(
    id="view-made-again",
    finds="a view that is dropped and made again in one step, without its grants",
    effect="the roles that may read the old one may not read the new one.",
    recipe="CREATE OR REPLACE VIEW, which keeps them; or GRANT them again in the same step.",
    bad="DROP VIEW customer_names;\nCREATE VIEW customer_names AS SELECT id FROM customers;",
    good="DROP VIEW customer_names;\nCREATE VIEW customer_names AS SELECT id FROM customers;\n"
    "GRANT SELECT ON customer_names TO PUBLIC;",
)
_KINDS = frozenset({"OBJECT_VIEW", "OBJECT_MATVIEW"})


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    if place.node != "drop_stmt" or place.tree["remove_type"] not in _KINDS:
        return
    granted = place.course.granted_in_step
    for item in place.tree["objects"]:
        view = place.parts_key(strings(item["list"]["items"]))
        facts = place.facts(view)
        again = view in place.course.made_in_step and not {view, f"{view.rpartition('.')[0]}.*"} & granted
        if facts and facts.granted and again:
            names = ", ".join(role or "PUBLIC" for role in facts.granted)
            yield Hit(view, f"{names} had rights on {view}")
