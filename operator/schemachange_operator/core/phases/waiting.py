"""Waiting: suspended, outside the window, or behind another change. A step that runs is not interrupted by it."""

from schemachange_operator.api.reason import Reason
from schemachange_operator.api.vocabulary import Phase, Task
from schemachange_operator.core.evidence import stamp
from schemachange_operator.core.outcome import Blocked, Done, Outcome, Wait
from schemachange_operator.core.windows import is_open, next_opening
from schemachange_operator.core.world import TOUCHING, Sibling, World


def step(world: World) -> tuple[Phase, Outcome]:
    """What holds the change before its next step; only suspend reaches a backfill that runs."""
    held = _suspended(world)
    if held is None and not world.live_jobs(*TOUCHING, Task.BACKUP):
        held = _window(world) or _others(world)
    return Phase.WAITING, held or Done()


def _suspended(world: World) -> Outcome | None:
    if not world.change.spec.suspend or world.live_jobs(Task.APPLY, Task.VERIFY, Task.BACKUP):
        return None
    return Wait(Reason.SUSPENDED, "spec.suspend is true. Set it to false to go on; what is done so far is kept.")


def _window(world: World) -> Outcome | None:
    name = world.change.spec.apply.window
    windows = world.database.spec.windows if world.database else ()
    window = next((window for window in windows if window.name == name), None)
    if window is None or is_open(window, world.now):
        return None
    opens = next_opening(window, world.now)
    until = (opens - world.now).total_seconds()
    return Wait(Reason.WINDOW_CLOSED, f"Window {name} opens at {stamp(opens)}.", again_in=min(until, 300.0))


def _others(world: World) -> Outcome | None:
    risky = [s for s in _same_database(world) if s.data_at_risk]
    if risky:
        return Blocked(
            Reason.DATABASE_HELD,
            f"The state that change {risky[0].namespace}/{risky[0].name} left is unproven; nothing runs on this database until"
            " that is mended.",
        )
    own = set(world.status.plan.relations if world.status.plan else ())
    for other in _same_database(world):
        shared = own.intersection(other.relations)
        if other.frozen and shared and not world.status.frozen:
            return Wait(
                Reason.RELATIONS_HELD,
                f"Change {other.namespace}/{other.name} works on {', '.join(sorted(shared))}; this one follows.",
                again_in=30.0,
            )
    return None


def _same_database(world: World) -> list[Sibling]:
    database = world.database
    if database is None:
        return []
    place = (database.metadata.namespace, database.metadata.name)
    ended = (Phase.COMPLETED, Phase.ABORTED)
    return [s for s in world.siblings if s.database == place and s.uid != world.change.metadata.uid and s.phase not in ended]
