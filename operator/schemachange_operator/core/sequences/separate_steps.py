"""Statements that should not share a transaction: the step divided, its statements and their order kept."""

from collections.abc import Iterator

from schemachange_operator.core.content import ContentStep
from schemachange_operator.core.rules.place import Place
from schemachange_operator.core.sequences.inverse import inverse
from schemachange_operator.core.sequences.offer import LONGEST, Offer, step
from schemachange_operator.core.sql.grammar import Parsed, parse
from schemachange_operator.core.sql.kinds import classify
from schemachange_operator.core.sql.statement import read_statements

MENDS = ("several-tables-locked", "validate-with-add", "enum-value-used", "set-not-null-drops-proof")


def offer(place: Place, whole: ContentStep) -> Offer | None:
    """See MENDS."""
    if not 1 < len(read_statements(whole.sql or "")) <= LONGEST:
        return None
    statements = parse(whole.sql or "")
    groups = list(_groups(place, statements))
    if len(groups) == 1:
        return None
    steps = tuple(step("part", *(one.text for one in group), undo=_undo(place, group)) for group in groups)
    return Offer(steps=steps, whole_step=True)


def _undo(place: Place, group: tuple[Parsed, ...]) -> tuple[str, ...] | str:
    return tuple(filter(None, (inverse(one, place) for one in reversed(group)))) or "what it does is in nobody's way"


def _groups(place: Place, statements: tuple[Parsed, ...]) -> Iterator[tuple[Parsed, ...]]:
    """A new step where another table is locked, before a validation, and after a new enum label."""
    group: list[Parsed] = []
    table = ""
    for one in statements:
        locked = _locked(place, one)
        apart = (locked and table and locked != table) or _validates(one) or (group and _after_label(group[-1]))
        if group and apart:
            yield tuple(group)
            group, table = [], ""
        group.append(one)
        table = table or locked
        if _validates(one):
            yield tuple(group)
            group, table = [], ""
    if group:
        yield tuple(group)


def _locked(place: Place, one: Parsed) -> str:
    made = classify(one.node, one.tree)
    if made.lock != "AccessExclusive":
        return ""
    old = [place.key(name) for name in made.relations if name not in made.creates and place.in_use(place.key(name))]
    return next(iter(old), "")


def _validates(one: Parsed) -> bool:
    commands = one.tree.get("cmds", []) if one.node == "alter_table_stmt" else []
    return any(item["alter_table_cmd"]["subtype"] == "AT_ValidateConstraint" for item in commands)


def _after_label(one: Parsed) -> bool:
    return one.node == "alter_enum_stmt"
