"""Where a text stands in a file, so that a finding can point at it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from schemachange_operator.api.base import Model


class Place(Model):
    """One place in a file."""

    file: str
    """The file's path as it was given."""
    line: int = 1
    """From 1."""
    column: int = 1
    """From 1."""


@dataclass(frozen=True)
class TextPlace:
    """A text inside a file: the SQL of one step, for example."""

    file: str
    line: int = 1
    """The line of the file that the text begins on."""
    indent: int = 0
    """Characters before each of its lines."""
    begin: int = 0
    """Characters before its first line."""

    def at(self, line: int, column: int) -> Place:
        """The place of a line and column of the text; its beginning where they are 0."""
        before = self.begin if line <= 1 else self.indent
        return Place(file=self.file, line=self.line + max(line, 1) - 1, column=before + max(column, 1))


@dataclass(frozen=True)
class Places:
    """The texts of one change by their field's path, for example spec.migration.steps[add].sql."""

    whole: TextPlace
    """The change itself."""
    texts: Mapping[str, TextPlace] = field(default_factory=dict)

    def find(self, path: str) -> TextPlace:
        """The text at the path, or what is around it."""
        while path:
            if path in self.texts:
                return self.texts[path]
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        return self.whole
