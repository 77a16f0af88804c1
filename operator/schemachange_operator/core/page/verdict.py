"""The verdict, in one sentence, what it rests on, and what speaks against."""

from collections.abc import Iterator

from schemachange_operator.core.budgets import BUDGET_RULES
from schemachange_operator.core.page.amounts import duration, listed, plural, span
from schemachange_operator.core.page.escaping import code, words
from schemachange_operator.core.page.objections import FAILS, FORBIDS, LOSES, SECOND, UNSURE, WARNS, Objection, objections
from schemachange_operator.core.page.subject import NO_ROLLBACK, Subject
from schemachange_operator.core.page.waiting import all_locks, held_for, holding, stopped, who_waits

SHOWN = 12
"""Objections that are written out; the sections below have all of it."""


PLAIN = {
    FORBIDS: "the policy blocks it. It cannot be applied as it is; mend it, or waive the rule with a reason.",
    FAILS: "it would fail on the rows that are there. Mend the rows or the change first.",
    SECOND: "a second person has to agree to it; read below why.",
}
"""What is said whatever else there is."""


def verdict(subject: Subject) -> Iterator[str]:
    """What a data owner reads in twenty seconds."""
    against, why = objections(subject), subject.change.spec.why if subject.change else ""
    yield f"**Verdict: {_sentence(subject, against)}**"
    yield ""
    yield _basis(subject) if subject.refused else f"{_basis(subject)} {_time(subject)}"
    yield ""
    if subject.after:
        before = listed([code(name) for name in subject.after], 10)
        yield f"Planned as the database is once {before} {'is' if len(subject.after) == 1 else 'are'} applied."
        yield ""
    if why:
        yield f"What it is for: {words(why)}"
        yield ""
    if against:
        yield "## What speaks against it" if against[0].weight < UNSURE else "## What is not known"
        yield ""
        yield from (f"- {one.sentence}" for one in against[:SHOWN])
        if len(against) > SHOWN:
            yield f"- And {plural(len(against) - SHOWN, 'more point')}, in the sections below."
        yield ""


def _sentence(subject: Subject, against: tuple[Objection, ...]) -> str:
    gravest = against[0].weight if against else None
    plain = _plain(subject, gravest)
    if plain:
        return plain
    if gravest == LOSES:
        return _losing(subject)
    if gravest == WARNS:
        count = sum(one.weight == WARNS for one in against)
        return f"nothing is destroyed{_undo(subject)}, but there {_are(count)} to weigh."
    if not subject.plan.rehearsed:
        return f"nothing speaks against it in what was read, but it was not tried out. Nothing is destroyed{_undo(subject)}."
    if gravest is not None:
        return f"nothing is destroyed{_undo(subject)}, but not everything is known."
    return f"nothing speaks against it. Nothing is destroyed{_undo(subject)}."


def _plain(subject: Subject, gravest: int | None) -> str:
    """What is said whatever else there is; empty where the change can be judged by what it does."""
    if gravest == FORBIDS and _over_budget(subject):
        return "it would take more than the policy's budget allows. Divide it, or waive the budget with a reason."
    if gravest in {FAILS, FORBIDS}:
        return PLAIN[gravest]
    if subject.refused:
        return "it cannot be applied as it is: the rehearsal failed. Correct the change."
    if subject.failure:
        return "it cannot be judged yet: the analysis or the rehearsal did not succeed."
    return "" if gravest is None else PLAIN.get(gravest, "")


def _over_budget(subject: Subject) -> bool:
    """Whether all that the policy blocks is too long."""
    return all(one.rule in BUDGET_RULES for one in subject.hazards if one.severity == "Block")


def _undo(subject: Subject) -> str:
    if subject.plan.steps and subject.plan.steps[-1].irreversible:
        return "applied; it cannot be rolled back"
    if any(step.irreversible for step in subject.plan.steps):
        return ""
    return " and every step can be undone" if subject.plan.rollback_proven else " and every step has a rollback"


def _are(count: int) -> str:
    return "is 1 warning" if count == 1 else f"are {count} warnings"


def _losing(subject: Subject) -> str:
    steps = subject.plan.steps
    destroys, final = any(step.destroys for step in steps), any(step.irreversible not in {"", NO_ROLLBACK} for step in steps)
    if destroys and final:
        return "it destroys data, and its rollback cannot bring them back. Approve it only if nobody needs them any more."
    if destroys:
        return "it destroys data. Approve it only if nobody needs them any more."
    if final:
        return "it cannot be undone. Approve it only if there is no need to go back."
    return "its rollback loses data."


def _basis(subject: Subject) -> str:
    plan = subject.plan
    if subject.failure:
        title = "The rehearsal failed" if subject.refused else "The plan is not complete"
        return f"**{title}**: {words(subject.failure)}"
    if not plan.server_version:
        return (
            "**Neither analysed nor rehearsed**: this is what the SQL alone says; no database was asked (--database),"
            " so that every table is taken to be large."
        )
    if not plan.rehearsed:
        return "**Not rehearsed**: the database's catalog was read, locks are foretold and nothing is measured (--rehearse)."
    return f"**Rehearsed** in a throw-away copy of the database's schema{_rows(subject)}: {_proven(subject)}."


def _rows(subject: Subject) -> str:
    rows = {"Sample": " with a sample of its rows", "Clone": " with all of its rows"}
    generated = " with generated rows" if any(subject.plan.rows_generated.values()) else " without rows"
    return rows.get(subject.plan.rows_from, generated)


def _proven(subject: Subject) -> str:
    if subject.plan.rollback_proven:
        return "applied, rolled back, found equal, applied again"
    if subject.plan.steps and subject.plan.steps[-1].irreversible:
        return "applied; it cannot be rolled back"
    if any(step.irreversible for step in subject.plan.steps):
        return "applied; what can be undone was rolled back and found equal"
    return "applied; that it can be rolled back is not proven"


def _time(subject: Subject) -> str:
    """How long, and who waits meanwhile."""
    plan = subject.plan
    statements = [one for step in plan.steps for one in step.statements]
    held = tuple(all_locks(statements, rehearsed=plan.rehearsed))
    both, writes = stopped(held)
    if not (both or writes):
        waits = (
            "No reads or writes of the application wait for it." if plan.rehearsed else "Nobody is foretold to wait for it."
        )
    elif plan.rehearsed:
        waits = f"While it works, {who_waits(held)} wait: {_longest(subject)}."
    else:
        waits = f"While it works, {who_waits(held)} are foretold to wait{_expected(subject)}."
    known = [f"it took {duration(plan.duration_milliseconds)} in the rehearsal"] if plan.rehearsed else []
    known += [f"on the target {span(plan.forecast)} are expected"] if plan.forecast else []
    return f"{waits} {_capital('; '.join(known))}." if known else waits


def _longest(subject: Subject) -> str:
    """How long locks that somebody waits for are held at most, seen and expected."""
    seen = max(sum(one.duration_milliseconds for one in holding(step, rehearsed=True)) for step in subject.plan.steps)
    expected = _longest_expected(subject)
    if expected is not None:
        return f"{duration(seen)} in the rehearsal, up to {duration(expected)} expected on the target"
    return f"{duration(seen)} in the rehearsal{_fewer(subject)}"


def _longest_expected(subject: Subject) -> int | None:
    held = [held_for(step, rehearsed=subject.plan.rehearsed) for step in subject.plan.steps]
    return max((one.high_milliseconds for one in held if one), default=None)


def _expected(subject: Subject) -> str:
    expected = _longest_expected(subject)
    return "; for how long was not measured" if expected is None else f", up to {duration(expected)}; that was not measured"


def _fewer(subject: Subject) -> str:
    """A duration on few rows says little of many."""
    plan = subject.plan
    larger = [one for one in plan.sizes if one.rows > 10 * plan.rows_generated.get(one.relation, 0)]
    if not larger:
        return ""
    most = max(larger, key=lambda one: one.rows)
    had = plan.rows_generated.get(most.relation, 0)
    return f", where {code(most.relation)} had {had:,} rows and not about {most.rows:,} as on the target"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
