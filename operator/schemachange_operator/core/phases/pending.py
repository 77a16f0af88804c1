"""Pending: every required input of the procedure is there, and the changes before this one are completed."""

from collections.abc import Iterator, Mapping

from schemachange_operator.api.reason import Reason
from schemachange_operator.api.schema_change import ChangeReference, SchemaChangeSpec
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
    names = world.change.spec.waits_for
    cycle = _cycle(world)
    if cycle:
        return Blocked(Reason.DEPENDENCY_CYCLE, f"spec.dependsOn goes in a circle: {' → '.join(cycle)}. Remove one of them.")
    own, original = world.change.metadata.namespace, world.change.spec.revert_of
    phases = {s.name: s.phase for s in world.siblings if s.namespace == own}
    undone = {s.name: s.reverted_by for s in world.siblings if s.namespace == own and s.reverted_by}
    missing = [name for name in names if name not in phases]
    if missing:
        return Wait(
            Reason.DEPENDENCY_MISSING,
            f"Waits for {', '.join(missing)}, which does not exist yet. Apply it, or mend {_fields(world.change.spec)}."
            " A completed change whose object was deleted is applied again as it was: the ledger knows it.",
        )
    unfinished = [f"{name} ({phases[name] or 'not seen yet'})" for name in names if phases[name] != Phase.COMPLETED]
    unfinished += [
        f"{name} (undone by {undone[name]})" for name in names if name != _name(original) and not _stands(name, undone)
    ]
    if not unfinished and world.content is None:
        # Others are looked up in a memory that may be ahead of what the API server showed in this pass.
        unfinished = [_name(original)]
    if unfinished:
        return Wait(Reason.DEPENDENCY_NOT_COMPLETED, f"Waits until completed: {', '.join(unfinished)}.")
    return _quarantine(world, [reference.name for reference in world.change.spec.depends_on])


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


def _stands(name: str, undone: Mapping[str, str]) -> bool:
    """Whether nobody has undone a change, or what undid it has itself been undone."""
    links = 0
    while name in undone and links <= len(undone):
        name, links = undone[name], links + 1
    return links % 2 == 0


def _name(reference: ChangeReference | None) -> str:
    return reference.name if reference else ""


def _fields(spec: SchemaChangeSpec) -> str:
    return "spec.dependsOn or spec.revertOf" if spec.revert_of else "spec.dependsOn"


def _cycle(world: World) -> list[str]:
    own = world.change.metadata.name
    graph = {s.name: s.depends_on for s in world.siblings if s.namespace == world.change.metadata.namespace}
    graph[own] = world.change.spec.waits_for
    return next(_paths_back(graph, own, (own,)), [])


def _paths_back(graph: dict[str, tuple[str, ...]], own: str, path: tuple[str, ...]) -> Iterator[list[str]]:
    for name in graph.get(path[-1], ()):
        if name == own:
            yield [*path, own]
        elif name not in path:
            yield from _paths_back(graph, own, (*path, name))
