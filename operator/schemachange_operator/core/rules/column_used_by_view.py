"""A column that a view reads: measured, ALTER TYPE and DROP COLUMN are refused."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.reading import mentions
from schemachange_operator.core.rules.rule import Rule

RULE = Rule(
    id="column-used-by-view",
    finds="a change of type, or DROP COLUMN, of a column that a view names",
    effect="the server refuses it as long as the view reads the column.",
    recipe="In one step: DROP VIEW, change the column, CREATE VIEW with its grants; or a new column beside the old one.",
    bad="ALTER TABLE customers ALTER COLUMN name TYPE varchar(50);",
    good="ALTER TABLE customers ALTER COLUMN email TYPE varchar(200);",
    also=("change-column-type",),
    fails=True,
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    facts = place.facts(place.table)
    for command in place.commands("AT_AlterColumnType", "AT_DropColumn") if facts else ():
        if command.get("behavior") == "DROP_CASCADE" or (place.table, command["name"]) in place.course.columns:
            continue
        for view in facts.read_by if facts else ():
            known = place.facts(view)
            if known and view not in place.course.dropped and mentions(known.definition, command["name"]):
                yield Hit(place.table, f"{view} reads {place.table} and names {command['name']}")
