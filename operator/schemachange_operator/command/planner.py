"""Plans of changes: from the SQL alone, with the target's catalog, or rehearsed."""

from contextlib import ExitStack
from typing import TYPE_CHECKING, NamedTuple

from schemachange_operator.api.policy import SchemaPolicySpec
from schemachange_operator.command.findings import findings_of, unreadable
from schemachange_operator.command.report import PlanOfChange, PlanReport, ReportedFinding
from schemachange_operator.command.source import Source
from schemachange_operator.command.wishes import Wishes
from schemachange_operator.core.catalog_facts import CatalogFacts
from schemachange_operator.core.content import Content
from schemachange_operator.core.destruction import backup_steps
from schemachange_operator.core.errors import ProcedureError
from schemachange_operator.core.plan import PlanDocument
from schemachange_operator.core.prediction import predicted_plan
from schemachange_operator.core.quarantine import in_full, renames_alone
from schemachange_operator.core.rules.course import Course
from schemachange_operator.core.rules.judging import findings
from schemachange_operator.core.sequences.forms import safe_sequence
from schemachange_operator.core.sequences.offering import offered

if TYPE_CHECKING:
    from schemachange_operator.command.analyst import Analyst


def make_report(sources: tuple[Source, ...], wishes: Wishes) -> PlanReport:
    """Plan every change. Raises UsageError; whatever else keeps a plan from being made stands in the report."""
    plans: list[PlanOfChange] = []
    found: list[ReportedFinding] = []
    with ExitStack() as stack:
        planner = _Planner(wishes, stack)
        for source in sources:
            problems = unreadable(source)
            planned = _Planned() if problems or source.content is None else planner.plan(source, source.content)
            found += [*problems, *(findings_of(source, planned.plan) if planned.plan else ())]
            plans.append(
                PlanOfChange(
                    change=source.name,
                    file=source.file,
                    why=source.why,
                    after=planned.after,
                    failure=planned.failure,
                    refused=planned.refused,
                    backups=_backups(source, planned.plan, wishes.policy),
                    plan=planned.plan,
                    manifest=source.change,
                    policy=wishes.policy,
                )
            )
    return PlanReport(plans=tuple(plans), findings=tuple(found))


def _backups(source: Source, plan: PlanDocument | None, policy: SchemaPolicySpec) -> tuple[str, ...]:
    """Steps before which the operator takes a backup; plain SQL has nobody who would."""
    if plan is None or source.change is None:
        return ()
    asked = backup_steps(source.content, plan, policy.backup.required_for)
    first = source.change.spec.backup.always
    return tuple(step.name for at, step in enumerate(plan.steps) if step.name in asked or (first and at == 0))


class _Planned(NamedTuple):
    plan: PlanDocument | None = None
    failure: str = ""
    refused: bool = False
    after: tuple[str, ...] = ()


class _Planner:
    """Connects when the first change wants it, and once; remembers what the changes before leave."""

    def __init__(self, wishes: Wishes, stack: ExitStack) -> None:
        self._wishes = wishes
        self._stack = stack
        self._analyst: Analyst | None = None
        self._file = ""
        self._course = Course()
        self._earlier: dict[str, Content] = {}

    def plan(self, source: Source, content: Content) -> _Planned:
        """The best plan that could be made, and why it is not better."""
        if source.file != self._file and not self._wishes.database:
            # Without a catalog nobody knows whether another file's tables have long been in use.
            self._course, self._earlier = Course(), {}
        self._file = source.file
        course = self._course.copied()
        plan, failure, refused = self._plan(source, content, course)
        after = tuple(self._earlier)
        if not failure:
            self._course, self._earlier = course, {**self._earlier, source.name: content}
        return _Planned(plan, failure, refused, after)

    def _plan(self, source: Source, content: Content, course: Course) -> tuple[PlanDocument, str, bool]:
        if not self._wishes.database:
            return self._from_sql_alone(source, content, course), "", False
        try:
            return self._connected().plan(source, content, course, tuple(self._earlier.values()))
        except ProcedureError as error:
            return self._from_sql_alone(source, content, self._course.copied()), error.message, False

    def _from_sql_alone(self, source: Source, content: Content, course: Course) -> PlanDocument:
        """Without a catalog every table is taken to be large."""
        digest, written = content.digest(), renames_alone(content)
        content = in_full(content, written)
        unknown = CatalogFacts(search_path=self._wishes.search_path)
        policy = self._wishes.policy
        found = findings(
            content,
            unknown,
            policy.rules,
            source.waivers,
            course=course,
            standards=policy.standards,
            compatibility=source.compatibility,
        )
        offers = offered(content, unknown, found)
        sequences = tuple(safe_sequence(one, with_literals=True) for one in offers)
        return predicted_plan(content, findings=found).model_copy(
            update={"sequences": sequences, "written": written, "content_digest": digest}
        )

    def _connected(self) -> "Analyst":
        # The driver is loaded here: a plan without a database does not need it.
        from schemachange_operator.command.analyst import Analyst  # noqa: PLC0415

        if self._analyst is None:
            self._analyst = Analyst(self._wishes, self._stack)
        return self._analyst
