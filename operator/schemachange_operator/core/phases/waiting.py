"""Waiting: suspended, outside the window, or behind another change. A step that runs is not interrupted by it."""

from dataclasses import dataclass
from datetime import timedelta

from schemachange_operator.api.database import Window
from schemachange_operator.api.reason import Reason
from schemachange_operator.api.vocabulary import Phase, Task
from schemachange_operator.core.duration import words
from schemachange_operator.core.evidence import stamp
from schemachange_operator.core.outcome import Blocked, Done, Outcome, Wait
from schemachange_operator.core.windows import closing, is_open, longest, next_opening
from schemachange_operator.core.world import TOUCHING, Sibling, World

MILLISECOND = timedelta(milliseconds=1)


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
    if window is None:
        return None
    too_long = _longer_than(world, window)
    if too_long:
        return too_long
    if is_open(window, world.now):
        return _ends_too_soon(world, window)
    opens = next_opening(window, world.now)
    until = (opens - world.now).total_seconds()
    return Wait(Reason.WINDOW_CLOSED, f"Window {name} opens at {stamp(opens)}.", again_in=min(until, 300.0))


def _longer_than(world: World, window: Window) -> Outcome | None:
    """A step for which the window is never open long enough: said before the first step begins."""
    room = longest(window, world.now)
    for step in _to_come(world):
        if step.takes > room:
            return Blocked(
                Reason.WINDOW_TOO_SHORT,
                f"By its forecast step {step.name} takes {words(step.milliseconds)}, and window {window.name} is open for"
                f" {words(room / MILLISECOND)} at most. Nothing of it was begun. Divide the step, do its work concurrently or"
                " as a backfill, name a longer window or none in spec.apply.window, or lengthen it in the PostgresDatabase.",
                step.name,
            )
    return None


def _ends_too_soon(world: World, window: Window) -> Outcome | None:
    """The likely duration decides: a step that runs is never cut off, so that a late one ends outside of the window."""
    step = next(iter(_to_come(world)), None)
    left = closing(window, world.now) - world.now
    if step is None or step.backfill or step.takes <= left:
        return None
    opens = next_opening(window, world.now)
    return Wait(
        Reason.WINDOW_ENDS_TOO_SOON,
        f"By its forecast step {step.name} takes {words(step.milliseconds)}, and window {window.name} closes in"
        f" {words(left / MILLISECOND)}. It opens again at {stamp(opens)}.",
        step.name,
        again_in=min((opens - world.now).total_seconds(), 300.0),
    )


@dataclass(frozen=True)
class _Coming:
    """A step that is not done, and how long it is likely to take; a backfill may go on when the window has closed."""

    name: str
    milliseconds: int
    backfill: bool

    @property
    def takes(self) -> timedelta:
        return timedelta() if self.backfill else self.milliseconds * MILLISECOND


def _to_come(world: World) -> list[_Coming]:
    plan, done = world.stored_plan or world.fresh_plan, set(world.steps_done())
    return [
        _Coming(step.name, step.forecast.likely_milliseconds if step.forecast else 0, step.kind == "Backfill")
        for step in (plan.steps if plan else ())
        if step.name not in done
    ]


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
