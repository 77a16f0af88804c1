"""The whole page: its sections in the order in which they are read."""

from collections.abc import Callable, Iterator

from schemachange_operator.core.page.afterwards import afterwards
from schemachange_operator.core.page.course import course
from schemachange_operator.core.page.decision import decision
from schemachange_operator.core.page.destruction import destruction
from schemachange_operator.core.page.escaping import words
from schemachange_operator.core.page.risks import risks
from schemachange_operator.core.page.rule_findings import rule_findings
from schemachange_operator.core.page.safe_ways import safe_ways
from schemachange_operator.core.page.sql_text import sql_text
from schemachange_operator.core.page.statements import statements
from schemachange_operator.core.page.subject import Subject
from schemachange_operator.core.page.summary import summary
from schemachange_operator.core.page.target import difference, notes, sizes
from schemachange_operator.core.page.validation import validation
from schemachange_operator.core.page.verdict import verdict
from schemachange_operator.core.page.way_back import way_back

SECTIONS: tuple[Callable[[Subject], Iterator[str]], ...] = (
    course, statements, sql_text, risks, rule_findings, safe_ways, validation, destruction, way_back, difference, sizes,
    afterwards, notes,
)  # fmt: skip
LONG = 100
"""Statements beyond which the SQL stands at the end."""


def page(subject: Subject, plan_digest: str = "", approve: str = "") -> Iterator[str]:
    """The page's lines; `approve` is the shell command that approves the plan, empty where there is nobody to ask."""
    yield f"# Plan of {words(subject.name)}"
    yield ""
    yield from verdict(subject)
    yield from summary(subject, plan_digest)
    long = sum(len(step.statements) for step in subject.plan.steps) > LONG
    for section in SECTIONS:
        if section is not sql_text or not long:
            yield from section(subject)
    if approve:
        yield from decision(subject, plan_digest, approve)
    if long:
        yield from sql_text(subject)
