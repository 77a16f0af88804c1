"""YAML with the place of every value."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from schemachange_operator.command.places import TextPlace

SUFFIXES = frozenset({".yaml", ".yml", ".json"})


class _Loader(yaml.SafeLoader):
    """As the API server reads it: a date without quotes is a string."""

    yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


@dataclass(frozen=True)
class Document:
    """One YAML document that is an object."""

    value: dict[str, Any]
    whole: TextPlace
    texts: dict[str, TextPlace]
    """The place of every value by its path; members of lists by number and by name."""

    @property
    def kind(self) -> str:
        """The object's kind, empty where it says none."""
        return str(self.value.get("kind", ""))


def read_documents(file: str, text: str) -> tuple[Document, ...]:
    """All objects of a file. Raises yaml.YAMLError."""
    loader, lines, found = _Loader(text), text.splitlines(), []
    while loader.check_node():
        node = loader.get_node()
        if node is None:
            break
        texts = dict(_texts(file, lines, node, ""))
        value = loader.construct_document(node)
        if isinstance(value, dict):
            found.append(Document(value, TextPlace(file, node.start_mark.line + 1), texts))
    return tuple(found)


def read_file(path: Path) -> tuple[Document, ...]:
    """All objects of a file. Raises OSError, UnicodeError and yaml.YAMLError."""
    return read_documents(str(path), path.read_text(encoding="utf-8"))


def _texts(file: str, lines: list[str], node: yaml.Node, path: str) -> Iterator[tuple[str, TextPlace]]:
    yield path, _place(file, lines, node)
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            # Columns of a backfill are written as check_content names them.
            name = f"{path}[{key.value}]" if path.endswith(".set") else f"{path}.{key.value}".lstrip(".")
            yield from _texts(file, lines, value, name)
    elif isinstance(node, yaml.SequenceNode):
        for number, item in enumerate(node.value):
            # By number as pydantic names it, by name as check_content does.
            for which in filter(None, (str(number), _name(item))):
                yield from _texts(file, lines, item, f"{path}[{which}]")


def _name(node: yaml.Node) -> str:
    members = node.value if isinstance(node, yaml.MappingNode) else []
    return next((str(value.value) for key, value in members if key.value == "name"), "")


def _place(file: str, lines: list[str], node: yaml.Node) -> TextPlace:
    line, column = node.start_mark.line, node.start_mark.column
    style = node.style if isinstance(node, yaml.ScalarNode) else None
    if style in {"|", ">"}:
        # The text begins on the line after the sign.
        following = next((one for one in lines[line + 1 :] if one.strip()), "")
        indent = len(following) - len(following.lstrip(" "))
        return TextPlace(file, line + 2, indent, indent)
    return TextPlace(file, line + 1, 0, column + (1 if style else 0))
