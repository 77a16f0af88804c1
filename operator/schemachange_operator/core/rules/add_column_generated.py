"""ADD COLUMN … STORED and SET EXPRESSION: measured, the table and all of its indexes are written anew (VIRTUAL is not)."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.reading import constraints
from schemachange_operator.core.rules.rule import Rule

RULE = Rule(
    id="add-column-generated",
    finds="a new stored generated column, or a new expression for one",
    effect="the table is written anew while reads and writes wait.",
    recipe="Add a plain column, keep it with a trigger, fill the rows with a backfill; or VIRTUAL from PostgreSQL 18 on.",
    bad="ALTER TABLE orders ADD COLUMN doubled integer GENERATED ALWAYS AS (quantity * 2) STORED;",
    good="ALTER TABLE orders ADD COLUMN doubled integer;",
    lock="AccessExclusive",
    rewrites=True,
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    if not place.large(place.table):
        return
    for column in place.new_columns():
        if any(
            one["contype"] == "CONSTR_GENERATED" and one.get("generated_kind", "s") == "s" for one in constraints(column)
        ):
            yield Hit(place.table, f"{column['colname']} is computed for every row")
    for command in place.commands("AT_SetExpression"):
        yield Hit(place.table, f"{command['name']} is computed for every row")
