"""For people: the same plan as in the cluster."""

from collections.abc import Iterator, Sequence

from schemachange_operator.command.report import PlanOfChange, PlanReport, ReportedFinding
from schemachange_operator.core.plan import PlanDocument
from schemachange_operator.core.plan_markdown import plan_body


def markdown(report: PlanReport) -> str:
    """The plans, one after the other."""
    return "\n".join(line for number, plan in enumerate(report.plans) for line in _plan(report, number, plan)) + "\n"


def _plan(report: PlanReport, number: int, one: PlanOfChange) -> Iterator[str]:
    if number:
        yield from ("---", "")
    yield f"# Plan of {one.change}"
    yield ""
    if one.why:
        yield from (one.why, "")
    yield from (_verdict(one), "")
    if one.plan:
        yield from _head(one.plan)
    yield from _findings([finding for finding in report.findings if finding.change == one.change])
    if one.plan:
        yield from plan_body(one.plan)


def _verdict(one: PlanOfChange) -> str:
    if one.plan is None:
        return "**There is no plan**: the change cannot be read."
    if one.failure:
        return f"**The plan is not complete**: {one.failure}"
    if not one.plan.server_version:
        return "**Neither analysed nor rehearsed**: this is what the SQL alone says; no database was asked (--database)."
    if not one.plan.rehearsed:
        return "**Not rehearsed**: locks are foretold and nothing is measured (--rehearse)."
    return "**Rehearsed** in a throw-away copy of the database's schema."


def _head(plan: PlanDocument) -> Iterator[str]:
    yield from ("| | |", "|---|---|")
    if plan.server_version:
        yield f"| Server | PostgreSQL {plan.server_version} |"
    yield f"| Steps | {len(plan.steps)} |"
    yield f"| Relations touched | {', '.join(f'`{name}`' for name in plan.relations) or 'none'} |"
    yield f"| Rollback | {'applied, rolled back, found equal, applied again' if plan.rollback_proven else 'not proven'} |"
    yield f"| Content digest | `{plan.content_digest}` |"
    yield ""


def _findings(findings: Sequence[ReportedFinding]) -> Iterator[str]:
    if not findings:
        return
    yield from ("## Findings", "")
    for finding in findings:
        recipe = f" {finding.recipe}" if finding.recipe else ""
        place = f"{finding.place.file}:{finding.place.line}:{finding.place.column}"
        yield f"- **{finding.severity}** `{finding.rule}` at {place}: {finding.message}{recipe}"
    yield ""
