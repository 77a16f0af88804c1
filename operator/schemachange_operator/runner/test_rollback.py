"""Command `test-rollback`: the change rolled back after the application's tests have used it."""

from schemachange_operator.api.reason import Reason
from schemachange_operator.core.task import RunReport
from schemachange_operator.runner.analysis.facts import BEFORE, read_facts, read_snapshot
from schemachange_operator.runner.analysis.writing import written_out
from schemachange_operator.runner.environment import Environment
from schemachange_operator.runner.rehearsal.course import roll_back, undoable


def test_rollback(environment: Environment) -> RunReport:
    """Roll back and compare with the schema from before. Raises TryLater or Stop."""
    environment = written_out(environment, read_facts(environment.folders.work))
    roll_back(environment, read_snapshot(environment.folders.work, BEFORE))
    count = len(undoable(environment.content.steps))
    return RunReport(
        outcome="Done",
        reason=Reason.TESTED,
        message=f"The application's own tests have passed, and the rollback of {count} steps brings the schema back.",
    )
