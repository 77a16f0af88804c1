"""Changes before this one, looked up in the ledger of the database that answers now.

That their objects say Completed is what the operator goes by. A failover to a standby that had not received their last
transactions, or a restore, takes them out of the database and leaves the objects as they are: only the ledger can tell.
"""

from schemachange_operator.api.reason import Reason
from schemachange_operator.core.errors import Stop
from schemachange_operator.postgres import ledger
from schemachange_operator.postgres.session import Session
from schemachange_operator.runner.environment import Environment


def refuse_lost_dependencies(environment: Environment, session: Session) -> None:
    """Raise Stop(DependencyLost) when the ledger does not have one of them as completed."""
    namespace = environment.request.change.namespace
    for name in environment.request.depends_on:
        found = ledger.find(session, namespace, name)
        if found is None or found.state != "Completed":
            has = f"has it as {found.state}" if found else "has nothing of it"
            raise Stop(
                Reason.DEPENDENCY_LOST,
                f"{namespace}/{name}, which spec.dependsOn names, is Completed, but the ledger of the database {has}: a failover or"
                " a restore has undone it. Nothing was run. Delete the object of that change and apply it again, so that it is"
                " carried out once more; then set spec.retry here. If its effect is there all the same, in a copy that left the"
                " ledger out, take it out of spec.dependsOn.",
            )
