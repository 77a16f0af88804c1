"""A foreign key of a partitioned table before PostgreSQL 18, which refuses NOT VALID there: partition by partition first."""

from schemachange_operator.core.content import ContentStep
from schemachange_operator.core.rules.partitions import leaves_of
from schemachange_operator.core.rules.place import Place
from schemachange_operator.core.sequences.constraint_not_valid import default_name
from schemachange_operator.core.sequences.offer import PROVEN, Offer, step
from schemachange_operator.core.sequences.writing import alter, constraint, dotted, quoted

MENDS = ("add-foreign-key-scans", "foreign-key-not-valid-partitioned")


def offer(place: Place, _: ContentStep) -> Offer | None:
    """See MENDS."""
    (command,) = place.commands()
    tree = command.get("def", {}).get("constraint", {})
    if not place.partitioned(place.table) or place.catalog.major >= 18 or not tree:
        return None
    name = tree.get("conname") or default_name(place, tree)
    plain = {key: value for key, value in tree.items() if key not in {"initially_valid", "skip_validation"}}
    unproved = constraint({**plain, "conname": name, "skip_validation": True})
    steps: list[ContentStep] = []
    for leaf in leaves_of(place.catalog, place.table):
        table = f"ALTER TABLE {dotted(leaf)}"
        steps.append(step("add", f"{table} ADD {unproved}", undo=(f"{table} DROP CONSTRAINT IF EXISTS {quoted(name)}",)))
        steps.append(step("validate", f"{table} VALIDATE CONSTRAINT {quoted(name)}", undo=PROVEN))
    whole = constraint({**plain, "conname": name, "initially_valid": True})
    # It finds the partitions' keys proven and reads nothing.
    steps.append(step("adopt", f"{alter(place)} ADD {whole}", undo=(f"{alter(place)} DROP CONSTRAINT {quoted(name)}",)))
    return Offer(steps=tuple(steps))
