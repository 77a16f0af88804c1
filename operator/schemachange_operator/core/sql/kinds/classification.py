"""What a family's function answers, and what the families share."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from schemachange_operator.core.sql.grammar import Tree, walk
from schemachange_operator.core.sql.name import RelationName, of_range


@dataclass(frozen=True)
class Classification:
    """What the grammar alone says of one statement; see Statement for the members."""

    kind: str
    lock: str = ""
    transactional: bool = True
    relations: tuple[RelationName, ...] = ()
    creates: tuple[RelationName, ...] = ()
    destroys: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    partners: bool = False


Classifier = Callable[[Tree], Classification]


def named(tree: Tree) -> tuple[RelationName, ...]:
    """Every relation that a tree names, each once, in order; names of WITH queries are not relations."""
    queries = {node["ctename"] for node in walk(tree) if "ctename" in node}
    found = (of_range(node) for node in walk(tree) if "relname" in node)
    return tuple(dict.fromkeys(name for name in found if name.schema or name.name not in queries))


def plain(kind: str, lock: str = "") -> Classifier:
    """A classifier for a statement that is always the same: this lock on whatever it names."""

    def classifier(tree: Tree) -> Classification:
        relations = named(tree)
        return Classification(kind, lock=lock if relations else "", relations=relations)

    return classifier


def option(options: list[Tree], name: str) -> Any:
    """The value of a statement's option as libpg_query writes it; True where it stands alone, None where it is missing."""
    for item in options:
        element = item.get("def_elem", {})
        if element.get("defname") == name:
            argument = element.get("arg")
            return True if argument is None else next(iter(argument.values()))
    return None


def switched_on(options: list[Tree], name: str) -> bool:
    """Whether a boolean option is on, in any of the ways it can be written."""
    value = option(options, name)
    if isinstance(value, dict):
        text = value.get("sval", value.get("boolval", value.get("ival", 0)))
        return str(text).lower() in {"on", "true", "1", "yes"}
    return value is True
