"""Replicas that are behind: what the step writes would come on top, and a failover would lose it."""

from schemachange_operator.api.reason import Reason
from schemachange_operator.core.errors import TryLater
from schemachange_operator.core.replication import behind, hidden, too_far_behind
from schemachange_operator.postgres.checks.about import About
from schemachange_operator.postgres.queries import query
from schemachange_operator.postgres.session import Session


def check(session: Session, about: About) -> tuple[str, ...]:
    """Tell who is behind, or hidden. Raises TryLater(ReplicaLags) when one is further behind than the policy allows."""
    rows = session.execute(query("circumstance_replicas")).fetchall()
    rules = about.policy.replication
    if late := too_far_behind(rows, rules):
        raise TryLater(
            Reason.REPLICA_LAGS,
            f"{about.title}: {'; '.join(late)}. The policy's replication allows {rules.words()}. Nothing was run; tried again"
            " when it may have caught up. If the replica is meant to lag, or is gone: raise the limit in the SchemaPolicy.",
        )
    told = [f"Behind: {one}: what this writes comes on top, and is lost in a failover to it." for one in behind(rows)]
    if rules.limited and (count := hidden(rows)):
        told.append(
            f"How far {count} replica{'s are' if count > 1 else ' is'} behind is hidden from this login, so the policy's limit"
            " could not be held to (GRANT pg_monitor shows it)."
        )
    return tuple(told)
