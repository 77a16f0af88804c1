"""What the rules found, the worst first; a rule with many places in one row."""

from collections.abc import Iterator, Sequence

from schemachange_operator.core.finding import ORDER, Finding, counted
from schemachange_operator.core.page.amounts import plural
from schemachange_operator.core.page.escaping import code, words
from schemachange_operator.core.page.subject import Subject
from schemachange_operator.core.rules.page import FOLDER, page_of

SINGLE = 3
"""Places of one rule that have rows of their own."""
ROWS = 30
"""Findings up to which each has one."""


def rule_findings(subject: Subject) -> Iterator[str]:
    """The table of findings."""
    found = [one for one in subject.findings if one.severity != "Off"]
    if not found:
        return
    yield f"## What the rules found: {counted(found)}"
    yield ""
    yield "| severity | rule | where | what it does | the safe way |"
    yield "|---|---|---|---|---|"
    for places in _grouped(found):
        yield _row(subject, places)
    yield ""
    if any(page_of(rule) for rule in {one.rule for one in found}):
        yield f"Each rule has a page with examples, in the operator's documentation: {code(f'{FOLDER}/RULE.md')}."
        yield ""


def _grouped(found: Sequence[Finding]) -> list[list[Finding]]:
    groups: dict[tuple[object, ...], list[Finding]] = {}
    for finding in sorted(found, key=_urgency):
        groups.setdefault((finding.severity, finding.rule, finding.waived, finding.style), []).append(finding)
    single = len(found) <= ROWS
    return [
        part
        for group in groups.values()
        for part in ([[one] for one in group] if single or len(group) <= SINGLE else [group])
    ]


def _urgency(finding: Finding) -> tuple[bool, bool, int]:
    return bool(finding.waived), finding.style, ORDER.index(finding.severity) if finding.severity in ORDER else len(ORDER)


def _row(subject: Subject, places: list[Finding]) -> str:
    first = places[0]
    where = "; ".join(subject.where(one) for one in places[:SINGLE])
    where += f" and {plural(len(places) - SINGLE, 'more place')}" if len(places) > SINGLE else ""
    waived = f" **Waived:** {words(first.waived)}" if first.waived else ""
    severity = f"{first.severity} (style)" if first.style else first.severity
    message = words(first.message) + (f" ({len(places):,} times in all)" if len(places) > 1 else "")
    return f"| {severity} | {code(first.rule)} | {where} | {message}{waived} | {words(first.recipe)} |"
