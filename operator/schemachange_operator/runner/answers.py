"""Reports as commands give them."""

from schemachange_operator.api.reason import Reason
from schemachange_operator.core.errors import ProcedureError, TryLater
from schemachange_operator.core.task import RunReport


def done(
    reason: Reason, message: str, *, step: str = "", already: bool = False, steps_done: tuple[str, ...] | None = None
) -> RunReport:
    """It did what it was for."""
    return RunReport(outcome="Done", reason=reason, message=message, step=step, already_done=already, steps_done=steps_done)


def refused(error: ProcedureError, *, step: str = "", steps_done: tuple[str, ...] | None = None) -> RunReport:
    """It did not: try again later, or never, by the error's type."""
    return RunReport(
        outcome="Retry" if isinstance(error, TryLater) else "Failed",
        reason=error.reason,
        message=error.message,
        step=step,
        steps_done=steps_done,
    )
