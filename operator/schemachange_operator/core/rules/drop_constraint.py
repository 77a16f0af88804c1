"""DROP CONSTRAINT: rows that it refused are accepted from then on; a foreign key locks its other table, too."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.reading import check_expression, columns_not_null
from schemachange_operator.core.rules.rule import Rule

RULE = Rule(
    id="drop-constraint",
    finds="DROP CONSTRAINT",
    effect="rows that it refused are accepted from then on; the other table of a foreign key is locked as well (ACCESS EXCLUSIVE).",
    recipe="Put a constraint that says the same in its place before, or drop it in a change with compatibility Contract.",
    bad="ALTER TABLE orders DROP CONSTRAINT quantity_positive;",
    good="ALTER TABLE orders ADD CONSTRAINT quantity_small CHECK (quantity < 1000) NOT VALID;",
    lock="AccessExclusive",
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    for command in place.commands("AT_DropConstraint"):
        name = command["name"]
        if (place.table, name) not in place.course.constraints and not _said_otherwise(place, name):
            yield Hit(place.table, f"{name} is dropped")


def _said_otherwise(place: Place, name: str) -> bool:
    """Whether it says no more than that columns are not null, which the columns say themselves by now."""
    facts = place.facts(place.table)
    constraint = facts.constraints.get(name) if facts else None
    if facts is None or constraint is None or constraint.kind != "c":
        return False
    columns = columns_not_null(check_expression(constraint.definition))
    made = {command["name"] for command in place.commands("AT_SetNotNull")}
    made |= {column for table, column in place.course.not_null if table == place.table}
    made |= {column for column, one in facts.columns.items() if one.not_null}
    return bool(columns) and columns <= made
