"""ADD PRIMARY KEY: measured, an index build and a scan under ACCESS EXCLUSIVE, the scan with USING INDEX too where a column is nullable."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.reading import mentions
from schemachange_operator.core.rules.rule import Rule

RULE = Rule(
    id="add-primary-key",
    finds="ADD PRIMARY KEY without USING INDEX, or over a column that may be NULL",
    effect="the table is read, and an index built, while reads and writes wait.",
    recipe="CREATE UNIQUE INDEX CONCURRENTLY; make the columns NOT NULL behind a valid CHECK; ADD PRIMARY KEY USING INDEX.",
    bad="ALTER TABLE letters ADD PRIMARY KEY (number);",
    good="CREATE UNIQUE INDEX CONCURRENTLY letters_key ON letters (number);\n-- next step\n"
    "ALTER TABLE letters ADD CONSTRAINT letters_number CHECK (number IS NOT NULL) NOT VALID;\n-- next step\n"
    "ALTER TABLE letters VALIDATE CONSTRAINT letters_number;\n-- next step\n"
    "ALTER TABLE letters ALTER COLUMN number SET NOT NULL;\n"
    "ALTER TABLE letters ADD CONSTRAINT letters_key PRIMARY KEY USING INDEX letters_key;",
    lock="AccessExclusive",
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    for constraint in place.new_constraints("PRIMARY"):
        if not place.large(place.table) or place.parent_alone:
            return
        if "indexname" not in constraint:
            yield Hit(place.table, f"the primary key of {place.table} is built at once")
            continue
        schema = place.table.rpartition(".")[0]
        _, index = place.index(f"{schema}.{constraint['indexname']}")
        facts = place.facts(place.table)
        if index is None or facts is None:
            continue
        named = [name for name in facts.columns if mentions(index.definition.partition(" USING ")[2], name)]
        loose = [name for name in named if not place.proves_not_null(place.table, name)]
        if loose:
            yield Hit(place.table, f"{', '.join(loose)} may be NULL, so that the table is read")
