"""Findings of one change, each with its place."""

from collections.abc import Container, Iterator

from schemachange_operator.command.report import ReportedFinding
from schemachange_operator.command.source import Source
from schemachange_operator.core.finding import Finding
from schemachange_operator.core.plan import PlanDocument
from schemachange_operator.core.sql.content_check import ContentProblem, check_content
from schemachange_operator.core.sql.statement import read_statements

INVALID_SQL = "invalid-sql"
INVALID_MANIFEST = "invalid-manifest"
DESTRUCTIVE = "destructive"
LOSING = frozenset(
    {DESTRUCTIVE, "drop-table", "drop-column", "drop-schema", "drop-cascade", "truncate", "write-without-where"}
)
"""Rules whose findings say already that something is lost."""
UNREADABLE = frozenset({INVALID_SQL, INVALID_MANIFEST})
"""Rules whose findings mean that there is no plan."""


def unreadable(source: Source) -> tuple[ReportedFinding, ...]:
    """Why a change cannot be planned; empty when it can."""
    found = [_problem(source, INVALID_MANIFEST, problem) for problem in source.problems]
    if source.content:
        problems = check_content(source.content, one_step=source.one_step)
        found += [_problem(source, INVALID_SQL, problem) for problem in problems]
    return tuple(found)


def _problem(source: Source, rule: str, problem: ContentProblem) -> ReportedFinding:
    _, _, step = problem.field.partition("spec.migration.steps[")
    return ReportedFinding(
        rule=rule,
        severity="Block",
        step=step.partition("]")[0],
        line=problem.line,
        message=f"{problem.field}: {problem.message}" if problem.field and source.manifest else problem.message,
        change=source.name,
        place=source.places.find(problem.field).at(problem.line, problem.column),
    )


def findings_of(source: Source, plan: PlanDocument) -> tuple[ReportedFinding, ...]:
    """What the rules found, and what destroys data where no rule has said so."""
    said = {(finding.step, finding.statement) for finding in plan.findings if finding.rule in LOSING}
    # The catalog may know that a type only gets wider.
    said |= {(step.name, one.number) for step in plan.steps for one in step.statements if not one.destructive}
    found = (*source.findings, *plan.findings, *_destructive(source, plan, said))
    return tuple(_placed(source, finding) for finding in found if finding.severity != "Off")


def _destructive(source: Source, plan: PlanDocument, said: Container[tuple[str, int]]) -> Iterator[Finding]:
    hazards = {(one.step, one.statement) for one in plan.findings if not one.style and one.severity != "Note"}
    for step in source.content.steps if source.content else ():
        for statement in read_statements(step.sql) if step.sql else ():
            if statement.destructive and (step.name, statement.number) not in said:
                yield Finding(
                    rule=DESTRUCTIVE,
                    # The text alone cannot know that a type only gets wider, or that a table is not there.
                    severity="Note" if plan.server_version and (step.name, statement.number) not in hazards else "Approve",
                    step=step.name,
                    statement=statement.number,
                    line=statement.line,
                    message=f"{statement.kind} may destroy {', '.join(statement.destroys)}.",
                    recipe="A backup is taken and proved before this step; have an owner of the data agree.",
                )


def _placed(source: Source, finding: Finding) -> ReportedFinding:
    text = source.places.find(source.field(finding.step) if finding.step else "spec.waivers")
    place = text.at(finding.line, 1)
    return ReportedFinding(**finding.model_dump(), change=source.name, place=place)
