"""DISABLE and DROP TRIGGER: what it kept is not kept any more; ALL disables foreign keys."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.rule import Rule
from schemachange_operator.core.sql.grammar import strings

RULE = Rule(
    id="disable-trigger",
    finds="DISABLE TRIGGER, ENABLE TRIGGER, DROP TRIGGER",
    effect="writes wait for the lock, and what the trigger kept, foreign keys included, is not kept meanwhile.",
    recipe="Make the function do nothing where it should not, or drop it when no code relies on it any more.",
    bad="ALTER TABLE orders DISABLE TRIGGER orders_touch;",
    good="CREATE OR REPLACE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';",
    lock="ShareRowExclusive",
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    for command in place.commands():
        if command["subtype"].startswith(("AT_DisableTrig", "AT_EnableTrig", "AT_EnableAlwaysTrig", "AT_EnableReplicaTrig")):
            yield Hit(
                place.table, f"{command['subtype'].removeprefix('AT_')} {command.get('name', '')} on {place.table}".strip()
            )
    if place.node == "drop_stmt" and place.tree["remove_type"] in {"OBJECT_TRIGGER", "OBJECT_RULE"}:
        for item in place.tree["objects"]:
            parts = strings(item["list"]["items"])
            table = place.parts_key(parts[:-1])
            rule = place.tree["remove_type"] == "OBJECT_RULE"
            if place.in_use(table) and (rule or not place.absent(f"{table}.{parts[-1]}")):
                yield Hit(table, f"{parts[-1]} of {table} is dropped")
