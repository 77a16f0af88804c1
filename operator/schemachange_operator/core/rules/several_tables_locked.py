"""ACCESS EXCLUSIVE on several tables in one transaction: each is kept while the next is waited for."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.rule import Rule

RULE = Rule(
    id="several-tables-locked",
    finds="three or more tables in use under ACCESS EXCLUSIVE in one step",
    effect="the first stay locked while the next is waited for, and two transactions in another order are a deadlock.",
    recipe="One table for each step.",
    bad="ALTER TABLE orders ADD COLUMN a integer;\nALTER TABLE customers ADD COLUMN a integer;\n"
    "ALTER TABLE letters ADD COLUMN a integer;",
    good="ALTER TABLE orders ADD COLUMN a integer;\n-- next step\nALTER TABLE customers ADD COLUMN a integer;\n"
    "-- next step\nALTER TABLE letters ADD COLUMN a integer;",
    lock="AccessExclusive",
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    if place.made.lock != "AccessExclusive" or not place.in_use(place.table):
        return
    before = dict.fromkeys(name for name, _ in place.course.locked)
    # Said once, of the statement that makes it three.
    if len(before) == 2 and place.table not in before:
        yield Hit(place.table, f"{', '.join(before)} are locked already")
