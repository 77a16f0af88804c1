"""DROP CONSTRAINT of a key: measured, ON CONFLICT that relies on it fails."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.rule import Rule

RULE = Rule(
    id="drop-constraint",
    finds="DROP CONSTRAINT of a primary key, UNIQUE, EXCLUDE or foreign key",
    effect="rows that it refused are accepted from then on, and ON CONFLICT that relies on it fails.",
    recipe="Put a constraint that says the same in its place before, or drop it in a change with compatibility Contract.",
    bad="ALTER TABLE orders DROP CONSTRAINT orders_pkey CASCADE;",
    good="ALTER TABLE orders ADD CONSTRAINT quantity_small CHECK (quantity < 1000) NOT VALID;",
    also=("drop-cascade",),
    lock="AccessExclusive",
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    facts = place.facts(place.table)
    for command in place.commands("AT_DropConstraint"):
        name = command["name"]
        absent = command.get("missing_ok") and facts is not None and name not in facts.constraints
        if (place.table, name) not in place.course.constraints and not is_check(place, name) and not absent:
            yield Hit(place.table, f"{name} is dropped")


def is_check(place: Place, name: str) -> bool:
    """Whether it is known to be a CHECK, or a NOT NULL constraint: nothing but rows relies on it."""
    facts = place.facts(place.table)
    constraint = facts.constraints.get(name) if facts else None
    return constraint is not None and constraint.kind in {"c", "n"}
