"""Plain SQL as steps: a migration tool's file has none, but what commits together in it is one.

A file is one transaction, as most tools run it, unless it says otherwise: by BEGIN and COMMIT of its own, or by a statement
that cannot be in a transaction. Then each statement outside BEGIN … COMMIT commits by itself.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from schemachange_operator.core.finding import Finding
from schemachange_operator.core.sources import ONLY_STEP
from schemachange_operator.core.sql import grammar
from schemachange_operator.core.sql.grammar import Parsed
from schemachange_operator.core.sql.kinds import classified

NOT_IN_TRANSACTION = "not-in-transaction"
TRANSACTION_BORDERS = "transaction-borders"
ACCEPTED = frozenset(
    {
        "lock_timeout",
        "statement_timeout",
        "transaction_timeout",
        "idle_in_transaction_session_timeout",
        "standard_conforming_strings",
    }
)
"""Settings that a file may make for itself; under the operator the policy's are in force."""
_BEGINS = frozenset({"TRANS_STMT_BEGIN", "TRANS_STMT_START"})


@dataclass(frozen=True)
class PlainStep:
    """What commits together."""

    name: str
    sql: str
    line: int = 1
    """The line of the file that it begins on."""
    begin: int = 0
    """Characters before it on that line."""


@dataclass(frozen=True)
class PlainSql:
    """A file's steps, and what is remarkable about its transactions."""

    steps: tuple[PlainStep, ...]
    findings: tuple[Finding, ...] = ()


@dataclass
class _Group:
    statements: list[Parsed] = field(default_factory=list)
    block: bool = False
    """Whether it stands between BEGIN and COMMIT."""


def read_plain(text: str) -> PlainSql:
    """The steps of a text; text that does not parse is one step, and whoever reads its statements says why."""
    try:
        parsed = grammar.parse(text)
    except grammar.GrammarError:
        return PlainSql((PlainStep(ONLY_STEP, text),))
    kept = [one for one in parsed if not _is_setting(one)]
    dropped = [one for one in parsed if _is_setting(one) or _control(one)]
    if all(_transactional(one) and not _control(one) for one in kept):
        return PlainSql((PlainStep(ONLY_STEP, _blanked(text, 0, dropped)),))
    groups, borders = _grouped(kept)
    groups = [part for group in groups for part in _apart(group)]
    if not groups:
        return PlainSql((PlainStep(ONLY_STEP, ""),), tuple(borders))
    names = [ONLY_STEP] if len(groups) == 1 else [f"step-{number}" for number in range(1, len(groups) + 1)]
    steps = dict(zip(names, groups, strict=True))
    made = tuple(_step(name, text, group, dropped) for name, group in steps.items())
    return PlainSql(made, (*borders, *_not_in_transaction(steps, company=len(kept) > 1)))


def rollback_parts(text: str) -> list[str]:
    """SQL of a rollback; neighbours that can be in a transaction together are."""
    found: list[str] = []
    last = False
    for one in read_plain(text).steps:
        transactional = _all_transactional(one.sql)
        if found and last and transactional:
            found[-1] = f"{found[-1]};\n{one.sql}"
        else:
            found.append(one.sql)
        last = transactional
    return found


def _all_transactional(sql: str) -> bool:
    try:
        return all(_transactional(one) for one in grammar.parse(sql))
    except grammar.GrammarError:
        return False


def _is_setting(one: Parsed) -> bool:
    return one.node == "variable_set_stmt" and one.tree.get("name", "").lower() in ACCEPTED


def _control(one: Parsed) -> str:
    """BEGIN, COMMIT; ROLLBACK and savepoints stay statements, which a step may not hold."""
    kind = one.tree.get("kind", "") if one.node == "transaction_stmt" else ""
    return "BEGIN" if kind in _BEGINS else "COMMIT" if kind == "TRANS_STMT_COMMIT" else ""


def _transactional(one: Parsed) -> bool:
    return bool(_control(one)) or classified(one).transactional


def _grouped(statements: Iterable[Parsed]) -> tuple[list[_Group], list[Finding]]:
    """Statements by what commits together, and what is wrong about BEGIN and COMMIT."""
    groups: list[_Group] = []
    found: list[Finding] = []
    opened: Parsed | None = None
    for one in statements:
        control = _control(one)
        if control == "BEGIN":
            if opened:
                found.append(_border(one, "BEGIN stands inside a transaction, where it does nothing.", "Leave it out."))
            else:
                groups.append(_Group(block=True))
            opened = opened or one
        elif control == "COMMIT":
            if not opened:
                found.append(_border(one, "COMMIT has no BEGIN: it ends a transaction of the tool's.", "Give it its BEGIN."))
            opened = None
        elif opened:
            groups[-1].statements.append(one)
        else:
            groups.append(_Group([one]))
    if opened:
        found.append(_border(opened, "BEGIN has no COMMIT: nothing after it is kept.", "End the transaction with COMMIT."))
    return [group for group in groups if group.statements], found


def _border(one: Parsed, message: str, recipe: str) -> Finding:
    return Finding(rule=TRANSACTION_BORDERS, severity="Warn", step="", line=one.line, message=message, recipe=recipe)


def _apart(group: _Group) -> Iterator[_Group]:
    """A statement that cannot be in a transaction stands alone, wherever it was written."""
    rest: list[Parsed] = []
    for one in group.statements:
        if _transactional(one):
            rest.append(one)
            continue
        if rest:
            yield _Group(rest, group.block)
        yield _Group([one], group.block)
        rest = []
    if rest:
        yield _Group(rest, group.block)


def _step(name: str, text: str, group: _Group, dropped: Iterable[Parsed]) -> PlainStep:
    first, last = group.statements[0], group.statements[-1]
    begin, end = first.start, last.start + len(last.text)
    inside = [one for one in dropped if begin <= one.start < end] if last is not first else []
    return PlainStep(name, _blanked(text[begin:end], begin, inside), first.line, begin - (text.rfind("\n", 0, begin) + 1))


def _blanked(text: str, offset: int, dropped: Iterable[Parsed]) -> str:
    """The text without some of its statements, every other character where it was."""
    pieces, last = [], 0
    for one in dropped:
        at = one.start - offset
        pieces += [text[last:at], "".join(sign if sign == "\n" else " " for sign in one.text)]
        last = at + len(one.text)
    return "".join((*pieces, text[last:]))


def _not_in_transaction(steps: Mapping[str, _Group], *, company: bool) -> Iterator[Finding]:
    for name, group in steps.items():
        one = group.statements[0]
        if _transactional(one) or not (group.block or company):
            continue
        kind = classified(one).kind
        yield _refused(name, kind) if group.block else _told(name, kind)


def _refused(step: str, kind: str) -> Finding:
    return Finding(
        rule=NOT_IN_TRANSACTION,
        severity="Block",
        step=step,
        statement=1,
        line=1,
        message=f"{kind} stands between BEGIN and COMMIT, where the server refuses it.",
        recipe="Put it after the COMMIT.",
    )


def _told(step: str, kind: str) -> Finding:
    """No hazard of the statement's own: it is what the safe way looks like."""
    return Finding(
        rule=NOT_IN_TRANSACTION,
        severity="Warn",
        style=True,
        step=step,
        statement=1,
        line=1,
        message=f"{kind} cannot run in a transaction: a tool that wraps the file in one fails here. The file's statements are"
        " planned as committing one by one.",
        recipe="Put it into a file of its own, or tell the tool not to begin a transaction for this file.",
    )
