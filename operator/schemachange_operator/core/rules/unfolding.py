"""What a statement runs beside itself: the statements of a DO block, of functions that it calls, of triggers that it fires."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from schemachange_operator.core.catalog_facts import CatalogFacts
from schemachange_operator.core.sql import grammar
from schemachange_operator.core.sql.grammar import GrammarError, Parsed, Tree, strings, walk
from schemachange_operator.core.sql.kinds.classification import switched_on
from schemachange_operator.core.sql.name import RelationName, of_parts, of_range

OPAQUE = "opaque"
"""The node of a place that stands for SQL that is only made when it runs."""

_HEAD = "CREATE FUNCTION body() RETURNS void LANGUAGE plpgsql AS "
_TRIGGER_HEAD = (
    "CREATE FUNCTION body(new record, old record, tg_name text, tg_when text, tg_level text, tg_op text, tg_relid oid,"
    " tg_relname text, tg_table_name text, tg_table_schema text, tg_nargs integer, tg_argv text[], tg_event text, tg_tag text)"
    " RETURNS record LANGUAGE plpgsql AS "
)
"""The grammar cannot write down a trigger function's tree; as a plain one with a trigger's variables it can."""
_LOOPS = frozenset(f"PLpgSQL_stmt_{kind}" for kind in ("loop", "while", "fori", "fors", "forc", "foreach_a", "dynfors"))
_WRITE = re.compile(r"\s*(update|delete|merge|insert|with)\b", re.IGNORECASE)
_CALL = re.compile(r'([\w"$]+)\s*\(')
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


class Function:
    """A function's body, as far as it can be read."""

    def __init__(self, name: str, tree: Tree, text: str) -> None:
        self.name = name
        self._tree = tree
        self._text = text

    @property
    def steady(self) -> bool:
        """Whether it is IMMUTABLE or STABLE: PostgreSQL refuses every change in it then."""
        return self._option("volatility") in {"immutable", "stable"}

    @cached_property
    def statements(self) -> tuple[Parsed, ...]:
        """What its body runs; what cannot be read stands in it as OPAQUE."""
        return tuple(self._statements(Parsed("create_function_stmt", self._tree, self._text, 1)))

    @cached_property
    def calls(self) -> frozenset[str]:
        """Names before a bracket in the expressions of its body: functions among them."""
        body = self._body()
        return frozenset(name.strip('"').lower() for name in _CALL.findall(body))

    def _statements(self, outer: Parsed) -> Iterator[Parsed]:
        language = (self._option("language") or "sql").lower()
        if not self._tree:
            yield _opaque(outer, f"the function {self.name}, which could not be read")
        elif "sql_body" in self._tree:
            yield from _atomic(outer, self._tree["sql_body"])
        elif language == "sql":
            yield from _embedded(outer, self._body(), f"the function {self.name}, which could not be read")
        elif language == "plpgsql":
            text = f"{_TRIGGER_HEAD}{_quoted(self._body())}" if self._is_trigger else self._text
            yield from _block(outer, text, f"the function {self.name}, which could not be read")
        else:
            yield _opaque(outer, f"the function {self.name} in {language}")

    @property
    def _is_trigger(self) -> bool:
        return strings(self._tree.get("return_type", {}).get("names", []))[-1:] in {("trigger",), ("event_trigger",)}

    def _body(self) -> str:
        for item in self._tree.get("options", []):
            if item["def_elem"]["defname"] == "as":
                texts = strings(item["def_elem"]["arg"]["list"]["items"])
                return texts[0] if texts else ""
        return ""

    def _option(self, name: str) -> str:
        for item in self._tree.get("options", []):
            if item["def_elem"]["defname"] == name:
                return str(item["def_elem"].get("arg", {}).get("string", {}).get("sval", ""))
        return ""


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
                    yield Code(_opaque(outer, f"the trigger function {name}, whose body is not known"), "a trigger")
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
        yield from (Code(one, "a DO block") for one in _do(Parsed(parsed.node, parsed.tree, parsed.text, outer.line)))
    else:
        yield code


def _do(parsed: Parsed) -> Iterator[Parsed]:
    options = {item["def_elem"]["defname"]: item["def_elem"] for item in parsed.tree["args"]}
    language = options.get("language", {}).get("arg", {}).get("string", {}).get("sval", "plpgsql")
    body = options.get("as", {}).get("arg", {}).get("string", {}).get("sval", "")
    if language != "plpgsql":
        yield _opaque(parsed, f"a DO block in {language}")
        return
    yield from _block(parsed, f"{_HEAD}{_quoted(body)}", "a DO block that could not be read")


def _block(outer: Parsed, function: str, unreadable: str) -> Iterator[Parsed]:
    """The statements of a PL/pgSQL body, given as a whole CREATE FUNCTION."""
    try:
        tree = grammar.parse_body(function)
    except GrammarError:
        yield _opaque(outer, unreadable)
        return
    yield from _inside(outer, tree)
    if _writes_in_a_loop(tree):
        yield _opaque(outer, "a loop that changes rows, all of it in one transaction")


def _writes_in_a_loop(tree: Any) -> bool:
    loops = [loop for node in walk(tree) for name, loop in node.items() if name in _LOOPS]
    texts = (
        node["PLpgSQL_stmt_execsql"]["sqlstmt"]["PLpgSQL_expr"]["query"]
        for loop in loops
        for node in walk(loop)
        if "PLpgSQL_stmt_execsql" in node
    )
    return any(_WRITE.match(text) for text in texts)


def _quoted(body: str) -> str:
    return (
        "'" + body.replace("'", "''") + "'"
        if "\\" not in body
        else "E'" + body.replace("\\", "\\\\").replace("'", "''") + "'"
    )


def _inside(outer: Parsed, tree: Any) -> Iterator[Parsed]:
    for node in walk(tree):
        if "PLpgSQL_stmt_execsql" in node:
            yield from _embedded(outer, node["PLpgSQL_stmt_execsql"]["sqlstmt"]["PLpgSQL_expr"]["query"])
        if "PLpgSQL_stmt_perform" in node:
            yield from _embedded(outer, node["PLpgSQL_stmt_perform"]["expr"]["PLpgSQL_expr"]["query"])
        if "PLpgSQL_stmt_call" in node:
            yield from _embedded(outer, node["PLpgSQL_stmt_call"]["expr"]["PLpgSQL_expr"]["query"])
        for dynamic in ("PLpgSQL_stmt_dynexecute", "PLpgSQL_stmt_dynfors"):
            if dynamic in node:
                yield from _executed(outer, node[dynamic].get("query", {}).get("PLpgSQL_expr", {}).get("query", ""))


def _embedded(
    outer: Parsed, text: str, unreadable: str = "a statement in a DO block that could not be read"
) -> Iterator[Parsed]:
    try:
        inner = grammar.parse(text)
    except GrammarError:
        yield _opaque(outer, unreadable)
        return
    yield from (Parsed(one.node, one.tree, one.text, outer.line) for one in inner)


def _atomic(outer: Parsed, body: Tree) -> Iterator[Parsed]:
    """The statements of BEGIN ATOMIC … END, or of RETURN."""
    for node in walk(body):
        for name, tree in node.items():
            if name.endswith("_stmt") and name != "return_stmt" and isinstance(tree, dict) and node.keys() == {name}:
                yield Parsed(name, tree, outer.text, outer.line)


def _executed(outer: Parsed, expression: str) -> Iterator[Parsed]:
    """EXECUTE of a plain string is that statement; of anything else nobody can say what it is."""
    try:
        (value,) = grammar.parse(f"SELECT {expression}")
        text = value.tree["target_list"][0]["res_target"]["val"]["a_const"]["sval"]["sval"]
    except (GrammarError, KeyError, ValueError):
        yield _opaque(outer, "EXECUTE of a text that is made when it runs")
        return
    yield from _embedded(outer, text)


def _opaque(outer: Parsed, what: str) -> Parsed:
    return Parsed(OPAQUE, {"what": what}, outer.text, outer.line)
