"""An ALTER TABLE of several actions: each that a rule finds is put into steps of its own, the rest keeps its order."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from schemachange_operator.core.content import ContentStep
from schemachange_operator.core.rules import known_rules
from schemachange_operator.core.rules.place import Place
from schemachange_operator.core.sequences import recipes
from schemachange_operator.core.sequences.advancing import advance
from schemachange_operator.core.sequences.inverse import inverse
from schemachange_operator.core.sequences.offer import PROVEN, Offer, step
from schemachange_operator.core.sequences.writing import actions
from schemachange_operator.core.sql.grammar import Parsed, Tree

_FIRST = ("AT_DropColumn", "AT_DropConstraint", "AT_AlterColumnType", "AT_AddColumn")
"""The order in which the server carries out the actions of one statement; all others come after these."""
_TOGETHER = frozenset({"set-not-null-drops-proof", "validate-with-add"})
"""Rules about two actions that should not be in one statement."""


class Mended(NamedTuple):
    """An offer and the rules that it is for."""

    offer: Offer
    rules: tuple[str, ...]


class _Piece(NamedTuple):
    command: Tree
    offer: Offer | None
    rules: tuple[str, ...]


def mend(place: Place, whole: ContentStep, found: frozenset[str]) -> Mended | None:
    """The offer for an ALTER TABLE in which these rules found something; None where no recipe applies."""
    commands = [item["alter_table_cmd"] for item in place.tree["cmds"]]
    apart = found & _TOGETHER
    if "set-not-null-drops-proof" in apart:
        commands.sort(key=lambda one: one["subtype"] == "AT_DropConstraint")
    elif len(commands) > 1:
        commands.sort(key=_turn)
    here = replace(place, course=place.course.copied())
    pieces = [_piece(here, whole, command) for command in commands]
    rules = tuple(dict.fromkeys((*(rule for piece in pieces for rule in piece.rules), *sorted(apart))))
    if not rules or (apart and len(commands) == 1):
        return None
    steps = tuple(_steps(place, pieces, bool(apart)))
    return Mended(
        Offer(
            steps=steps,
            asks=tuple(dict.fromkeys(ask for piece in pieces if piece.offer for ask in piece.offer.asks)),
            leaves=tuple(name for piece in pieces if piece.offer for name in piece.offer.leaves),
        ),
        rules,
    )


def _turn(command: Tree) -> int:
    return _FIRST.index(command["subtype"]) if command["subtype"] in _FIRST else len(_FIRST)


def _piece(place: Place, whole: ContentStep, command: Tree) -> _Piece:
    """One action, as if it stood alone."""
    alone = replace(place, tree={**place.tree, "cmds": [{"alter_table_cmd": command}]})
    found = frozenset(known.rule.id for known in known_rules() if any(True for _ in known.check(alone)))
    for recipe in recipes():
        rules = tuple(rule for rule in recipe.mends if rule in found)
        offer = recipe.offer(alone, whole) if rules else None
        if offer and not offer.whole_step:
            advance(place, offer.steps)
            return _Piece(command, offer, rules)
    return _Piece(command, None, ())


def _steps(place: Place, pieces: Sequence[_Piece], apart: bool) -> Iterator[ContentStep]:
    kept: list[Tree] = []
    for piece in pieces:
        alone = piece.offer is not None or (
            apart and piece.command["subtype"] in {"AT_ValidateConstraint", "AT_DropConstraint"}
        )
        if alone and kept:
            yield _rest(place, kept)
            kept = []
        if piece.offer:
            yield from piece.offer.steps
        elif alone:
            yield _rest(place, [piece.command])
        else:
            kept.append(piece.command)
    if kept:
        yield _rest(place, kept)


def _rest(place: Place, commands: list[Tree]) -> ContentStep:
    text = actions(place, commands)
    tree = {**place.tree, "cmds": [{"alter_table_cmd": command} for command in commands]}
    undo = inverse(Parsed(place.node, tree, text, place.line), place)
    return step("alter", text, undo=(undo,) if undo else PROVEN)
