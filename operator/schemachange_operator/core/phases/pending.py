"""Pending: every required input of the procedure is there, and the changes before this one are completed."""

from collections.abc import Iterator

from schemachange_operator.api.reason import Reason
from schemachange_operator.api.vocabulary import Phase
from schemachange_operator.core.inputs import problems
from schemachange_operator.core.outcome import Blocked, Done, Outcome, Wait
from schemachange_operator.core.quarantine_status import kept_until
from schemachange_operator.core.world import World


def step(world: World) -> tuple[Phase, Outcome]:
    """Inputs first, then order: a change with a missing input is told so even while it would have to wait."""
    order = None if world.status.frozen else _order(world)
    return Phase.PENDING, _inputs(world) or order or Done()


def _inputs(world: World) -> Outcome | None:
    found = problems(world)
    if not found:
        return None
    listed = " ".join(f"({number}) {problem.sentence()}" for number, problem in enumerate(found, 1))
    text = listed if len(found) > 1 else found[0].sentence()
    return Blocked(found[0].reason, text)


def _order(world: World) -> Outcome | None:
    names = [reference.name for reference in world.change.spec.depends_on]
    cycle = _cycle(world)
    if cycle:
        return Blocked(Reason.DEPENDENCY_CYCLE, f"spec.dependsOn goes in a circle: {' → '.join(cycle)}. Remove one of them.")
    phases = {s.name: s.phase for s in world.siblings if s.namespace == world.change.metadata.namespace}
    missing = [name for name in names if name not in phases]
    if missing:
        return Wait(
            Reason.DEPENDENCY_MISSING,
            f"Waits for {', '.join(missing)}, which does not exist yet. Apply it, or mend spec.dependsOn.",
        )
    unfinished = [f"{name} ({phases[name] or 'not seen yet'})" for name in names if phases[name] != Phase.COMPLETED]
    if unfinished:
        return Wait(Reason.DEPENDENCY_NOT_COMPLETED, f"Waits until completed: {', '.join(unfinished)}.")
    return _quarantine(world, names)


def _quarantine(world: World, names: list[str]) -> Outcome | None:
    own = world.change.metadata.namespace
    for sibling in (s for s in world.siblings if s.namespace == own and s.name in names):
        kept = kept_until(world, sibling)
        if kept:
            what, until = kept
            return Wait(
                Reason.QUARANTINE_LASTS,
                f"Waits until {until:%Y-%m-%d %H:%M}Z: {what} is in quarantine by {sibling.name}, and kept until then.",
                again_in=(until - world.now).total_seconds(),
            )
    return None


def _cycle(world: World) -> list[str]:
    own = world.change.metadata.name
    graph = {s.name: s.depends_on for s in world.siblings if s.namespace == world.change.metadata.namespace}
    graph[own] = tuple(reference.name for reference in world.change.spec.depends_on)
    return next(_paths_back(graph, own, (own,)), [])


def _paths_back(graph: dict[str, tuple[str, ...]], own: str, path: tuple[str, ...]) -> Iterator[list[str]]:
    for name in graph.get(path[-1], ()):
        if name == own:
            yield [*path, own]
        elif name not in path:
            yield from _paths_back(graph, own, (*path, name))
