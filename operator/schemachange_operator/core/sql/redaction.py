"""Statements without their literals: what may be shown, logged and kept where data may not."""

from collections.abc import Container
from itertools import pairwise

from schemachange_operator.core.sql.grammar import COMMENTS, LITERALS, GrammarError, Token, tokens

SHOWN = 40
"""Characters of a token that a message quotes."""
_TYPE_SIZES = frozenset(
    {"VARCHAR", "CHARACTER", "CHAR_P", "NUMERIC", "DECIMAL_P", "DEC", "BIT", "VARYING", "TIME", "TIMESTAMP", "FLOAT_P"}
)
_BODY_FOLLOWS = frozenset({"DO", "FUNCTION", "PROCEDURE"})


def redact(text: str, mark: str = "?", names: Container[int] = ()) -> str:
    """The text with a mark for every literal and without comments; bodies of functions and DO blocks likewise.

    Sizes of types (varchar(20), numeric(10,2)) stay: they are the schema, not data. So do the literals that begin at one of
    the places `names`. What cannot be scanned becomes the mark.
    """
    try:
        found = tokens(text)
    except GrammarError:
        return mark
    has_body = any(token.kind in _BODY_FOLLOWS for token in found[:4])
    sizes = _sizes(found)
    pieces, last = [], 0
    for token in found:
        pieces.append(text[last : token.start])
        last = token.end
        if token.kind in COMMENTS:
            continue
        if token.kind in LITERALS and token.start not in sizes and token.start not in names:
            pieces.append(_body(token.text, mark) if has_body else mark)
        else:
            pieces.append(token.text)
    pieces.append(text[last:])
    lines = (line.rstrip() for line in "".join(pieces).splitlines())
    return "\n".join(line for line in lines if line.strip()).strip()


def _body(literal: str, mark: str) -> str:
    """A dollar-quoted body is SQL or PL/pgSQL, which one scanner reads; any other literal is data."""
    if not literal.startswith("$"):
        return mark
    quote = literal[: literal.index("$", 1) + 1]
    return f"{quote}\n{redact(literal[len(quote) : -len(quote)], mark)}\n{quote}"


def _sizes(found: tuple[Token, ...]) -> frozenset[int]:
    """Where the numbers stand that are sizes of types."""
    inside, sizes = False, set()
    for before, token in pairwise(found):
        if token.text == "(":
            inside = before.kind in _TYPE_SIZES
        elif token.text == ")":
            inside = False
        elif inside and token.kind == "ICONST":
            sizes.add(token.start)
    return frozenset(sizes)


def shown(token: str) -> str:
    """A token as a message may quote it: never a literal, never long."""
    quoted = token[:1] in {"'", "$"} or token[:2].lower() in {"e'", "b'", "x'", "u&", "n'"} or token[:1].isdigit()
    if quoted:
        return "a literal"
    return token if len(token) <= SHOWN else f"{token[:SHOWN]}…"
