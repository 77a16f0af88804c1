"""A change of type of a column that foreign keys refer to: measured, both tables locked and every key proved again."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.referring import referring_keys
from schemachange_operator.core.rules.rule import Rule

RULE = Rule(
    id="change-key-type",
    finds="a change of type of a column that another table's foreign key refers to",
    effect="the other table is locked as well (ACCESS EXCLUSIVE), and each of its rows is looked up again.",
    recipe="New columns on both sides, kept by triggers and filled by backfills, and a new foreign key between them, NOT VALID.",
    bad="ALTER TABLE orders ALTER COLUMN id TYPE numeric;",
    good="ALTER TABLE orders ADD COLUMN id_numeric numeric;",
    also=("change-column-type", "view-uses-column"),
    fails=True,
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    for command in place.commands("AT_AlterColumnType"):
        for table, name, columns in referring_keys(place, place.table):
            if command["name"] in columns:
                yield Hit(place.table, f"{name} of {table} refers to {command['name']}")
