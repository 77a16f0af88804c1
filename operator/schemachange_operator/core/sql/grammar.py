"""The border to libpg_query (PostgreSQL 18's grammar): the only module that imports postgast.

Everything behind this border is plain data: a tree is a dictionary whose keys are libpg_query's field names, whose enums
are names, and which leaves out what is false, zero or empty.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import postgast
from google.protobuf.json_format import MessageToDict, ParseDict
from google.protobuf.message import DecodeError
from postgast.pg_query_pb2 import ParseResult
from postgast.pg_query_pb2 import Token as TokenType

Tree = dict[str, Any]

LITERALS = frozenset({"SCONST", "USCONST", "BCONST", "XCONST", "ICONST", "FCONST"})
COMMENTS = frozenset({"SQL_COMMENT", "C_COMMENT"})
_PLACES = frozenset(
    {"location", "stmt_location", "stmt_len", "rexpr_list_start", "rexpr_list_end", "list_start", "list_end"}
)
"""Where something stands in the text."""
_NEAR = re.compile(r"^(?P<what>.*?) at or near \"(?P<token>.*)\"$", re.DOTALL)


class GrammarError(Exception):
    """The text is not SQL. `what` is the grammar's complaint; `token` is where it stopped, empty at the end of the text."""

    def __init__(self, what: str, token: str, line: int, column: int) -> None:
        super().__init__(what)
        self.what = what
        self.token = token
        self.line = line
        self.column = column


@dataclass(frozen=True, eq=False)
class Parsed:
    """One statement as it came out of the grammar; its tree is read by many and written by nobody."""

    node: str
    """libpg_query's name of the statement, for example alter_table_stmt."""
    tree: Tree
    text: str
    """The exact text, without the semicolon and the white space around it."""
    line: int
    """The line that the statement begins on, from 1."""
    start: int = 0
    """Where it begins, in characters of the text."""


@dataclass(frozen=True)
class Token:
    """One token; start and end are offsets into the text, in characters."""

    kind: str
    start: int
    end: int
    text: str


def parse(sql: str) -> tuple[Parsed, ...]:
    """Split a text into statements and parse each. Raises GrammarError.

    Steps, check, analysis and plan each ask for the same text, and one of 10,000 statements takes seconds.
    """
    return _KEPT[len(sql) <= SHORT](sql)


def remember(texts: int) -> None:
    """Keep so many short texts parsed: for a program that reads thousands of them and ends."""
    _KEPT[True] = lru_cache(maxsize=texts)(_parse)


def _parse(sql: str) -> tuple[Parsed, ...]:
    encoded = _encoded(sql)
    try:
        result = postgast.parse(sql)
    except postgast.PgQueryError as error:
        raise _fault(sql, error) from None
    except DecodeError:
        raise GrammarError("expressions are nested deeper than can be read", "", 1, 1) from None
    return tuple(_parsed(encoded, result.stmts))


SHORT = 2_000
"""Characters."""
_KEPT = {True: lru_cache(maxsize=256)(_parse), False: lru_cache(maxsize=4)(_parse)}
"""Texts that are short, and others."""


def _parsed(encoded: bytes, statements: Any) -> Iterator[Parsed]:
    line, counted, characters = 1, 0, 0
    for raw in statements:
        start, length = raw.stmt_location, raw.stmt_len
        piece = encoded[start : start + length] if length else encoded[start:]
        begin = start + len(piece) - len(piece.lstrip())
        line += encoded.count(b"\n", counted, begin)
        characters += len(encoded[counted:begin].decode())
        counted = begin
        node = str(raw.stmt.WhichOneof("node"))
        tree: Tree = MessageToDict(getattr(raw.stmt, node), preserving_proto_field_name=True)
        yield Parsed(node, tree, piece.decode().strip(), line, characters)


def deparse(node: str, tree: Tree) -> str:
    """A statement's tree as SQL again, names quoted where they have to be. Raises GrammarError when it says another thing.

    What is written is read once more: where the two trees are not the same, nothing is answered.
    """
    result = ParseDict({"stmts": [{"stmt": {node: tree}}]}, ParseResult())
    try:
        sql = str(postgast.deparse(result))
        read = tuple(_parsed(_encoded(sql), postgast.parse(sql).stmts))
    except postgast.PgQueryError as error:
        raise GrammarError(error.message, "", 1, 1) from None
    if len(read) != 1 or (read[0].node, _without_places(read[0].tree)) != (node, _without_places(tree)):
        raise GrammarError("the statement cannot be written as it was read", "", 1, 1)
    return sql


def _without_places(tree: Any) -> Any:
    if isinstance(tree, dict):
        return {key: _without_places(value) for key, value in tree.items() if key not in _PLACES}
    return [_without_places(item) for item in tree] if isinstance(tree, list) else tree


def tokens(sql: str) -> tuple[Token, ...]:
    """The tokens of a text, comments included. Raises GrammarError."""
    encoded = _encoded(sql)
    try:
        scanned = postgast.scan(sql).tokens
    except postgast.PgQueryError as error:
        raise _fault(sql, error) from None
    found, at_byte, at_character = [], 0, 0
    for token in scanned:
        at_character += len(encoded[at_byte : token.start].decode())
        at_byte = token.end
        text = encoded[token.start : token.end].decode()
        found.append(Token(TokenType.Name(token.token), at_character, at_character + len(text), text))
        at_character += len(text)
    return tuple(found)


def _encoded(sql: str) -> bytes:
    # libpg_query reads up to the first NUL: what comes after it would be run by nobody and seen by nobody.
    if "\0" in sql:
        line, column = position(sql, sql.index("\0"))
        raise GrammarError("a NUL character stands in the text", "", line, column)
    try:
        return sql.encode()
    except UnicodeEncodeError as error:
        line, column = position(sql, error.start)
        raise GrammarError("a character that is not valid Unicode stands in the text", "", line, column) from None


def _fault(sql: str, error: postgast.PgQueryError) -> GrammarError:
    near = _NEAR.match(error.message)
    what, token = (near["what"], near["token"]) if near else (error.message, "")
    line, column = position(sql, max(error.cursorpos - 1, 0) if error.cursorpos else len(sql))
    return GrammarError(what.removesuffix(" at end of input"), token, line, column)


def position(sql: str, offset: int) -> tuple[int, int]:
    """Line and column, both from 1, of an offset in characters."""
    before = sql[:offset]
    return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1


def walk(tree: Any) -> Iterator[Tree]:
    """Every dictionary in a tree, the tree itself first."""
    pending = [tree]
    while pending:
        here = pending.pop()
        if isinstance(here, dict):
            yield here
            pending.extend(reversed(here.values()))
        elif isinstance(here, list):
            pending.extend(reversed(here))


def strings(items: list[Tree]) -> tuple[str, ...]:
    """The texts of a list of String nodes: a qualified name's parts."""
    return tuple(item["string"].get("sval", "") for item in items if "string" in item)


def parse_body(function: str) -> Any:
    """The tree of a PL/pgSQL body, given as the text of a whole CREATE FUNCTION. Raises GrammarError."""
    # libpg_query ends the whole process when a function has no body in a string.
    if not all(_has_body(one) for one in parse(function)):
        raise GrammarError("there is no body in a string", "", 1, 1)
    try:
        return postgast.parse_plpgsql(function)
    except postgast.PgQueryError as error:
        raise _fault(function, error) from None
    except (ValueError, UnicodeError):
        raise GrammarError("the body cannot be read", "", 1, 1) from None


def _has_body(parsed: Parsed) -> bool:
    options = [item.get("def_elem", {}) for item in parsed.tree.get("options", [])]
    return parsed.node == "create_function_stmt" and any(option.get("defname") == "as" for option in options)


def write_expression(tree: Tree) -> str:
    """The text of an expression's tree: one expression, whatever stood around it."""
    select = {"target_list": [{"res_target": {"val": tree}}], "limit_option": "LIMIT_OPTION_DEFAULT", "op": "SETOP_NONE"}
    result = ParseDict({"stmts": [{"stmt": {"select_stmt": select}}]}, ParseResult())
    return str(postgast.deparse(result)).removeprefix("SELECT ")
