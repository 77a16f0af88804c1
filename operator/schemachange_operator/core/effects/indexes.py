"""CREATE INDEX and REINDEX."""

from schemachange_operator.core.effects.found import Found
from schemachange_operator.core.effects.ground import Ground
from schemachange_operator.core.effects.locking import EXCLUSIVE, lock_all, scan_rows
from schemachange_operator.core.rules.place import Place
from schemachange_operator.core.sql.grammar import Tree
from schemachange_operator.core.sql.kinds.classification import switched_on

_SHARE_UPDATE = "ShareUpdateExclusive"


def create(place: Place, ground: Ground, found: Found) -> None:
    """CREATE INDEX: in a partitioned table it is built in each partition."""
    relation = place.tree["relation"]
    table = ground.range(relation)
    mode = _SHARE_UPDATE if place.tree.get("concurrent") else "Share"
    if (
        place.tree.get("if_not_exists")
        and f"{table.partition('.')[0]}.{place.tree.get('idxname', '')}" in ground.tables_of_indexes
    ):
        found.lock(table, mode)
        return
    if relation.get("inh", False) and ground.partitioned(table):
        _in_partitions(ground, found, table, _shape(place.tree), mode)
        return
    found.lock(table, mode)
    scan_rows(ground, found, [table])


def _in_partitions(ground: Ground, found: Found, table: str, shape: str, mode: str) -> None:
    """It is built in each partition that has none like it; one that fits becomes part of the new one."""
    lock_all(found, ground.tree(table), mode)
    scan_rows(ground, found, [table])
    for child in ground.children(table):
        indexes = ground.facts(child).indexes.items()
        fitting = (name for name, one in indexes if name not in ground.index_parents and one.valid)
        taken = next(
            (name for name in fitting if shape and ground.facts(child).indexes[name].definition.endswith(shape)), ""
        )
        if taken:
            found.lock(taken, mode)
        else:
            _in_partitions(ground, found, child, shape, mode)


def _shape(tree: Tree) -> str:
    """The end of its definition, as the server writes it; empty where that is not simple."""
    columns = [item["index_elem"] for item in tree.get("index_params", [])]
    plain = all(one.keys() <= {"name", "ordering", "nulls_ordering"} for one in columns)
    directed = any(
        one.get("ordering") == "SORTBY_DESC" or one.get("nulls_ordering") != "SORTBY_NULLS_DEFAULT" for one in columns
    )
    if not plain or directed or tree.get("unique") or "where_clause" in tree:
        return ""
    return f" USING {tree.get('access_method', 'btree')} ({', '.join(one['name'] for one in columns)})"


def reindex(place: Place, ground: Ground, found: Found) -> None:
    """REINDEX of an index, a table, a schema or the whole database."""
    concurrent = switched_on(place.tree.get("params", []), "concurrently")
    kind = place.tree["kind"].removeprefix("REINDEX_OBJECT_")
    if kind == "INDEX":
        name = ground.range(place.tree["relation"])
        _rebuild(ground, found, ground.index_tree(name), concurrent=concurrent)
        return
    if kind == "TABLE":
        tables = ground.tree(ground.range(place.tree["relation"]))
        tables = tables if ground.partitioned(tables[0]) else tables[:1]
    else:
        tables = [name for name in ground.relations if kind != "SCHEMA" or name.partition(".")[0] == place.tree["name"]]
    for table in tables:
        if ground.holds_rows(table):
            found.lock(table, _SHARE_UPDATE if concurrent else "Share")
            _rebuild(ground, found, ground.indexes(table), concurrent=concurrent)


def _rebuild(ground: Ground, found: Found, indexes: list[str], *, concurrent: bool) -> None:
    for index in indexes:
        table = ground.tables_of_indexes.get(index, "")
        if ground.holds_rows(table):
            found.lock(table, _SHARE_UPDATE if concurrent else "Share")
            found.scan(table)
            found.rewrite(index, _SHARE_UPDATE if concurrent else EXCLUSIVE)
