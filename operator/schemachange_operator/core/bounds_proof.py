"""Whether valid CHECKs prove what bounds ask of a partition's rows, so that ATTACH PARTITION need not read them.

Only what the server proves as well, and only for a key of one plain column; anything else counts as not proved.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from schemachange_operator.core.partition_bounds import endless, partition_keys
from schemachange_operator.core.sql.grammar import Tree, strings, write_expression

Value = int | Decimal | str

_DAY = re.compile(r"^\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d)?$")

_NUMBER = re.compile(r"^-?\d+(\.\d+)?$")
_NUMBERS = frozenset({"int2", "int4", "int8", "numeric"})


@dataclass(frozen=True)
class Condition:
    """One thing that bounds ask of a row, or that a CHECK says of it: column, operator, constants."""

    column: str
    operator: str
    """>=, >, <, IN, or NOT NULL."""
    values: frozenset[Value] = frozenset()

    def follows_from(self, said: "Condition") -> bool:
        """Whether it holds wherever the other one does: the same, a narrower range, a smaller list."""
        if said.column != self.column:
            return False
        if self.operator == "IN":
            return said.operator == "IN" and said.values <= self.values
        if self.operator == ">=":
            return said.operator in {">=", ">"} and _reaches(said.values, self.values)
        if self.operator == "<":
            return said.operator == "<" and _reaches(self.values, said.values)
        return said.operator == self.operator


def proved(wanted: Iterable[Condition], checks: Iterable[Tree], not_null: Iterable[str]) -> bool:
    """Whether all conditions follow from valid CHECKs and from columns that hold no NULL; of no condition nothing is proved."""
    known = [
        *(said for check in checks for said in conditions_of(check)),
        *(Condition(name, "NOT NULL") for name in not_null),
    ]
    asked = list(wanted)
    return bool(asked) and all(any(one.follows_from(said) for said in known) for one in asked)


def excluded(definition: str, bound: Tree, checks: Iterable[Tree]) -> bool:
    """Whether valid CHECKs prove that no row is within the bounds of a range."""
    ends = [one for one in bound_conditions(definition, bound) if one.operator in {">=", "<"}]
    beyond = [Condition(one.column, "<" if one.operator == ">=" else ">=", one.values) for one in ends]
    return any(one.follows_from(said) for check in checks for said in conditions_of(check) for one in beyond)


def bound_conditions(definition: str, bound: Tree) -> tuple[Condition, ...]:
    """What a partition's rows have to fulfil, for one key that is a plain column; empty for anything more."""
    strategy, keys = partition_keys(definition)
    column = _column(keys[0]) if len(keys) == 1 else ""
    if not column or bound.get("is_default"):
        return ()
    not_null = Condition(column, "NOT NULL")
    if strategy == "list":
        listed = bound.get("listdatums", [])
        with_null = any(item.get("a_const", {}).get("isnull") for item in listed)
        found = Condition(column, "IN", _constants(item for item in listed if not item.get("a_const", {}).get("isnull")))
        return (found,) if with_null else (not_null, found)
    if strategy != "range":
        return ()
    ends = ((">=", "lowerdatums"), ("<", "upperdatums"))
    found_ends = ((operator, datum) for operator, member in ends for datum in bound.get(member, []) if not endless(datum))
    return (not_null, *(Condition(column, operator, _constants([datum])) for operator, datum in found_ends))


def conditions_of(check: Tree) -> Iterator[Condition]:
    """The conditions that a CHECK joins by AND; what cannot be compared with a constant is left out."""
    joined = check.get("bool_expr", {})
    if joined.get("boolop") == "AND_EXPR":
        for part in joined["args"]:
            yield from conditions_of(part)
        return
    test = check.get("null_test", {})
    if test.get("nulltesttype") == "IS_NOT_NULL":
        yield Condition(_column(test["arg"]), "NOT NULL")
        return
    expression = check.get("a_expr", {})
    operator, values = _operator(expression), _constants(_items(expression))
    if operator and values:
        yield Condition(_column(expression.get("lexpr", {})), operator, values)


def _operator(expression: Tree) -> str:
    name, kind = "".join(strings(expression.get("name", []))), expression.get("kind", "")
    if name == "=" and kind in {"AEXPR_OP", "AEXPR_IN", "AEXPR_OP_ANY"}:
        return "IN"
    return name if kind == "AEXPR_OP" and name in {">=", ">", "<"} else ""


def _items(expression: Tree) -> list[Tree]:
    """What the column is compared with; none for an array that is written as one text."""
    right = expression.get("rexpr", {})
    if expression.get("kind") == "AEXPR_OP":
        return [right]
    items: list[Tree] = right.get("list", {}).get("items") or _uncast(right).get("a_array_expr", {}).get("elements", [])
    return items


def _reaches(values: frozenset[Value], ends: frozenset[Value]) -> bool:
    """value >= end, of one each, where that can be told: collations order texts in ways of their own."""
    if len(values) != 1 or len(ends) != 1:
        return False
    (value,), (end,) = values, ends
    if isinstance(value, str) and isinstance(end, str):
        return value == end or (bool(_DAY.match(value)) and bool(_DAY.match(end)) and value >= end)
    return not isinstance(value, str) and not isinstance(end, str) and value >= end


def _column(expression: Tree) -> str:
    """The column that an expression is; a cast that the server wrote around it is looked through."""
    fields = strings(_uncast(expression).get("column_ref", {}).get("fields", []))
    return fields[-1] if fields else ""


def _constants(items: Iterable[Tree]) -> frozenset[Value]:
    """All of them; none where one is not a constant."""
    found = [_constant(item) for item in items]
    return frozenset(one for one in found if one is not None) if None not in found else frozenset()


def _constant(expression: Tree) -> Value | None:
    inner = _uncast(expression)
    constant = inner.get("a_const")
    if constant is None or constant.get("isnull"):
        return None
    if "ival" in constant:
        return int(constant["ival"].get("ival", 0))
    if "fval" in constant:
        return Decimal(constant["fval"]["fval"])
    if "sval" in constant:
        text = str(constant["sval"].get("sval", ""))
        return Decimal(text) if _NUMBER.match(text) and _is_number(expression) else text
    return write_expression(inner)


def _is_number(expression: Tree) -> bool:
    """Whether the server wrote a number as a text with its type behind: all that are negative, and those beyond integer."""
    names = expression.get("type_cast", {}).get("type_name", {}).get("names", [])
    return bool(set(strings(names)) & _NUMBERS)


def _uncast(expression: Tree) -> Tree:
    while "type_cast" in expression:
        expression = expression["type_cast"]["arg"]
    return expression
