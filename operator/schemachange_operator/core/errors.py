"""Errors carry their consequence in the type: try again later, or stop."""

from schemachange_operator.api.reason import Reason


class ProcedureError(Exception):
    """Something the procedure foresees. `message` says what happened, what the state is now and what to do."""

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(f"{reason}: {message}")
        self.reason = reason
        self.message = message


class TryLater(ProcedureError):
    """It could not be done now; nothing is lost by running it again."""


class Stop(ProcedureError):
    """Running it again gives the same result; somebody has to change something."""


class InvalidSql(Stop):
    """SQL that cannot be part of a change: it does not parse, or a step may not hold it."""

    def __init__(self, message: str, line: int = 0, column: int = 0) -> None:
        super().__init__(Reason.INVALID_SQL, message)
        self.line = line
        """In the step's SQL, from 1; 0 where the fault has no place."""
        self.column = column
