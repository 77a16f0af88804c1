"""DROP CONSTRAINT of a CHECK: measured, everything that the application sends works on."""

from collections.abc import Iterator

from schemachange_operator.core.rules.drop_constraint import is_check
from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.reading import check_expression, columns_not_null
from schemachange_operator.core.rules.rule import Rule

RULE = Rule(
    id="drop-check",
    finds="DROP CONSTRAINT of a CHECK",
    effect="rows that it refused are accepted from then on.",
    recipe="Put a constraint that says the same in its place before, or see that the code checks what it did.",
    bad="ALTER TABLE orders DROP CONSTRAINT quantity_positive;",
    good="ALTER TABLE orders ADD CONSTRAINT quantity_small CHECK (quantity < 1000) NOT VALID;",
    lock="AccessExclusive",
    severity="Note",
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    for command in place.commands("AT_DropConstraint"):
        name = command["name"]
        fresh = (place.table, name) in place.course.constraints
        if not fresh and is_check(place, name) and not _said_otherwise(place, name):
            yield Hit(place.table, f"{name} is dropped")


def _said_otherwise(place: Place, name: str) -> bool:
    """Whether it says no more than that columns are not null, which the columns say themselves by now."""
    facts = place.facts(place.table)
    constraint = facts.constraints.get(name) if facts else None
    if facts is None or constraint is None:
        return False
    columns = columns_not_null(check_expression(constraint.definition))
    made = {command["name"] for command in place.commands("AT_SetNotNull")}
    made |= {column for table, column in place.course.not_null if table == place.table}
    made |= {column for column, one in facts.columns.items() if one.not_null}
    return bool(columns) and columns <= made
