"""Plans of changes: from the SQL alone, with the target's catalog, or rehearsed."""

from contextlib import ExitStack
from typing import TYPE_CHECKING

from schemachange_operator.command.findings import findings_of, unreadable
from schemachange_operator.command.report import PlanOfChange, PlanReport, ReportedFinding
from schemachange_operator.command.source import Source
from schemachange_operator.command.wishes import Wishes
from schemachange_operator.core.content import Content
from schemachange_operator.core.errors import ProcedureError
from schemachange_operator.core.plan import PlanDocument
from schemachange_operator.core.prediction import predicted_plan

if TYPE_CHECKING:
    from schemachange_operator.command.analyst import Analyst


def make_report(file: str, sources: tuple[Source, ...], wishes: Wishes) -> PlanReport:
    """Plan every change. Raises UsageError; whatever else keeps a plan from being made stands in the report."""
    plans: list[PlanOfChange] = []
    findings: list[ReportedFinding] = []
    with ExitStack() as stack:
        planner = _Planner(wishes, stack)
        for source in sources:
            problems = unreadable(source)
            plan, failure = (None, "") if problems or source.content is None else planner.plan(source, source.content)
            findings += [*problems, *(findings_of(source, plan) if plan else ())]
            plans.append(PlanOfChange(change=source.name, file=file, why=source.why, failure=failure, plan=plan))
    return PlanReport(plans=tuple(plans), findings=tuple(findings))


class _Planner:
    """Connects when the first change wants it, and once."""

    def __init__(self, wishes: Wishes, stack: ExitStack) -> None:
        self._wishes = wishes
        self._stack = stack
        self._analyst: Analyst | None = None

    def plan(self, source: Source, content: Content) -> tuple[PlanDocument, str]:
        """The best plan that could be made, and why it is not better."""
        if not self._wishes.database:
            return predicted_plan(content), ""
        try:
            return self._connected().plan(source, content)
        except ProcedureError as error:
            return predicted_plan(content), error.message

    def _connected(self) -> "Analyst":
        # The driver is loaded here: a plan without a database does not need it.
        from schemachange_operator.command.analyst import Analyst  # noqa: PLC0415

        if self._analyst is None:
            self._analyst = Analyst(self._wishes, self._stack)
        return self._analyst
