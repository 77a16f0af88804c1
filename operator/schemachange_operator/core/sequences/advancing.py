"""What steps leave for what comes after them: names that are taken, columns that are NOT NULL by now."""

from collections.abc import Iterable
from dataclasses import replace

from schemachange_operator.core.content import Content, ContentStep
from schemachange_operator.core.rules.place import Place
from schemachange_operator.core.rules.walking import walk_change


def advance(place: Place, steps: Iterable[ContentStep]) -> None:
    """Let the course of a place go through some steps."""
    for _ in walk_change(Content(steps=tuple(steps)), place.catalog, place.course):
        pass


def after(place: Place, steps: Iterable[ContentStep]) -> Place:
    """The place as it is after some steps."""
    later = replace(place, course=place.course.copied())
    advance(later, steps)
    return later
