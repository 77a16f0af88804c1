"""Literals in an offer: hidden where others than the author read it, under a mark that no server accepts."""

from collections.abc import Iterator, Sequence

from schemachange_operator.core.content import ContentStep
from schemachange_operator.core.sequences.offer import UNKNOWN_UNDO
from schemachange_operator.core.sql.grammar import GrammarError, Token, parse, tokens
from schemachange_operator.core.sql.redaction import redact

MARK = "<literal>"
"""Stands where a literal stood: pasted as it is, it does not parse, so that nothing else is run than was meant."""


def hidden(step: ContentStep) -> ContentStep:
    """The step with MARK for every literal, also in functions' bodies and in the backfill."""
    backfill = step.backfill
    if backfill:
        values = {column: _hide(value) for column, value in backfill.set.items()}
        where = _hide(backfill.where) if backfill.where else None
        backfill = backfill.model_copy(update={"set": values, "where": where})
    undo = step.undo.model_copy(update={"sql": _script(step.undo.sql)}) if step.undo.sql else step.undo
    return step.model_copy(update={"sql": _script(step.sql) if step.sql else None, "backfill": backfill, "undo": undo})


def _script(text: str) -> str:
    """Statement by statement: a function's body is told from a literal by how its statement begins."""
    shown = [f"{_hide(statement.text)};" for statement in parse(text)]
    return "\n".join([*shown, UNKNOWN_UNDO] if UNKNOWN_UNDO in text else shown)


def _hide(text: str) -> str:
    try:
        found = tokens(text)
    except GrammarError:
        return MARK
    return redact(text, MARK, frozenset(_names(found)))


def _names(found: Sequence[Token]) -> Iterator[int]:
    """Where the arguments begin of functions that are given names."""
    naming = False
    for token in found:
        if token.text in _NAMING:
            naming = True
        elif token.text == ")":
            naming = False
        elif naming:
            yield token.start


_NAMING = frozenset({"nextval", "pg_get_serial_sequence"})
"""Functions whose argument is a name, not data."""
