"""VACUUM, ANALYZE, CLUSTER, REFRESH, ALTER SYSTEM."""

from schemachange_operator.core.sql.grammar import Tree
from schemachange_operator.core.sql.kinds.classification import Classification, Classifier, named, plain, switched_on


def _vacuum(tree: Tree) -> Classification:
    if not tree.get("is_vacuumcmd", False):
        return Classification("ANALYZE", lock="ShareUpdateExclusive", relations=named(tree))
    full = switched_on(tree.get("options", []), "full")
    return Classification(
        "VACUUM FULL" if full else "VACUUM",
        lock="AccessExclusive" if full else "ShareUpdateExclusive",
        transactional=False,
        relations=named(tree),
        notes=("VACUUM FULL rewrites the table under its lock",) if full else (),
    )


def _cluster(tree: Tree) -> Classification:
    return Classification(
        "CLUSTER",
        lock="AccessExclusive",
        transactional="relation" in tree,
        relations=named(tree),
        notes=("CLUSTER rewrites the table under its lock",),
    )


def _refresh(tree: Tree) -> Classification:
    concurrent = tree.get("concurrent", False)
    kind = "REFRESH MATERIALIZED VIEW"
    return Classification(
        f"{kind} CONCURRENTLY" if concurrent else kind,
        lock="Exclusive" if concurrent else "AccessExclusive",
        relations=named(tree),
    )


def _alter_system(_tree: Tree) -> Classification:
    return Classification("ALTER SYSTEM", transactional=False, notes=("it sets the whole server, not this database alone",))


CLASSIFIERS: dict[str, Classifier] = {
    "vacuum_stmt": _vacuum,
    "cluster_stmt": _cluster,
    "refresh_mat_view_stmt": _refresh,
    "alter_system_stmt": _alter_system,
    "alter_table_move_all_stmt": plain("ALTER … ALL IN TABLESPACE", "AccessExclusive"),
}
