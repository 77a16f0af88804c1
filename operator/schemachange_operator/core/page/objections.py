"""What speaks against a change, the gravest first: what the verdict rests on."""

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from schemachange_operator.core.finding import Finding, Severity
from schemachange_operator.core.page.amounts import listed, plural
from schemachange_operator.core.page.escaping import code, words
from schemachange_operator.core.page.subject import NO_ROLLBACK, Subject
from schemachange_operator.core.page.waiting import STOPS_WRITES, foretold
from schemachange_operator.core.plan import PlanDocument, PlannedStatement, PlannedStep, Probe
from schemachange_operator.core.rules import data_violates
from schemachange_operator.core.rules.place import SMALL_BYTES, SMALL_ROWS


class Objection(NamedTuple):
    """One reason to think twice."""

    weight: int
    """0 is the gravest."""
    sentence: str
    """Markdown."""


FAILS, FORBIDS, LOSES, SECOND, WARNS, UNSURE = range(6)
"""Weights: it would fail; the policy blocks it; it loses something; a second approval; a warning; something is not known."""
SHOWN = 5
"""Steps that destroy something that are named one by one."""

VIOLATES = data_violates.RULE.id
GRAVE: dict[Severity, tuple[int, str]] = {
    "Block": (FORBIDS, "The policy blocks this"),
    "Approve": (SECOND, "A second approval is needed"),
    "Warn": (WARNS, "Warning"),
}
"""Severities of a finding that speaks against a change."""


def objections(subject: Subject) -> tuple[Objection, ...]:
    """Everything that speaks against it."""
    found = [one for ask in (_findings, _steps, _probes, _circumstances, _proof) for one in ask(subject)]
    return tuple(sorted(found, key=lambda one: one.weight))


def _findings(subject: Subject) -> Iterator[Objection]:
    """Each rule once, however many places it has."""
    by_rule: dict[tuple[str, str], list[Finding]] = defaultdict(list)
    asked = {(one.step, one.statement, one.relation) for one in _violated(subject)}
    for finding in subject.hazards:
        if finding.rule == VIOLATES and (finding.step, finding.statement, finding.relation) in asked:
            continue  # The question that it comes from says as much.
        by_rule[finding.severity, finding.rule].append(finding)
    for severity, (weight, says) in GRAVE.items():
        for (_, rule), places in sorted(one for one in by_rule.items() if one[0][0] == severity):
            first = places[0]
            more = f" And {plural(len(places) - 1, 'more place')}." if len(places) > 1 else ""
            yield Objection(
                weight,
                f"{says} ({code(rule)}, {subject.where(first)}): {words(first.message)}{more}",
            )


def _steps(subject: Subject) -> Iterator[Objection]:
    told = {(one.step, one.statement) for one in subject.findings if not one.style}
    destroying = [step for step in subject.plan.steps if step.destroys]
    for step in destroying[:SHOWN]:
        texts = listed([code(one.text, 80) for one in step.statements if one.destructive], 3)
        backup = ", after a backup that is proved first" if step.name in subject.backed_up else ""
        yield Objection(LOSES, f"Step {code(step.name)} **destroys data**{backup}{': ' if texts else ''}{texts}.")
    if len(destroying) > SHOWN:
        yield Objection(LOSES, f"{plural(len(destroying) - SHOWN, 'more step')} **destroy data**, too.")
    for step in subject.plan.steps:
        if step.irreversible not in {"", NO_ROLLBACK}:
            yield Objection(LOSES, f"Step {code(step.name)} **cannot be undone**: {words(step.irreversible)}")
        for statement in step.statements:
            if statement.opaque:
                yield Objection(UNSURE, f"{_place(step, statement)} is opaque: {words(statement.opaque)}")
            if (step.name, statement.number) not in told:
                yield from _work_under_lock(subject.plan, step, statement)


def _work_under_lock(plan: PlanDocument, step: PlannedStep, statement: PlannedStatement) -> Iterator[Objection]:
    """A table that is written anew or read through while the application waits for it, where no rule has said so."""
    modes: dict[str, set[str]] = defaultdict(set)
    for lock in (*statement.held, *foretold(statement)):
        modes[lock.relation].add(lock.mode)
    small = {one.relation for one in plan.sizes if one.rows <= SMALL_ROWS and one.bytes <= SMALL_BYTES}
    rewritten = {*statement.rewritten, *(one.relation for one in statement.effects if one.rewrites and not plan.rehearsed)}
    # What was to be seen and was not seen does not happen; an empty copy shows no scan.
    unseen = {one.relation for one in statement.effects if one.scans and not plan.rows_generated.get(one.relation)}
    scanned = {one.relation for one in statement.scanned} | (unseen if plan.rehearsed else set())
    for relation in sorted((rewritten | scanned) & modes.keys() - small):
        if modes[relation] & STOPS_WRITES:
            work = "written anew" if relation in rewritten else "read from end to end"
            yield Objection(
                WARNS, f"{_place(step, statement)}: {code(relation)} is {work} while the application waits for it."
            )


def _probes(subject: Subject) -> Iterator[Objection]:
    waived = {(one.step, one.statement): one.waived for one in subject.findings if one.rule == VIOLATES and one.waived}
    for probe in subject.plan.probes:
        where = f"Step {code(probe.step)}, statement {probe.statement}"
        rows = f": {plural(probe.rows, 'row')} found" if probe.rows else ""
        question = f"{words(probe.question)} in {code(probe.relation)}{rows}"
        reason = waived.get((probe.step, probe.statement), "")
        if probe in _violated(subject) and not reason:
            yield Objection(FAILS, f"{where} **would fail** on the rows that are there: {question}.")
        elif probe in _violated(subject):
            yield Objection(WARNS, f"{where} would fail on the rows that are there: {question}. **Waived:** {words(reason)}")
        elif probe.answer == "Violated":
            yield Objection(UNSURE, f"{where} would fail on the rows as they are now: {question}; {words(probe.reason)}")


def _violated(subject: Subject) -> list[Probe]:
    """Questions whose answer will still be the same when the statement runs, as far as is known."""
    return [one for one in subject.plan.probes if one.answer == "Violated" and not one.reason]


def _circumstances(subject: Subject) -> Iterator[Objection]:
    for one in subject.plan.circumstances:
        if one.warns:
            yield Objection(WARNS, words(one.sentence))


def _proof(subject: Subject) -> Iterator[Objection]:
    plan = subject.plan
    if any(step.irreversible == NO_ROLLBACK for step in plan.steps):
        yield Objection(UNSURE, f"There is {words(NO_ROLLBACK)}: whether it can be undone was not looked at.")
    for proof in plan.data:
        if proof.rows_before != proof.rows_after or proof.columns_changed:
            yield Objection(LOSES, f"The rollback does not bring back the rows of {code(proof.relation)}.")
    unasked = [one for one in plan.probes if one.answer == "NotAsked"]
    if unasked:
        yield Objection(
            UNSURE, f"{plural(len(unasked), 'question')} about the rows on the target could not be asked (see Risks)."
        )
    reversible = not any(step.irreversible for step in plan.steps)
    if plan.rehearsed and reversible and not plan.rollback_proven:
        yield Objection(UNSURE, "The rollback is not proven.")


def _place(step: PlannedStep, statement: PlannedStatement) -> str:
    return f"Step {code(step.name)}, statement {statement.number} ({words(statement.kind)})"
