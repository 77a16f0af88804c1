"""CREATE INDEX and REINDEX; the others are in their families (DROP INDEX in drop, ALTER INDEX in alter_table)."""

from schemachange_operator.core.sql.grammar import Tree
from schemachange_operator.core.sql.kinds.classification import Classification, Classifier, named, switched_on
from schemachange_operator.core.sql.name import RelationName, of_range

_WHOLE = frozenset({"REINDEX_OBJECT_SCHEMA", "REINDEX_OBJECT_SYSTEM", "REINDEX_OBJECT_DATABASE"})
"""REINDEX of these opens a transaction for each index."""


def _create_index(tree: Tree) -> Classification:
    table = of_range(tree["relation"])
    concurrent = tree.get("concurrent", False)
    unique = "UNIQUE " if tree.get("unique") else ""
    created = (RelationName(table.schema, tree["idxname"]),) if tree.get("idxname") else ()
    return Classification(
        f"CREATE {unique}INDEX CONCURRENTLY" if concurrent else f"CREATE {unique}INDEX",
        lock="ShareUpdateExclusive" if concurrent else "Share",
        transactional=not concurrent,
        relations=(*named(tree), *created),
        creates=created,
    )


def _reindex(tree: Tree) -> Classification:
    concurrent = switched_on(tree.get("params", []), "concurrently")
    kind = f"REINDEX {tree['kind'].removeprefix('REINDEX_OBJECT_')}"
    return Classification(
        f"{kind} CONCURRENTLY" if concurrent else kind,
        lock="ShareUpdateExclusive" if concurrent else "AccessExclusive",
        transactional=not concurrent and tree["kind"] not in _WHOLE,
        relations=named(tree),
        notes=()
        if concurrent
        else ("readers that plan with the index wait, too; REINDEX … CONCURRENTLY does not block them",),
    )


CLASSIFIERS: dict[str, Classifier] = {
    "index_stmt": _create_index,
    "reindex_stmt": _reindex,
}
