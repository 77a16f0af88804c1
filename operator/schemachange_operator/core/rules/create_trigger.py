"""CREATE TRIGGER: measured, SHARE ROW EXCLUSIVE, and every write runs it from then on; a rule takes ACCESS EXCLUSIVE."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.rule import Rule

RULE = Rule(
    id="create-trigger",
    finds="CREATE TRIGGER or CREATE RULE on a table in use",
    effect="writes wait for the lock, and every write runs it from then on.",
    recipe="Measure what it costs a write; keep it to a WHEN and to the columns that matter; a step of its own.",
    bad="CREATE TRIGGER letters_touch BEFORE UPDATE ON letters FOR EACH ROW EXECUTE FUNCTION touch();",
    good="CREATE OR REPLACE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';",
    lock="ShareRowExclusive",
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    if place.node == "create_trig_stmt" and place.in_use(place.table):
        yield Hit(place.table, f"{place.tree['trigname']} holds SHARE ROW EXCLUSIVE on {place.table}")
    if place.node == "rule_stmt" and place.in_use(place.table):
        yield Hit(place.table, f"the rule {place.tree['rulename']} holds ACCESS EXCLUSIVE on {place.table}")
