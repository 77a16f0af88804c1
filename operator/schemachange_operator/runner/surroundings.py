"""The last look before a step's first touch of the target: told where it is good to know, refused where it would do harm."""

from collections.abc import Sequence

from schemachange_operator.api.reason import Reason
from schemachange_operator.core.plan import PlannedStep
from schemachange_operator.core.sql.statement import Statement
from schemachange_operator.postgres.checks import About, look
from schemachange_operator.postgres.session import Session
from schemachange_operator.runner.environment import Environment


def look_around(
    environment: Environment, session: Session, title: str, step: str, statements: Sequence[Statement] = (), *, planned: bool
) -> None:
    """Every check of postgres/checks; what they tell becomes notices. `planned`: the plan's forecast of the step holds.

    Raises TryLater or Stop, by cause.
    """
    request = environment.request
    about = About(
        title,
        statements,
        request.relations,
        request.migration_role,
        _planned(environment, step) if planned else None,
        request.policy,
        request.disk_mebibytes,
    )
    for sentence in look(session, about):
        environment.output.notice(Reason.WORTH_KNOWING, f"{title}: {sentence}", step)


def _planned(environment: Environment, step: str) -> PlannedStep | None:
    steps = environment.plan.steps if environment.plan else ()
    return next((one for one in steps if one.name == step), None)
