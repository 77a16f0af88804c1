"""A partition's bounds as a CHECK: what ATTACH PARTITION would prove by reading all rows."""

from schemachange_operator.core.partition_bounds import endless, partition_keys
from schemachange_operator.core.sequences.writing import expression
from schemachange_operator.core.sql.grammar import Tree, strings, walk


def bounds_check(partition_key: str, bound: Tree) -> str:
    """The condition that rows of the partition meet; empty where it cannot be written: hash, or several columns."""
    strategy, keys = partition_keys(partition_key)
    if len(keys) != 1 or strategy not in {"range", "list"} or bound.get("is_default"):
        return ""
    key = expression(keys[0]) if "column_ref" in keys[0] else f"({expression(keys[0])})"
    return _range(key, bound) if strategy == "range" else _list(key, bound)


def key_columns(partition_key: str) -> tuple[str, ...]:
    """The column of a key over one column; none where the server would name a CHECK after the table alone."""
    keys = partition_keys(partition_key)[1]
    found = {strings(one["column_ref"]["fields"])[-1] for key in keys for one in walk(key) if "column_ref" in one}
    return tuple(found) if len(found) == 1 else ()


def _range(key: str, bound: Tree) -> str:
    parts = [f"{key} IS NOT NULL"]
    for sign, datums in ((">=", "lowerdatums"), ("<", "upperdatums")):
        (datum,) = bound[datums]
        if not endless(datum):
            parts.append(f"{key} {sign} {expression(datum)}")
    return " AND ".join(parts)


def _list(key: str, bound: Tree) -> str:
    values = [expression(datum) for datum in bound["listdatums"] if not datum.get("a_const", {}).get("isnull")]
    if len(values) == len(bound["listdatums"]):
        return f"{key} IS NOT NULL AND {key} IN ({', '.join(values)})"
    return f"{key} IS NULL OR {key} IN ({', '.join(values)})" if values else f"{key} IS NULL"
