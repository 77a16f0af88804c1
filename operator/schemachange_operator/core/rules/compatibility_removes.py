"""Something goes in a change that says that nothing does."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.promises import removes
from schemachange_operator.core.rules.rule import Rule

RULE = Rule(
    id="compatibility-removes",
    finds="something dropped or emptied in a change whose spec.compatibility says Additive or Expand",
    effect="the running application may use it still, and the change says that it goes on working.",
    recipe="Drop it in a change that says Contract, after the code that does without it is deployed.",
    bad="ALTER TABLE orders DROP COLUMN note;",
    good="ALTER TABLE orders ADD COLUMN remark text;",
    severity="Block",
    also=("drop-column",),
    compatibility="Expand",
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    if place.compatibility in {"Additive", "Expand"}:
        yield from removes(place)
