"""An offer: the steps that a recipe puts in a statement's place."""

from schemachange_operator.api.base import Model
from schemachange_operator.api.migration import Backfill
from schemachange_operator.core.content import ContentStep, Undo

UNKNOWN_UNDO = "-- say here how this is undone: it could not be read off the statement"
"""A rollback that nothing is known of. A plan refuses it, so that it cannot be pasted and forgotten."""

LONGEST = 200
"""Steps, or statements divided among steps, of a sequence that is worth reading."""


class Offer(Model):
    """Steps in place of one statement, or of all statements of its step."""

    steps: tuple[ContentStep, ...]
    asks: tuple[str, ...] = ()
    """What they ask for beside, in sentences."""
    leaves: tuple[str, ...] = ()
    """Names (schema.name or schema.name.part) of what stays behind that the statement alone would not have left."""
    whole_step: bool = False
    """Whether they stand in place of all statements of the step."""


class Offered(Model):
    """An offer, and what it is for."""

    rule: str
    also: tuple[str, ...] = ()
    """Other rules that it satisfies."""
    step: str
    statement: int
    offer: Offer


def step(name: str, *statements: str, undo: tuple[str, ...] | str) -> ContentStep:
    """A step of SQL; `undo` is the SQL that undoes it, or a sentence why nothing has to be."""
    return ContentStep(name=name, sql=_script(statements), undo=_undo(undo))


def fill(name: str, backfill: Backfill) -> ContentStep:
    """A step that fills rows."""
    return ContentStep(name=name, backfill=backfill, undo=Undo(not_needed="the column goes with the step that adds it"))


def _undo(undo: tuple[str, ...] | str) -> Undo:
    return Undo(not_needed=undo) if isinstance(undo, str) else Undo(sql=_script(undo))


def _script(statements: tuple[str, ...]) -> str:
    return "\n".join(one if one == UNKNOWN_UNDO else f"{one.rstrip(';')};" for one in statements)


PROVEN = "a proven constraint is the same constraint"
"""Why VALIDATE CONSTRAINT is not undone."""
