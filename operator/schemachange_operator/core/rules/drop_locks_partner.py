"""DROP TABLE with foreign keys, DROP of a foreign key: measured, ACCESS EXCLUSIVE on the other table."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.rule import Rule
from schemachange_operator.core.sql.grammar import strings

RULE = Rule(
    id="drop-locks-partner",
    finds="a foreign key that goes, alone or with its table, and its other table in use",
    effect="reads and writes of the other table wait as well.",
    recipe="Drop the foreign key in a step of its own, with a short lock timeout, before the table.",
    bad="DROP TABLE invoices;",
    good="CREATE TABLE receipts (id bigint PRIMARY KEY);",
    also=("drop-table",),
    lock="AccessExclusive",
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    if place.node == "drop_stmt" and place.tree["remove_type"] == "OBJECT_TABLE":
        for item in place.tree["objects"]:
            table = place.parts_key(strings(item["list"]["items"]))
            yield from _partners(place, table, None)
    for command in place.commands("AT_DropConstraint"):
        yield from _partners(place, place.table, command["name"])


def _partners(place: Place, table: str, constraint: str | None) -> Iterator[Hit]:
    facts = place.facts(table)
    for name, one in facts.constraints.items() if facts else ():
        here = constraint in (None, name) and (table, name) not in place.course.dropped_constraints
        if here and one.refers_to and one.refers_to != table and place.large(one.refers_to):
            yield Hit(one.refers_to, f"{name} locks {one.refers_to}")
