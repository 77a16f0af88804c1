"""Changes that undo others: planned where the change to be undone is among the files given before them."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from schemachange_operator.command.source import Source
from schemachange_operator.core.revert import FIELD, reverted
from schemachange_operator.core.sql.content_check import ContentProblem


def with_reverted(sources: Iterable[Source]) -> Iterator[Source]:
    """The same changes; one with revertOf has the content that undoes the change that it names, or says why not."""
    known: dict[tuple[str, str], Source] = {}
    for source in sources:
        found = _reverting(source, known) if source.reverts else source
        known[found.namespace, found.name] = found
        yield found


def _reverting(source: Source, known: dict[tuple[str, str], Source]) -> Source:
    original = known.get((source.namespace, source.reverts))
    if original is None or original.content is None:
        what = "has problems of its own" if original else "is not among the files given before this one"
        message = f"{source.reverts} {what}. Give its manifest too: what undoes it is made out of it."
        return replace(source, problems=(*source.problems, ContentProblem(FIELD, message)))
    content, problems = reverted(original.content, original.namespace, original.name)
    if content is None:
        return replace(source, problems=tuple(ContentProblem(one.field, one.message) for one in problems))
    verify = source.change.spec.verify if source.change else ()
    return replace(source, content=content.model_copy(update={"verify": verify}))
