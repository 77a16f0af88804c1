"""Bounds of a partition as a condition on its rows."""

from collections.abc import Iterable
from dataclasses import dataclass

from schemachange_operator.core.sql.grammar import GrammarError, Tree, parse, strings, write_expression


def partition_keys(definition: str) -> tuple[str, tuple[Tree, ...]]:
    """Strategy (range, list, hash) and the key's expressions, from what pg_get_partkeydef wrote; empty where unreadable."""
    try:
        (parsed,) = parse(f"CREATE TABLE t () PARTITION BY {definition}")
        spec = parsed.tree["partspec"]
    except (GrammarError, KeyError, ValueError):
        return "", ()
    keys = (item["partition_elem"] for item in spec["part_params"])
    strategy = spec["strategy"].removeprefix("PARTITION_STRATEGY_").lower()
    return strategy, tuple(key.get("expr") or _column(key["name"]) for key in keys)


def belonging(definition: str, bound: Tree) -> str:
    """The condition that is true of rows within the bounds; empty where it cannot be said (hash, MINVALUE in a row of keys)."""
    strategy, keys = partition_keys(definition)
    if strategy == "list" and len(keys) == 1 and "listdatums" in bound:
        return _listed(write_expression(keys[0]), bound["listdatums"])
    if strategy == "range" and "lowerdatums" in bound and "upperdatums" in bound:
        return _ranged([write_expression(key) for key in keys], bound["lowerdatums"], bound["upperdatums"])
    return ""


def _column(name: str) -> Tree:
    return {"column_ref": {"fields": [{"string": {"sval": name}}]}}


def _listed(key: str, values: list[Tree]) -> str:
    plain = [write_expression(value) for value in values if not value.get("a_const", {}).get("isnull")]
    parts = [f"({key}) IN ({', '.join(plain)})"] if plain else []
    if len(plain) < len(values):
        parts.append(f"({key}) IS NULL")
    return f"({' OR '.join(parts)})"


def _ranged(keys: list[str], lower: list[Tree], upper: list[Tree]) -> str:
    parts = [f"({key}) IS NOT NULL" for key in keys]
    for operator, datums, endless in ((">=", lower, "minvalue"), ("<", upper, "maxvalue")):
        if all(_endless(datum) == endless for datum in datums):
            continue
        if any(map(_endless, datums)):
            return ""
        row, bounds = ", ".join(f"({key})" for key in keys), ", ".join(map(write_expression, datums))
        parts.append(f"({row}) {operator} ({bounds})")
    return f"({' AND '.join(parts)})"


def _endless(datum: Tree) -> str:
    """Minvalue or maxvalue; empty for a value."""
    fields = strings(datum.get("column_ref", {}).get("fields", []))
    return fields[0].lower() if fields else ""


@dataclass(frozen=True)
class Condition:
    """One thing that bounds ask of a row, for a key that is a plain column."""

    key: str
    operator: str
    """>=, <, IN, or NOT NULL."""
    values: frozenset[str] = frozenset()

    @property
    def not_null(self) -> tuple[str, ...]:
        """The column that it wants to be not null."""
        return (self.key,) if self.operator == "NOT NULL" else ()

    def follows(self, checks: Iterable[Tree], proved: set[str]) -> bool:
        """Whether it follows from valid CHECKs: equal, or with a smaller list; anything else counts as not."""
        if self.operator == "NOT NULL":
            return self.key in proved
        return any(
            said.key == self.key
            and said.operator == self.operator
            and (said.values <= self.values if self.operator == "IN" else said.values == self.values)
            for check in checks
            for said in _said(check)
        )


def bound_conditions(definition: str, bound: Tree) -> tuple[Condition, ...]:
    """What a partition's rows have to fulfil, for one key that is a plain column; empty for anything more."""
    strategy, keys = partition_keys(definition)
    key = _plain(keys[0]) if len(keys) == 1 else ""
    if not key or bound.get("is_default"):
        return ()
    if strategy == "list":
        values = [_value(item) for item in bound.get("listdatums", [])]
        with_null = any(item.get("a_const", {}).get("isnull") for item in bound.get("listdatums", []))
        found = Condition(key, "IN", frozenset(filter(None, values)))
        return (found,) if with_null else (Condition(key, "NOT NULL"), found)
    if strategy != "range":
        return ()
    parts = [Condition(key, "NOT NULL")]
    for operator, member in ((">=", "lowerdatums"), ("<", "upperdatums")):
        ends = (datum for datum in bound.get(member, []) if not _endless(datum))
        parts += [Condition(key, operator, frozenset({_value(datum)})) for datum in ends]
    return tuple(parts)


def _said(check: Tree) -> Iterable[Condition]:
    """The conditions that a CHECK joins by AND."""
    if check.get("bool_expr", {}).get("boolop") == "AND_EXPR":
        for part in check["bool_expr"]["args"]:
            yield from _said(part)
    expression = check.get("a_expr", {})
    key, kind = _plain(expression.get("lexpr", {})), expression.get("kind", "")
    operator = "".join(strings(expression.get("name", [])))
    right = expression.get("rexpr", {})
    if key and kind == "AEXPR_OP" and operator in {">=", "<"}:
        yield Condition(key, operator, frozenset({_value(right) or f"computed {operator}"}))
    if key and kind == "AEXPR_OP" and operator == "=":
        yield Condition(key, "IN", frozenset({_value(right)}))
    if key and operator == "=" and kind in {"AEXPR_IN", "AEXPR_OP_ANY"}:
        items = right.get("list", {}).get("items") or _uncast(right).get("a_array_expr", {}).get("elements", [])
        if items:
            yield Condition(key, "IN", frozenset(map(_value, items)))


def _plain(expression: Tree) -> str:
    """The column that an expression is; a cast that the server wrote around it is looked through."""
    fields = strings(_uncast(expression).get("column_ref", {}).get("fields", []))
    return fields[-1] if fields else ""


def _value(expression: Tree) -> str:
    """A constant as text, whatever it is cast to; empty for anything else, which equals nothing."""
    constant = _uncast(expression)
    return write_expression(constant) if "a_const" in constant and not constant["a_const"].get("isnull") else ""


def _uncast(expression: Tree) -> Tree:
    while "type_cast" in expression:
        expression = expression["type_cast"]["arg"]
    return expression
