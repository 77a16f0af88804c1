"""Bounds of partitions: whether CHECK constraints prove what would be read from the rows otherwise.

Only what the server proves as well: one column, compared with constants. Anything else counts as not proved.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from schemachange_operator.core.effects.ground import Ground
from schemachange_operator.core.rules.reading import check_expression, name_of
from schemachange_operator.core.sql.grammar import Tree

Value = int | float | str

_KEY = re.compile(r'^(RANGE|LIST) \("?([^",() ]+)"?\)$')
_DAY = re.compile(r"^\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d)?$")


class Compared(NamedTuple):
    """column operator value, from a CHECK."""

    column: str
    operator: str
    values: tuple[Value, ...]


def implies(ground: Ground, table: str, parent: str, bound: Tree) -> bool:
    """Whether the valid CHECKs of a table say that all of its rows are within the bound."""
    key = _KEY.match(ground.ties.partition_keys.get(parent, ""))
    if key is None or bound.get("is_default"):
        return False
    column = key[2]
    known = [one for one in _compared(ground, table) if one.column == column]
    if not (_not_null(ground, table, column) or any(one.operator == "not null" for one in known)):
        return False
    if key[1] == "LIST":
        listed = {_constant(item) for item in bound.get("listdatums", [])}
        return any(one.operator == "=" and set(one.values) <= listed for one in known)
    low, high = _ends(bound)
    above = low is None or any(one.operator in {">=", ">"} and _reaches(one.values[0], low) for one in known)
    below = high is None or any(one.operator == "<" and _reaches(high, one.values[0]) for one in known)
    return above and below


def excludes(ground: Ground, table: str, parent: str, bound: Tree) -> bool:
    """Whether the valid CHECKs of a default partition say that none of its rows is within the bound."""
    key = _KEY.match(ground.ties.partition_keys.get(parent, ""))
    if key is None or key[1] == "LIST":
        return False
    low, high = _ends(bound)
    return any(
        (one.operator == ">=" and high is not None and _reaches(one.values[0], high))
        or (one.operator == "<" and low is not None and _reaches(low, one.values[0]))
        for one in _compared(ground, table)
        if one.column == key[2]
    )


def _reaches(value: Value, end: Value) -> bool:
    """value >= end, where that can be told."""
    if isinstance(value, str) and isinstance(end, str):
        return value == end or (bool(_DAY.match(value)) and bool(_DAY.match(end)) and value >= end)
    if isinstance(value, str) or isinstance(end, str):
        return False
    return value >= end


def _ends(bound: Tree) -> tuple[Value | None, Value | None]:
    return _datum(bound, "lowerdatums"), _datum(bound, "upperdatums")


def _datum(bound: Tree, side: str) -> Value | None:
    (item, *_) = bound.get(side) or ({},)
    return _constant(item)


def _not_null(ground: Ground, table: str, column: str) -> bool:
    facts = ground.facts(table).columns.get(column)
    return facts is not None and facts.not_null


def _compared(ground: Ground, table: str) -> Iterator[Compared]:
    for one in ground.facts(table).constraints.values():
        if one.kind == "c" and one.validated:
            yield from _conjuncts(check_expression(one.definition))


def _conjuncts(expression: Tree) -> Iterator[Compared]:
    joined = expression.get("bool_expr", {})
    if joined.get("boolop") == "AND_EXPR":
        for part in joined["args"]:
            yield from _conjuncts(part)
        return
    test = expression.get("null_test", {})
    if test.get("nulltesttype") == "IS_NOT_NULL":
        yield Compared(_column(test["arg"]), "not null", ())
        return
    comparison = expression.get("a_expr", {})
    values = _values(comparison.get("rexpr", {}))
    if values:
        yield Compared(_column(comparison.get("lexpr", {})), name_of(comparison.get("name", [])), values)


def _column(tree: Tree) -> str:
    inner = tree.get("type_cast", {}).get("arg", tree)
    return name_of(inner.get("column_ref", {}).get("fields", []))


def _values(tree: Tree) -> tuple[Value, ...]:
    inner = tree.get("type_cast", {}).get("arg", tree)
    if "a_array_expr" in inner or "list" in inner:
        items = inner.get("a_array_expr", {}).get("elements") or inner.get("list", {}).get("items", [])
        found = [_constant(item) for item in items]
    else:
        found = [_constant(inner)]
    return tuple(one for one in found if one is not None) if None not in found else ()


def _constant(tree: Tree) -> Value | None:
    inner = tree.get("type_cast", {}).get("arg", tree)
    constant = inner.get("a_const", {})
    if "ival" in constant:
        return int(constant["ival"].get("ival", 0))
    if "fval" in constant:
        return float(constant["fval"]["fval"])
    if "sval" in constant:
        return str(constant["sval"].get("sval", ""))
    return None
