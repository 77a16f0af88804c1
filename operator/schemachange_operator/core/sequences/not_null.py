"""SET NOT NULL: a CHECK that is proved beside the application, which then proves the column's NOT NULL."""

from schemachange_operator.core.content import ContentStep
from schemachange_operator.core.rules.place import Place
from schemachange_operator.core.sequences.names import chosen
from schemachange_operator.core.sequences.offer import PROVEN, Offer, step
from schemachange_operator.core.sequences.writing import alter, quoted

MENDS = ("set-not-null-scans",)


def offer(place: Place, _: ContentStep) -> Offer | None:
    """See MENDS."""
    (command,) = place.commands()
    return Offer(steps=required(place, command["name"])) if command["subtype"] == "AT_SetNotNull" else None


def required(place: Place, column: str) -> tuple[ContentStep, ...]:
    """The steps after which a column is NOT NULL."""
    table, name = alter(place), quoted(chosen(place, place.table, [column], "set"))
    add = f"{table} ADD CONSTRAINT {name} CHECK ({quoted(column)} IS NOT NULL) NOT VALID"
    drop = f"{table} DROP CONSTRAINT {name}"
    return (
        step("check", add, undo=(drop,)),
        step("validate", f"{table} VALIDATE CONSTRAINT {name}", undo=PROVEN),
        step(
            "require",
            f"{table} ALTER COLUMN {quoted(column)} SET NOT NULL",
            drop,
            undo=(f"{table} ALTER COLUMN {quoted(column)} DROP NOT NULL", add),
        ),
    )
