"""The target's schema as a file, by pg_dump."""

from schemachange_operator.api.reason import Reason
from schemachange_operator.core.errors import Stop, TryLater
from schemachange_operator.postgres.catalog import LEDGER_SCHEMA
from schemachange_operator.postgres.session import Credentials
from schemachange_operator.runner.analysis.facts import DUMP
from schemachange_operator.runner.environment import Environment
from schemachange_operator.runner.output import cut
from schemachange_operator.runner.programs import ProgramError, connection_variables, run_program

LOCK_WAIT = "5000"
"""Milliseconds to wait for ACCESS SHARE on a table: somebody else's ALTER TABLE must not be queued behind for long."""

OPTIONS = (
    "--schema-only",
    "--format=custom",
    # Subscriptions hold passwords, and would connect; security labels need the providers' libraries; tablespaces are
    # folders of the target's machine.
    "--no-subscriptions",
    "--no-security-labels",
    "--no-tablespaces",
    f"--exclude-schema={LEDGER_SCHEMA}",
    f"--lock-wait-timeout={LOCK_WAIT}",
    "--no-password",
)


def dump_schema(environment: Environment, credentials: Credentials, *, as_role: bool) -> None:
    """Write the schema to the work folder. `as_role`: the login has the migration role's rights only by becoming it.

    User mappings, which can hold passwords, are left out when restoring. Raises TryLater or Stop, by cause.
    """
    request = environment.request
    arguments = [*OPTIONS, f"--file={environment.folders.work / DUMP}"]
    if as_role:
        arguments.append(f"--role={request.migration_role}")
    with connection_variables(request.connection, credentials, environment.application_name) as variables:
        try:
            run_program(environment, "pg_dump", arguments, variables)
        except ProgramError as error:
            environment.output.event("pg_dump_failed", output=cut(error.output, 4_000))
            raise _translated(error, credentials.user) from None


def _translated(error: ProgramError, login: str) -> Stop | TryLater:
    complaint = error.first_line
    if "permission denied" in error.output:
        return Stop(
            Reason.PERMISSION_MISSING,
            f"The schema could not be read: {complaint}. Nothing was touched."
            f" As an administrator: GRANT pg_read_all_data TO {login}.",
        )
    if "lock timeout" in error.output:
        return TryLater(Reason.WAITING_FOR_LOCK, f"Another session holds a table that pg_dump has to read: {complaint}.")
    if "connection to server" in error.output:
        return TryLater(Reason.DATABASE_UNREACHABLE, f"pg_dump lost the server: {complaint}.")
    return Stop(Reason.INTERNAL_ERROR, f"pg_dump failed: {complaint}. Nothing was touched. The log has all of its output.")
