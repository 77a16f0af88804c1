"""Plans of changes: from the SQL alone, with the target's catalog, or rehearsed."""

from contextlib import ExitStack
from typing import TYPE_CHECKING

from schemachange_operator.command.findings import findings_of, unreadable
from schemachange_operator.command.report import PlanOfChange, PlanReport, ReportedFinding
from schemachange_operator.command.source import Source
from schemachange_operator.command.wishes import Wishes
from schemachange_operator.core.catalog_facts import CatalogFacts
from schemachange_operator.core.content import Content
from schemachange_operator.core.errors import ProcedureError
from schemachange_operator.core.plan import PlanDocument
from schemachange_operator.core.prediction import predicted_plan
from schemachange_operator.core.rules.judging import findings

if TYPE_CHECKING:
    from schemachange_operator.command.analyst import Analyst


def make_report(file: str, sources: tuple[Source, ...], wishes: Wishes) -> PlanReport:
    """Plan every change. Raises UsageError; whatever else keeps a plan from being made stands in the report."""
    plans: list[PlanOfChange] = []
    found: list[ReportedFinding] = []
    with ExitStack() as stack:
        planner = _Planner(wishes, stack)
        for source in sources:
            problems = unreadable(source)
            plan, failure = (None, "") if problems or source.content is None else planner.plan(source, source.content)
            found += [*problems, *(findings_of(source, plan) if plan else ())]
            plans.append(PlanOfChange(change=source.name, file=file, why=source.why, failure=failure, plan=plan))
    return PlanReport(plans=tuple(plans), findings=tuple(found))


class _Planner:
    """Connects when the first change wants it, and once."""

    def __init__(self, wishes: Wishes, stack: ExitStack) -> None:
        self._wishes = wishes
        self._stack = stack
        self._analyst: Analyst | None = None

    def plan(self, source: Source, content: Content) -> tuple[PlanDocument, str]:
        """The best plan that could be made, and why it is not better."""
        if not self._wishes.database:
            return self._from_sql_alone(source, content), ""
        try:
            return self._connected().plan(source, content)
        except ProcedureError as error:
            return self._from_sql_alone(source, content), error.message

    def _from_sql_alone(self, source: Source, content: Content) -> PlanDocument:
        """Without a catalog every table is taken to be large."""
        unknown = CatalogFacts(search_path=self._wishes.search_path)
        policy = self._wishes.policy
        found = findings(
            content,
            unknown,
            policy.rules,
            source.waivers,
            standards=policy.standards,
            compatibility=source.compatibility,
        )
        return predicted_plan(content, findings=found)

    def _connected(self) -> "Analyst":
        # The driver is loaded here: a plan without a database does not need it.
        from schemachange_operator.command.analyst import Analyst  # noqa: PLC0415

        if self._analyst is None:
            self._analyst = Analyst(self._wishes, self._stack)
        return self._analyst
