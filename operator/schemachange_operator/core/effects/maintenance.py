"""VACUUM, ANALYZE, CLUSTER, REFRESH MATERIALIZED VIEW."""

from schemachange_operator.core.effects import queries
from schemachange_operator.core.effects.found import Found
from schemachange_operator.core.effects.ground import HOLDS_ROWS, Ground
from schemachange_operator.core.effects.locking import EXCLUSIVE, lock_all, rewrite_table
from schemachange_operator.core.rules.place import Place
from schemachange_operator.core.sql.grammar import Tree
from schemachange_operator.core.sql.kinds.classification import switched_on

_SHARE_UPDATE = "ShareUpdateExclusive"


def vacuum(place: Place, ground: Ground, found: Found) -> None:
    """VACUUM works on what holds rows; ANALYZE reads a sample of a table and all below it."""
    relations = [item["vacuum_relation"]["relation"] for item in place.tree.get("rels", [])]
    named = [one for relation in relations for one in _worked_on(ground, relation)]
    if not place.tree.get("is_vacuumcmd", False):
        for table in named or list(ground.relations):
            if ground.facts(table).kind in HOLDS_ROWS | {"p"}:
                _analyze(ground, found, table)
        return
    full = switched_on(place.tree.get("options", []), "full")
    for table in named or list(ground.relations):
        if full and ground.holds_rows(table):
            rewrite_table(ground, found, table)
        elif ground.holds_rows(table):
            found.lock(table, _SHARE_UPDATE)


def _worked_on(ground: Ground, relation: Tree) -> list[str]:
    """Since PostgreSQL 18 children that are no partitions are worked on as well, unless it says ONLY."""
    name = ground.range(relation)
    whole = ground.partitioned(name) or (ground.major >= 18 and relation.get("inh", False))
    return ground.tree(name) if whole else [name]


def _analyze(ground: Ground, found: Found, table: str) -> None:
    found.lock(table, _SHARE_UPDATE)
    below = ground.below(table)
    # Partitions are analysed themselves; of children that are no partitions a sample is read.
    lock_all(found, below, _SHARE_UPDATE if ground.partitioned(table) else "AccessShare")


def cluster(place: Place, ground: Ground, found: Found) -> None:
    """CLUSTER of one table, or of all that were clustered before."""
    if "relation" in place.tree:
        tables = ground.tree(ground.range(place.tree["relation"]))
        tables = tables if ground.partitioned(tables[0]) else tables[:1]
    else:
        tables = [ground.tables_of_indexes[one] for one in ground.ties.clustered if one in ground.tables_of_indexes]
    for table in tables:
        rewrite_table(ground, found, table)


def refresh(place: Place, ground: Ground, found: Found) -> None:
    """REFRESH: the view's query is run; without CONCURRENTLY its file is written anew."""
    view = ground.range(place.tree["relation"])
    filled = not place.tree.get("skip_data", False)
    if place.tree.get("concurrent"):
        found.lock(view, "Exclusive")
        found.scan(view)
    else:
        found.lock(view, EXCLUSIVE)
        for one in (view, *ground.indexes(view)):
            found.rewrite(one)
        if filled and ground.indexes(view):
            # Its indexes are built from it.
            found.scan(view)
    if filled and view in ground.views:
        queries.read_definition(place, ground, found, ground.views[view].definition)
