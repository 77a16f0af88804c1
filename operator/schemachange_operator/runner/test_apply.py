"""Command `test-apply`: the change applied to a fresh throw-away database, and left there for the application's tests."""

from schemachange_operator.api.reason import Reason
from schemachange_operator.core.errors import Stop
from schemachange_operator.core.snapshot import difference
from schemachange_operator.core.task import RunReport
from schemachange_operator.core.verdict import without_residue
from schemachange_operator.runner.analysis.facts import BEFORE, read_facts, write_snapshot
from schemachange_operator.runner.analysis.writing import written_out
from schemachange_operator.runner.environment import Environment
from schemachange_operator.runner.rehearsal.course import build_and_apply, sentences
from schemachange_operator.runner.rehearsal.steps import UNTOUCHED


def test_apply(environment: Environment) -> RunReport:
    """Build, apply, compare with the plan. Raises TryLater or Stop."""
    facts = read_facts(environment.folders.work)
    _, applied = build_and_apply(written_out(environment, facts), facts)
    found = without_residue(difference(applied.before, applied.after))
    planned = without_residue(environment.plan.difference) if environment.plan is not None else found
    if found != planned:
        new = [one for one in found if one not in planned]
        gone = [one for one in planned if one not in found]
        raise Stop(
            Reason.REHEARSAL_FAILED,
            "The change does not do what was planned. "
            + (f"Not in the plan: {sentences(new)}. " if new else "")
            + (f"Only in the plan: {sentences(gone)}. " if gone else "")
            + f"{UNTOUCHED} Set spec.retry for a new plan.",
        )
    write_snapshot(environment.folders.work, BEFORE, applied.base)
    return RunReport(
        outcome="Done",
        reason=Reason.TEST_RUNNING,
        message=f"{len(applied.runs)} steps are applied in the throw-away database; the application's tests come next.",
    )
