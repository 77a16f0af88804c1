"""ADD COLUMN with a VOLATILE default: measured, the table and all of its indexes are written anew (constants, now() are not)."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.reading import default_of, volatile_functions
from schemachange_operator.core.rules.rule import Rule

RULE = Rule(
    id="add-column-volatile-default",
    finds="a new column whose default is not the same for every row",
    effect="the table is written anew while reads and writes wait.",
    recipe="Add the column without default, set the default in a statement of its own, and fill the rows with a backfill.",
    bad="ALTER TABLE orders ADD COLUMN token uuid DEFAULT gen_random_uuid();",
    good="ALTER TABLE orders ADD COLUMN token uuid;\nALTER TABLE orders ALTER COLUMN token SET DEFAULT gen_random_uuid();",
    lock="AccessExclusive",
    rewrites=True,
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    for column in place.new_columns():
        default = default_of(column)
        called = volatile_functions(default, place.catalog.steady_functions) if default else ()
        if called and place.large(place.table):
            yield Hit(place.table, f"the default of {column['colname']} calls {', '.join(called)}")
