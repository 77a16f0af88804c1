"""DROP TABLE with foreign keys: each key in a step of its own, then the table, so that no step locks more than two tables."""

from schemachange_operator.core.content import ContentStep
from schemachange_operator.core.rules.place import Place
from schemachange_operator.core.sequences.offer import Offer, step
from schemachange_operator.core.sequences.writing import dotted, quoted
from schemachange_operator.core.sql.grammar import deparse, strings

MENDS = ("drop-locks-partner",)


def offer(place: Place, _: ContentStep) -> Offer | None:
    """See MENDS."""
    if place.node != "drop_stmt":
        return None
    steps: list[ContentStep] = []
    for item in place.tree["objects"]:
        table = place.parts_key(strings(item["list"]["items"]))
        facts = place.facts(table)
        for name, one in facts.constraints.items() if facts else ():
            if one.refers_to and one.refers_to != table:
                back = f"ALTER TABLE {dotted(table)} ADD CONSTRAINT {quoted(name)} {one.definition}"
                steps.append(
                    step(
                        "drop-key",
                        f"ALTER TABLE {dotted(table)} DROP CONSTRAINT {quoted(name)}",
                        undo=(back,),
                    )
                )
        steps.append(_drop(place, item))
    return Offer(steps=tuple(steps))


def _drop(place: Place, item: dict[str, object]) -> ContentStep:
    dropped = step("drop-table", deparse(place.node, {**place.tree, "objects": [item]}), undo="see irreversible")
    reason = "the rows are gone; they are in the backup that is taken before this step"
    return dropped.model_copy(update={"undo": dropped.undo.model_copy(update={"not_needed": None, "irreversible": reason})})
