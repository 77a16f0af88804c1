"""A new change out of a completed one: its rollbacks in reverse order, with its own steps as the way back."""

from collections.abc import Iterable, Iterator, Sequence

from schemachange_operator.api.reason import Reason
from schemachange_operator.api.schema_change import SchemaChange
from schemachange_operator.api.vocabulary import Phase
from schemachange_operator.core.content import Content, ContentStep, Reverts, Undo
from schemachange_operator.core.errors import InvalidSql
from schemachange_operator.core.quarantine import as_frozen
from schemachange_operator.core.sources import too_large
from schemachange_operator.core.sql.content_check import check_content
from schemachange_operator.core.sql.statement import read_statements, step_kind
from schemachange_operator.core.world import Problem

FIELD = "spec.revertOf"
PREFIX = "undo-"
OWN_WAY = "restore from the backup, or give a migration of your own in the place of revertOf"


def reverting(
    change: SchemaChange, original: SchemaChange | None, applied: Content | None
) -> tuple[Content | None, tuple[Problem, ...]]:
    """The content that undoes `original`, whose content is `applied`; or what stands against it.

    Neither while the original is not there or not completed: Pending waits for it.
    """
    refused = _refusal(change, original)
    if refused:
        return None, (Problem(Reason.REVERT_REFUSED, FIELD, refused),)
    if original is None or original.status.phase != Phase.COMPLETED:
        return None, ()
    if applied is None:
        return None, (Problem(Reason.SOURCE_NOT_FOUND, FIELD, _lost(original)),)
    metadata = original.metadata
    content, problems = reverted(applied, metadata.namespace, metadata.name)
    return (content.model_copy(update={"verify": change.spec.verify}) if content else None), problems


def reverted(applied: Content, namespace: str, name: str) -> tuple[Content | None, tuple[Problem, ...]]:
    """The content that undoes another; or which of its steps keeps it from being undone."""
    every = tuple(step.model_copy(update={"quarantine": None}) for step in applied.steps)
    steps = every if applied.reverts else _to_undo(every)
    obstacle = _unwritten(applied) or ("" if applied.reverts else _obstacle(every, steps))
    if obstacle:
        return None, (Problem(Reason.REVERT_IMPOSSIBLE, FIELD, f"{namespace}/{name} {obstacle}"),)
    frozen, undone = as_frozen(applied), {step.name for step in steps}
    kept = tuple(step for step in frozen.steps if step.name in undone)
    reverts = Reverts(namespace=namespace, name=name, content_digest=frozen.digest(), steps=kept)
    # A revert keeps the steps that it undid: undoing it is applying them again, each on its own.
    undoing = applied.reverts.steps if applied.reverts else tuple(_undoing(steps))
    content = Content(steps=undoing, reverts=reverts)
    problems = too_large(content)
    return (None if problems else content), problems


def _refusal(change: SchemaChange, original: SchemaChange | None) -> str:
    if original is None:
        return ""
    if original.metadata.uid == change.metadata.uid:
        return "names the change itself; name the completed change that it undoes"
    name, by = original.metadata.name, original.status.reverted_by
    if _place(original) != _place(change):
        return f"{name} changed {'/'.join(_place(original))}, and this change is for {'/'.join(_place(change))}; mend spec.database"
    if original.status.phase == Phase.ABORTED:
        return f"{name} was aborted, and nothing of it is applied; there is nothing to undo"
    if by and by != change.metadata.name:
        return f"{name} has been undone already by {by}; to have it again, undo {by}"
    return ""


def _place(change: SchemaChange) -> tuple[str, str]:
    reference = change.spec.database
    return reference.namespace or change.metadata.namespace, reference.name


def _lost(original: SchemaChange) -> str:
    name = original.metadata.name
    return (
        f"the frozen content of {name} is gone and cannot be made again from its manifest; delete the object {name} and apply its"
        " manifest as it was: the ledger knows that it is completed"
    )


def _unwritten(applied: Content) -> str:
    """The plan wrote the SQL of a quarantine; without that plan nobody knows how to go back."""
    found = next((step.name for step in applied.steps if step.quarantine and step.sql is None), "")
    return f"has step {found}, a quarantine, whose plan is not here; {OWN_WAY}" if found else ""


def _to_undo(steps: Sequence[ContentStep]) -> tuple[ContentStep, ...]:
    """From the first step with a rollback on: what nobody undoes before it stays as it is."""
    first = next((number for number, step in enumerate(steps) if step.undo.sql is not None), len(steps))
    return tuple(steps[first:])


def _obstacle(every: Sequence[ContentStep], steps: Sequence[ContentStep]) -> str:
    unread = check_content(Content(steps=tuple(every)))
    if unread:
        return f"has SQL that cannot be read ({unread[0].message.rstrip('.')}); {OWN_WAY}"
    final = next((step for step in every if step.undo.irreversible is not None), None)
    if final:
        reason = (final.undo.irreversible or "").rstrip(".")
        return f"has step {final.name}, which cannot be undone ({reason}); {OWN_WAY}"
    return "" if steps else f"has no step with a rollback, each says notNeeded; {OWN_WAY}"


def _undoing(steps: Sequence[ContentStep]) -> Iterator[ContentStep]:
    names: set[str] = set()
    for group in reversed(tuple(_groups(steps))):
        name = _name(group[0].name, names)
        names.add(name)
        yield ContentStep(name=name, sql=group[0].undo.sql, undo=_again(name, group))


def _groups(steps: Iterable[ContentStep]) -> Iterator[tuple[ContentStep, ...]]:
    """A step with a rollback, and those after it that need none since they go with it."""
    group: tuple[ContentStep, ...] = ()
    for step in steps:
        if step.undo.sql is not None and group:
            yield group
            group = ()
        group = (*group, step)
    yield group


def _name(step: str, taken: set[str]) -> str:
    """At most as long as a step's name may be, and no other's."""
    longest = 30
    whole = f"{PREFIX}{step}"[:longest].rstrip("-")
    number = 2
    while whole in taken:
        tail = f"-{number}"
        whole, number = f"{PREFIX}{step}"[: longest - len(tail)].rstrip("-") + tail, number + 1
    return whole


def _again(name: str, group: Sequence[ContentStep]) -> Undo:
    """How the undoing of a group is itself undone, should the revert fail half-way: by what the group did."""
    gone = "a new change with revertOf this one applies again what it undid"
    filled = [step.name for step in group if step.backfill]
    if _destroys(group[0].undo.sql or ""):
        return Undo(irreversible=f"{name} destroys data, which no rollback brings back; {gone}")
    if filled:
        return Undo(irreversible=f"{filled[0]} is a backfill, and a rollback fills no rows; {gone}")
    texts = [step.sql or "" for step in group]
    # On a line of its own: the text before may end with a comment.
    together = "\n;\n".join(texts)
    return Undo(sql=together) if _runs(together) else Undo(irreversible=f"its statements do not fit into one step; {gone}")


def _destroys(sql: str) -> bool:
    return any(statement.destructive for statement in read_statements(sql))


def _runs(sql: str) -> bool:
    try:
        step_kind(read_statements(sql))
    except InvalidSql:
        return False
    return True
