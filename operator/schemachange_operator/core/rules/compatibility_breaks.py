"""Something that no version of the code survives, in a change that does not say so."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.promises import breaks
from schemachange_operator.core.rules.rule import Rule

RULE = Rule(
    id="compatibility-breaks",
    finds="a rename, or another type, in a change whose spec.compatibility says less than Breaking",
    effect="neither the code of before nor the code of after works on both sides of it.",
    recipe="Expand, move the code, contract; or say Breaking and stop the application meanwhile.",
    bad="ALTER TABLE orders RENAME COLUMN note TO remark;",
    good="ALTER TABLE orders ADD COLUMN remark text;",
    severity="Block",
    also=("rename-column",),
    compatibility="Contract",
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    if place.compatibility in {"Additive", "Expand", "Contract"}:
        yield from breaks(place)
