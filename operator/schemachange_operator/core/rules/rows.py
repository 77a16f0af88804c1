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
            if place.large(table) and not pinned(place, where, table) and not _batched(place, tree, table):
                yield Write(kind, table, where is not None or kind == "MERGE")


def _batched(place: Place, tree: Tree, table: str) -> bool:
    """Whether it joins its table by key to a WITH query, or to a query in FROM, of a bounded number of rows."""
    few = {
        node["ctename"]
        for node in walk(place.tree)
        if "ctename" in node and limited(node.get("ctequery", {}).get("select_stmt", {}))
    }
    few |= {
        node["alias"]["aliasname"]
        for node in walk(tree.get("from_clause", []) or tree.get("using_clause", []))
        if "alias" in node and limited(node.get("subquery", {}).get("select_stmt", {}))
    }
    if not few or "where_clause" not in tree:
        return False
    sources = [
        one.get("range_var", {}).get("relname") for one in (*tree.get("from_clause", []), *tree.get("using_clause", []))
    ]
    aliases = {
        one.get("range_var", {}).get("alias", {}).get("aliasname")
        for one in (*tree.get("from_clause", []), *tree.get("using_clause", []))
        if one.get("range_var", {}).get("relname") in few
    }
    return any(_joined(place, node, table, few | aliases) for node in walk(tree["where_clause"])) or (
        not sources and any(node.get("relname") in few for node in walk(tree["where_clause"]))
    )


def _joined(place: Place, node: Tree, table: str, few: set[str]) -> bool:
    if node.get("kind") != "AEXPR_OP" or name_of(node.get("name", [])) != "=":
        return False
    sides = [strings(node.get(side, {}).get("column_ref", {}).get("fields", [])) for side in ("lexpr", "rexpr")]
    return all(sides) and sides[0][-1] in _keys(place, table) and any(side[0] in few for side in sides)


_ROOTS = frozenset({*_WRITES, "select_stmt", "insert_stmt"})

BATCH = 10_000
"""Rows that one statement may change at once."""


def pinned(place: Place, where: Tree | None, table: str) -> bool:
    """Whether a condition names rows by their key: =, IN or a closed range with constants, or a list of at most so many."""
    if where is None:
        return False
    joined = where.get("bool_expr", {})
    if joined.get("boolop") == "AND_EXPR":
        parts = joined["args"]
        return any(pinned(place, part, table) for part in parts) or _between(place, parts, table)
    if joined.get("boolop") == "OR_EXPR":
        return all(pinned(place, part, table) for part in joined["args"])
    if "sub_link" in where:
        return limited(where["sub_link"].get("subselect", {}).get("select_stmt", {}))
    return _by_key(place, where.get("a_expr", {}), table)


def limited(query: Tree) -> bool:
    """Whether a query answers a bounded number of rows, by its own LIMIT or that of the only query that it reads."""
    if "limit_count" in query:
        count = _integer(query["limit_count"])
        return count is None or count <= BATCH
    return False


def _by_key(place: Place, expression: Tree, table: str) -> bool:
    column = _column(expression)
    kind = expression.get("kind")
    equal = kind in {"AEXPR_IN", "AEXPR_BETWEEN", "AEXPR_OP_ANY"} or (
        kind == "AEXPR_OP" and name_of(expression.get("name", [])) == "="
    )
    if not equal or column not in _keys(place, table):
        return False
    right = expression["rexpr"]
    query = right.get("sub_link", {}).get("subselect", {}).get("select_stmt", {})
    if query:
        return limited(query)
    if kind == "AEXPR_BETWEEN":
        low, high = map(_integer, right["list"]["items"])
        if low is not None and high is not None and high - low >= BATCH:
            return False
    return not any(map(_of_a_table(place), walk(right)))


def _of_a_table(place: Place) -> Callable[[Tree], bool]:
    """Whether a node is a column; in a function's body a name alone is a variable, which holds one value, and so is
    a member of what no relation of the statement is called: NEW, OLD, a loop's record.
    """
    nodes = list(walk({place.node: place.tree})) if place.inside else []
    relations = {node[member] for node in nodes for member in ("relname", "aliasname", "ctename") if member in node}

    def is_column(node: Tree) -> bool:
        if "column_ref" not in node:
            return False
        parts = strings(node["column_ref"].get("fields", []))
        return not (place.inside and (len(parts) == 1 or (len(parts) == 2 and parts[0] not in relations)))

    return is_column


def _between(place: Place, parts: list[Tree], table: str) -> bool:
    """Whether two comparisons hold a key between constants that are not too far from each other."""
    bounds: dict[str, dict[str, int | None]] = {}
    for part in parts:
        expression = part.get("a_expr", {})
        operator = name_of(expression.get("name", []))
        if operator in {">", ">=", "<", "<="} and "a_const" in expression.get("rexpr", {}):
            bounds.setdefault(_column(expression), {})[operator[0]] = _integer(expression["rexpr"])
    for column, ends in bounds.items():
        if column in _keys(place, table) and len(ends) == 2:
            low, high = ends[">"], ends["<"]
            return low is None or high is None or high - low <= BATCH
    return False


def _column(expression: Tree) -> str:
    return name_of(expression.get("lexpr", {}).get("column_ref", {}).get("fields", []))


def _integer(tree: Tree) -> int | None:
    constant = tree.get("a_const", {})
    if "ival" in constant:
        return int(constant["ival"].get("ival", 0))
    text = constant.get("fval", {}).get("fval", "")
    return int(text) if text.isdigit() else None


def _keys(place: Place, table: str) -> frozenset[str]:
    facts = place.facts(table)
    if facts is None:
        return KEY_NAMES
    unique = (one.definition for one in facts.indexes.values() if one.valid and "CREATE UNIQUE" in one.definition)
    lists = (definition.partition(" USING ")[2].partition("(")[2].partition(")")[0] for definition in unique)
    return frozenset(columns.strip('"') for columns in lists) | {"ctid"}
