"""Sequences that defaults and queries use."""

import re
from collections.abc import Iterator

from schemachange_operator.core.effects.found import Found
from schemachange_operator.core.effects.ground import Ground
from schemachange_operator.core.sql.grammar import Tree, strings, walk
from schemachange_operator.core.sql.name import read_name

DRAWS = frozenset({"nextval", "setval"})
_DRAWN = re.compile(r"nextval\('((?:[^']|'')+)'::regclass\)")


def lock_sequences_used(ground: Ground, found: Found, expression: object) -> None:
    """An expression that is evaluated and calls nextval or setval of named sequences."""
    for sequence in _named(ground, expression):
        found.lock(sequence, "RowExclusive")


def lock_sequences_named(ground: Ground, found: Found, default: object) -> None:
    """A default that is stored: PostgreSQL 18 and later lock what it depends on against being dropped."""
    if ground.major >= 18:
        drawn = sequences_in(ground, default) if isinstance(default, str) else _named(ground, default)
        for sequence in drawn:
            found.lock(sequence, "AccessShare")


def sequences_in(ground: Ground, default: str) -> list[str]:
    """The sequences in a default, as the server writes it."""
    return [_key(ground, name.replace("''", "'")) for name in _DRAWN.findall(default)]


def _named(ground: Ground, expression: object) -> Iterator[str]:
    for call in _draws(expression):
        name = _constant(call)
        if name is not None:
            yield _key(ground, name)


def _constant(call: Tree) -> str | None:
    """The sequence that a call names; None where it is only known when it runs."""
    argument: Tree = next(iter(call.get("args", [])), {})
    constant: Tree = argument.get("type_cast", {}).get("arg", argument).get("a_const", {})
    return str(constant["sval"].get("sval", "")) if "sval" in constant else None


def _draws(expression: object) -> Iterator[Tree]:
    for node in walk(expression):
        call = node.get("func_call")
        if isinstance(call, dict) and strings(call.get("funcname", []))[-1:] and strings(call["funcname"])[-1] in DRAWS:
            yield call


def unnamed_draws(expression: object) -> bool:
    """Whether nextval or setval is called with something that is only known when it runs."""
    return any(_constant(call) is None for call in _draws(expression))


def _key(ground: Ground, text: str) -> str:
    try:
        return ground.key(read_name(text))
    except ValueError:
        return text
