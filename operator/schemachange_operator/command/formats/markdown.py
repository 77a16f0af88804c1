"""For people: the same page as in the cluster, as far as it can be known without one."""

from collections.abc import Iterator

from schemachange_operator.command.report import PlanOfChange, PlanReport, ReportedFinding
from schemachange_operator.core.approvals import approvals_wanted
from schemachange_operator.core.finding import Finding
from schemachange_operator.core.page.escaping import code, words
from schemachange_operator.core.page.subject import Subject, in_step
from schemachange_operator.core.page.whole import page


def markdown(report: PlanReport) -> str:
    """The plans, one after the other."""
    return "\n".join(line for number, plan in enumerate(report.plans) for line in _plan(report, number, plan)) + "\n"


def _plan(report: PlanReport, number: int, one: PlanOfChange) -> Iterator[str]:
    if number:
        yield from ("---", "")
    findings = tuple(finding for finding in report.findings if finding.change == one.change)
    if one.plan is None:
        yield from _none(one, findings)
        return
    yield from page(
        Subject(
            one.change, one.plan, findings, one.manifest, None, one.policy, _approvals(one),
            failure=one.failure, refused=one.refused, asked_backups=one.backups, after=one.after, where=_where,
        )
    )  # fmt: skip


def _approvals(one: PlanOfChange) -> int:
    if one.manifest is None or one.plan is None:
        return 0
    return approvals_wanted(
        one.manifest.spec.approval.count,
        one.policy.approvals if one.policy else None,
        destroys=any(step.destroys for step in one.plan.steps),
        second=any(finding.severity == "Approve" and not finding.waived for finding in one.plan.findings),
    )


def _none(one: PlanOfChange, problems: tuple[ReportedFinding, ...]) -> Iterator[str]:
    yield from (f"# Plan of {words(one.change)}", "", "**There is no plan**: the change cannot be read.", "")
    yield from (f"- {_where(problem)}: {words(problem.message)}" for problem in problems)
    yield ""


def _where(finding: Finding) -> str:
    if not isinstance(finding, ReportedFinding):
        return in_step(finding)
    place = finding.place
    return code(f"{place.file}:{place.line}:{place.column}")
