"""The rehearsal against the prediction: a statement that does more than foretold stops the change."""

from schemachange_operator.api.reason import Reason
from schemachange_operator.core.effects import Foretelling
from schemachange_operator.core.effects.comparison import beyond, relations_of
from schemachange_operator.core.errors import Stop
from schemachange_operator.runner.analysis.facts import SNAPSHOT, read_snapshot
from schemachange_operator.runner.environment import Environment
from schemachange_operator.runner.rehearsal.steps import UNTOUCHED, StepRun


def refuse_stronger(environment: Environment, runs: tuple[StepRun, ...], foretelling: Foretelling) -> None:
    """Raises Stop(LockStronger), naming statement, relation, and both what was foretold and what was seen."""
    existed = relations_of(read_snapshot(environment.folders.work, SNAPSHOT))
    found = [
        f"step {run.step.name}, statement {one.statement.number} ({one.statement.kind}): {words}"
        for run in runs
        for one in run.statements
        if (foretold := foretelling.get((run.step.name, one.statement.number)))
        for words in beyond(foretold, one.held, one.rewritten, existed)
    ]
    for words in found:
        environment.output.event("more_than_foretold", what=words)
    if found:
        more = f" And {len(found) - 1} more, in the log." if len(found) > 1 else ""
        raise Stop(
            Reason.LOCK_STRONGER,
            f"The rehearsal saw more than the plan foretells: {found[0]}.{more} {UNTOUCHED} What the plan says of this"
            " statement cannot be relied on: write it in another way, or report it as an error of the plan.",
        )
