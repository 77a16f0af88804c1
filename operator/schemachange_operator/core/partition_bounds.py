"""Bounds of a partition as a condition on its rows."""

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
    for operator, datums, open_end in ((">=", lower, "minvalue"), ("<", upper, "maxvalue")):
        if all(endless(datum) == open_end for datum in datums):
            continue
        if any(map(endless, datums)):
            return ""
        row, bounds = ", ".join(f"({key})" for key in keys), ", ".join(map(write_expression, datums))
        parts.append(f"({row}) {operator} ({bounds})")
    return f"({' AND '.join(parts)})"


def endless(datum: Tree) -> str:
    """Minvalue or maxvalue; empty for a value."""
    fields = strings(datum.get("column_ref", {}).get("fields", []))
    return fields[0].lower() if fields else ""
