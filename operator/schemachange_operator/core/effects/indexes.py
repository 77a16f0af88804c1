"""CREATE INDEX and REINDEX."""

from schemachange_operator.core.effects.found import Found
from schemachange_operator.core.effects.ground import Ground
from schemachange_operator.core.effects.locking import EXCLUSIVE, lock_all, scan_rows
from schemachange_operator.core.rules.place import Place
from schemachange_operator.core.sql.kinds.classification import switched_on

_SHARE_UPDATE = "ShareUpdateExclusive"


def create(place: Place, ground: Ground, found: Found) -> None:
    """CREATE INDEX: in a partitioned table it is built in each partition."""
    relation = place.tree["relation"]
    table = ground.range(relation)
    mode = _SHARE_UPDATE if place.tree.get("concurrent") else "Share"
    if place.tree.get("if_not_exists") and f"{table.partition('.')[0]}.{place.tree.get('idxname', '')}" in ground.tables_of_indexes:
        found.lock(table, mode)
        return
    whole = relation.get("inh", False) and ground.partitioned(table)
    tables = ground.tree(table) if whole else [table]
    lock_all(found, tables, mode)
    scan_rows(ground, found, tables)


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
