"""A partition's bounds as a CHECK: what ATTACH PARTITION would prove by reading all rows."""

import re

from schemachange_operator.core.sequences.writing import expression
from schemachange_operator.core.sql.grammar import GrammarError, Tree, parse, strings, walk

_KEY = re.compile(r"^(RANGE|LIST) \((.*)\)$", re.DOTALL)
_OPEN = frozenset({"minvalue", "maxvalue"})


def bounds_check(partition_key: str, bound: Tree) -> str:
    """The condition that rows of the partition meet; empty where it cannot be written: hash, or several columns."""
    match = _KEY.match(partition_key)
    if not match or bound.get("is_default"):
        return ""
    key = match[2]
    try:
        (parsed,) = parse(f"SELECT {key}")
    except (GrammarError, ValueError):
        return ""
    if len(parsed.tree["target_list"]) != 1:
        return ""
    return _range(key, bound) if match[1] == "RANGE" else _list(key, bound)


def key_columns(partition_key: str) -> tuple[str, ...]:
    """The column of a key over one column; none where the server would name a CHECK after the table alone."""
    try:
        (parsed,) = parse(f"SELECT {partition_key.partition('(')[2].removesuffix(')')}")
    except (GrammarError, ValueError):
        return ()
    found = {strings(one["column_ref"]["fields"])[-1] for one in walk(parsed.tree) if "column_ref" in one}
    return tuple(found) if len(found) == 1 else ()


def _range(key: str, bound: Tree) -> str:
    parts = [f"{key} IS NOT NULL"]
    for sign, datums in ((">=", "lowerdatums"), ("<", "upperdatums")):
        (datum,) = bound[datums]
        fields = datum.get("column_ref", {}).get("fields", [])
        if not fields or fields[0]["string"]["sval"] not in _OPEN:
            parts.append(f"{key} {sign} {expression(datum)}")
    return " AND ".join(parts)


def _list(key: str, bound: Tree) -> str:
    values = [expression(datum) for datum in bound["listdatums"] if not datum.get("a_const", {}).get("isnull")]
    if len(values) == len(bound["listdatums"]):
        return f"{key} IS NOT NULL AND {key} IN ({', '.join(values)})"
    return f"{key} IS NULL OR {key} IN ({', '.join(values)})" if values else f"{key} IS NULL"
