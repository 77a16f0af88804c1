"""Questions to the target's data: which of a change's statements would fail on its rows. One file for each kind."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from schemachange_operator.core.catalog_facts import CatalogFacts
from schemachange_operator.core.content import Content
from schemachange_operator.core.probes import (
    checks,
    domains,
    duplicates,
    exclusions,
    new_types,
    nulls,
    orphans,
    partitions,
)
from schemachange_operator.core.probes.earlier import Earlier
from schemachange_operator.core.probes.question import Orphans, Question
from schemachange_operator.core.rules.place import Place
from schemachange_operator.core.rules.walking import walk_change

KINDS: tuple[Callable[[Place, Earlier], Iterator[Question]], ...] = (
    nulls.questions,
    duplicates.questions,
    orphans.questions,
    checks.questions,
    domains.questions,
    partitions.questions,
    new_types.questions,
    exclusions.questions,
)


def questions(content: Content, catalog: CatalogFacts) -> tuple[Question, ...]:
    """Everything that a change's statements ask of the target's rows as they are now, in their order."""
    earlier = Earlier(content)
    found: dict[Question, None] = {}
    for place in walk_change(content, catalog):
        earlier.enter(place)
        found.update((_weighed(one, place, earlier), None) for kind in KINDS for one in kind(place, earlier))
        earlier.note(place)
    return tuple(found)


def _weighed(question: Question, place: Place, earlier: Earlier) -> Question:
    relations = [question.relation, *([question.ask.parent] if isinstance(question.ask, Orphans) else [])]
    mending = earlier.mends(*relations)
    if mending:
        return replace(question, unsure=f"step {mending} changes rows before")
    return replace(question, unsure=f"it stands in {place.inside}, which may not run it") if place.inside else question
