"""The bodies of functions and DO blocks: the statements in them, as far as they can be read."""

import re
from collections.abc import Iterator
from functools import cached_property
from typing import Any

from schemachange_operator.core.sql import grammar
from schemachange_operator.core.sql.grammar import GrammarError, Parsed, Tree, strings, walk

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
            yield opaque(outer, f"the function {self.name}, which could not be read")
        elif "sql_body" in self._tree:
            yield from _atomic(outer, self._tree["sql_body"])
        elif language == "sql":
            yield from _embedded(outer, self._body(), f"the function {self.name}, which could not be read")
        elif language == "plpgsql":
            text = f"{_TRIGGER_HEAD}{_quoted(self._body())}" if self._is_trigger else self._text
            yield from _block(outer, text, f"the function {self.name}, which could not be read")
        else:
            yield opaque(outer, f"the function {self.name} in {language}")

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


def do_block(parsed: Parsed) -> Iterator[Parsed]:
    """What a DO block runs."""
    options = {item["def_elem"]["defname"]: item["def_elem"] for item in parsed.tree["args"]}
    language = options.get("language", {}).get("arg", {}).get("string", {}).get("sval", "plpgsql")
    body = options.get("as", {}).get("arg", {}).get("string", {}).get("sval", "")
    if language != "plpgsql":
        yield opaque(parsed, f"a DO block in {language}")
        return
    yield from _block(parsed, f"{_HEAD}{_quoted(body)}", "a DO block that could not be read")


def _block(outer: Parsed, function: str, unreadable: str) -> Iterator[Parsed]:
    """The statements of a PL/pgSQL body, given as a whole CREATE FUNCTION."""
    try:
        tree = grammar.parse_body(function)
    except GrammarError:
        yield opaque(outer, unreadable)
        return
    yield from _inside(outer, tree)
    if _writes_in_a_loop(tree):
        yield opaque(outer, "a loop that changes rows, all of it in one transaction")


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
        yield opaque(outer, unreadable)
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
        yield opaque(outer, "EXECUTE of a text that is made when it runs")
        return
    yield from _embedded(outer, text)


def opaque(outer: Parsed, what: str) -> Parsed:
    """Stands for what cannot be read."""
    return Parsed(OPAQUE, {"what": what}, outer.text, outer.line)
