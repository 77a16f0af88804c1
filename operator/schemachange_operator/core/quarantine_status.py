"""What is in quarantine: told in the status of the change that put it there, waited for by the change that drops it."""

from datetime import datetime

from schemachange_operator.api.status import QuarantineStatus
from schemachange_operator.api.vocabulary import RunOutcome, Task
from schemachange_operator.core.errors import InvalidSql
from schemachange_operator.core.evidence import moment, stamp
from schemachange_operator.core.quarantine import destroyed, kept_for, place_of
from schemachange_operator.core.sql.statement import read_statements
from schemachange_operator.core.world import Sibling, World


def in_quarantine(world: World) -> tuple[QuarantineStatus, ...]:
    """What this change has put there and not brought back, with the moment from when it may be dropped."""
    found = []
    for step in world.content.steps if world.content else ():
        record = world.run(Task.APPLY, step.name)
        if not step.quarantine or not record or record.outcome != RunOutcome.DONE or world.done(Task.ROLLBACK):
            continue
        place, since = place_of(step.quarantine), record.ended_at
        until = (
            moment(since) + kept_for(step.quarantine, world.policy.quarantine.keep_for) if since and world.policy else None
        )
        found.append(
            QuarantineStatus(
                step=step.name,
                table=str(place.table if place.column else place.table._replace(name=place.renamed)),
                column=place.renamed if place.column else "",
                since=since,
                until=stamp(until),
            )
        )
    return tuple(found)


def kept_until(world: World, sibling: Sibling) -> tuple[str, datetime] | None:
    """What this change would destroy too early of what another has put in quarantine, and when it no longer is."""
    for kept in sibling.quarantine:
        until = moment(kept.until) if kept.until else world.now
        if until > world.now and _destroys(world, kept):
            return (f"{kept.table}.{kept.column}" if kept.column else kept.table), until
    return None


def _destroys(world: World, kept: QuarantineStatus) -> bool:
    try:
        statements = (
            [s for step in world.content.steps if step.sql for s in read_statements(step.sql)] if world.content else []
        )
    except InvalidSql:
        return False
    table = kept.table.rpartition(".")[2]
    return any(one.destructive and destroyed(table, kept.column, one) for one in statements)
