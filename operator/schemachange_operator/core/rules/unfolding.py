"""What a statement runs beside itself: the statements of a DO block, of functions that it calls, of triggers that it fires."""

from collections.abc import Iterator
from dataclasses import dataclass

from schemachange_operator.core.catalog_facts import CatalogFacts
from schemachange_operator.core.rules.bodies import OPAQUE, Function, do_block, opaque
from schemachange_operator.core.sql import grammar
from schemachange_operator.core.sql.grammar import GrammarError, Parsed, Tree, strings, walk
from schemachange_operator.core.sql.kinds.classification import switched_on
from schemachange_operator.core.sql.name import RelationName, of_parts, of_range

__all__ = ["OPAQUE", "Code", "Unfolding"]

_EVENTS = {"insert_stmt": 4, "delete_stmt": 8, "update_stmt": 16, "merge_stmt": 4 | 8 | 16, "truncate_stmt": 32}
"""Bits of pg_trigger.tgtype that a CREATE TRIGGER's tree carries."""
BUILT_IN_TRIGGERS = frozenset(
    {"suppress_redundant_updates_trigger", "tsvector_update_trigger", "tsvector_update_trigger_column"}
)
"""Trigger functions of PostgreSQL: they touch nothing but the row."""
_RUNS = frozenset({*_EVENTS, "select_stmt", "call_stmt"})


@dataclass(frozen=True)
class Code:
    """A statement that runs, and what it stands in: nothing, a DO block, a function."""

    parsed: Parsed
    inside: str = ""


class Unfolding:
    """Knows the functions and triggers of the target and of the change so far."""

    def __init__(self, catalog: CatalogFacts) -> None:
        self._catalog = catalog
        self._functions: dict[str, list[Function]] = {}
        self._unread = dict(catalog.functions)
        self._names = {name.partition("(")[0].rpartition(".")[2].lower() for name in catalog.functions}
        self._triggers: dict[str, list[tuple[str, int]]] = {}
        for relation, facts in catalog.relations.items():
            for definition in facts.triggers:
                self._note_trigger(definition, relation)

    def unfold(self, parsed: Parsed) -> Iterator[Code]:
        """A statement, in place of a DO block what stands in it, and behind each what it runs beside."""
        self._note(parsed)
        yield from self._expanded(parsed, Code(parsed), set())

    def _note(self, parsed: Parsed) -> None:
        if parsed.node == "create_function_stmt":
            name = of_parts(strings(parsed.tree["funcname"]))
            self._names.add(name.name.lower())
            # It stands in the place of one that the target has under this name.
            self._unread = {key: one for key, one in self._unread.items() if not _is(key, name.name)}
            self._functions[name.name.lower()] = [Function(str(name), parsed.tree, parsed.text)]
        if parsed.node == "create_trig_stmt":
            relation = self._relation(of_range(parsed.tree["relation"]))
            self._triggers.setdefault(relation, []).append((_function_of(parsed.tree), int(parsed.tree.get("events", 0))))

    def _note_trigger(self, definition: str, relation: str) -> None:
        try:
            (parsed,) = grammar.parse(definition)
        except (GrammarError, ValueError):
            return
        self._triggers.setdefault(relation, []).append((_function_of(parsed.tree), int(parsed.tree.get("events", 0))))

    def _relation(self, name: RelationName) -> str:
        if name.schema:
            return str(name)
        candidates = [f"{schema}.{name.name}" for schema in self._catalog.search_path]
        return next(
            (one for one in candidates if one in self._catalog.relations), candidates[0] if candidates else name.name
        )

    def _find(self, name: str) -> list[Function]:
        wanted = name.lower()
        if wanted not in self._functions and wanted in self._names:
            self._functions[wanted] = [_function(key, text) for key, text in self._unread.items() if _is(key, wanted)]
        return self._functions.get(wanted, [])

    def _expanded(self, outer: Parsed, code: Code, seen: set[str]) -> Iterator[Code]:
        for inner in _plain(outer, code):
            yield inner
            for name in dict.fromkeys(self._called(inner.parsed)):
                yield from self._bodies(outer, name, seen)
            for name in dict.fromkeys(self._fired(inner.parsed)):
                if not self._find(name) and name not in BUILT_IN_TRIGGERS:
                    yield Code(opaque(outer, f"the trigger function {name}, whose body is not known"), "a trigger")
                yield from self._bodies(outer, name, seen)

    def _bodies(self, outer: Parsed, name: str, seen: set[str]) -> Iterator[Code]:
        for function in self._find(name):
            if function.name in seen or function.steady:
                continue
            seen.add(function.name)
            for statement in function.statements:
                placed = Parsed(statement.node, statement.tree, statement.text, outer.line)
                yield from self._expanded(outer, Code(placed, f"the function {function.name}"), seen)
            for called in sorted(function.calls & self._names):
                yield from self._bodies(outer, called, seen)

    def _called(self, parsed: Parsed) -> Iterator[str]:
        if parsed.node in _RUNS:
            for node in walk({parsed.node: parsed.tree}):
                if "funcname" in node:
                    yield strings(node["funcname"])[-1]

    def _fired(self, parsed: Parsed) -> Iterator[str]:
        if not self._triggers or parsed.node not in _RUNS:
            return
        for node in walk({parsed.node: parsed.tree}):
            for kind in _EVENTS.keys() & node.keys():
                for one in _targets(kind, node[kind]):
                    of_table = self._triggers.get(self._relation(of_range(one)), [])
                    yield from (function for function, on in of_table if on & _EVENTS[kind])


def _targets(kind: str, tree: Tree) -> list[Tree]:
    return [item["range_var"] for item in tree.get("relations", [])] if kind == "truncate_stmt" else [tree["relation"]]


def _is(signature: str, name: str) -> bool:
    return signature.partition("(")[0].rpartition(".")[2].lower() == name.lower()


def _function(signature: str, definition: str) -> Function:
    try:
        (parsed,) = grammar.parse(definition)
    except (GrammarError, ValueError):
        return Function(signature.partition("(")[0], {}, definition)
    return Function(signature.partition("(")[0], parsed.tree, parsed.text)


def _function_of(trigger: Tree) -> str:
    return strings(trigger.get("funcname", []))[-1] if trigger.get("funcname") else ""


def _plain(outer: Parsed, code: Code) -> Iterator[Code]:
    """A statement, and in place of a DO block or EXPLAIN ANALYZE what it runs."""
    parsed = code.parsed
    if parsed.node == "explain_stmt" and switched_on(parsed.tree.get("options", []), "analyze"):
        node, tree = next(iter(parsed.tree["query"].items()))
        yield Code(Parsed(node, tree, parsed.text, parsed.line), code.inside)
    elif parsed.node == "do_stmt":
        yield from (Code(one, "a DO block") for one in do_block(Parsed(parsed.node, parsed.tree, parsed.text, outer.line)))
    else:
        yield code
