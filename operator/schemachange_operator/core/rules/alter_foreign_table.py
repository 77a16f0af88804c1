"""ALTER FOREIGN TABLE: what it says is believed, never checked against the other server."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.rule import Rule

RULE = Rule(
    id="alter-foreign-table",
    finds="ALTER FOREIGN TABLE that changes columns or constraints",
    effect="the other server's table stays as it is: queries fail or answer wrongly where the two no longer match.",
    recipe="Change the table on the other server first, then the foreign table, in a form that fits both meanwhile.",
    bad="ALTER FOREIGN TABLE far_stock ADD COLUMN place text;",
    good="ALTER FOREIGN TABLE far_stock ALTER COLUMN amount SET STATISTICS 500;",
    lock="AccessExclusive",
)
_HARMLESS = frozenset({"AT_SetStatistics", "AT_SetOptions", "AT_ResetOptions", "AT_ChangeOwner"})


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    if place.node != "alter_table_stmt" or not place.in_use(place.table):
        return
    facts = place.facts(place.table)
    if place.tree["objtype"] == "OBJECT_FOREIGN_TABLE" or (facts is not None and facts.kind == "f"):
        for item in place.tree["cmds"]:
            if item["alter_table_cmd"]["subtype"] not in _HARMLESS:
                yield Hit(place.table, f"the foreign table {place.table} is changed here alone")
                return
