"""Statements that change rows: whether a key holds them to a few."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from schemachange_operator.core.rules.place import Place
from schemachange_operator.core.rules.reading import name_of
from schemachange_operator.core.sql.grammar import Tree, strings, walk

KEY_NAMES = frozenset({"id", "uuid", "key", "code", "slug", "email", "ctid", "number"})
"""Columns that are taken to be keys where the catalog is not known."""

_WRITES = {"update_stmt": "UPDATE", "delete_stmt": "DELETE", "merge_stmt": "MERGE"}


class Write(NamedTuple):
    """One UPDATE, DELETE or MERGE that may change many rows."""

    kind: str
    table: str
    where: bool
    """Whether it has a condition."""


def unbatched(place: Place) -> Iterator[Write]:
    """What a statement changes, WITH queries included, without being held to a few rows of a large table."""
    if place.node not in _ROOTS:
        return
    for node in walk({place.node: place.tree}):
        for member, kind in _WRITES.items():
            tree = node.get(member)
            if not tree:
                continue
            table = place.range_key(tree["relation"])
            where = tree.get("where_clause")
            if place.large(table) and not pinned(place, where, table):
                yield Write(kind, table, where is not None or kind == "MERGE")


_ROOTS = frozenset({*_WRITES, "select_stmt", "insert_stmt"})


def pinned(place: Place, where: Tree | None, table: str) -> bool:
    """Whether a condition names rows by their key: =, IN or a closed range with constants, or a list of at most so many."""
    if where is None:
        return False
    joined = where.get("bool_expr", {})
    if joined.get("boolop") == "AND_EXPR":
        return any(pinned(place, part, table) for part in joined["args"])
    if joined.get("boolop") == "OR_EXPR":
        return all(pinned(place, part, table) for part in joined["args"])
    if "sub_link" in where:
        query = where["sub_link"].get("subselect", {}).get("select_stmt", {})
        return "limit_count" in query
    return _by_key(place, where.get("a_expr", {}), table)


def _by_key(place: Place, expression: Tree, table: str) -> bool:
    column = name_of(expression.get("lexpr", {}).get("column_ref", {}).get("fields", []))
    kind = expression.get("kind")
    equal = kind in {"AEXPR_IN", "AEXPR_BETWEEN", "AEXPR_OP_ANY"} or (
        kind == "AEXPR_OP" and name_of(expression.get("name", [])) == "="
    )
    return equal and column in _keys(place, table) and not any(map(_of_a_table(place), walk(expression["rexpr"])))


def _of_a_table(place: Place) -> Callable[[Tree], bool]:
    """Whether a node is a column; in a function's body NEW, OLD and a name alone are variables, which hold one value."""

    def is_column(node: Tree) -> bool:
        if "column_ref" not in node:
            return False
        parts = strings(node["column_ref"].get("fields", []))
        return not (place.inside and (len(parts) == 1 or (parts and parts[0] in {"new", "old"})))

    return is_column


def _keys(place: Place, table: str) -> frozenset[str]:
    facts = place.facts(table)
    if facts is None:
        return KEY_NAMES
    unique = (one.definition for one in facts.indexes.values() if one.valid and "CREATE UNIQUE" in one.definition)
    lists = (definition.partition(" USING ")[2].partition("(")[2].partition(")")[0] for definition in unique)
    return frozenset(columns.strip('"') for columns in lists) | {"ctid"}
