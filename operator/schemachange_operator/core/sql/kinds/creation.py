"""CREATE TABLE, VIEW, SEQUENCE, SCHEMA, and tables made from queries."""

from schemachange_operator.core.sql.grammar import Tree, walk
from schemachange_operator.core.sql.kinds.classification import Classification, Classifier, named, plain
from schemachange_operator.core.sql.name import RelationName, of_range


def _create_table(tree: Tree) -> Classification:
    created = of_range(tree["relation"])
    foreign = any(node.get("contype") == "CONSTR_FOREIGN" for node in walk(tree))
    if tree.get("partbound"):
        kind, lock = "CREATE TABLE PARTITION OF", "AccessExclusive"
    elif foreign:
        kind, lock = "CREATE TABLE", "ShareRowExclusive"
    elif tree.get("inh_relations"):
        kind, lock = "CREATE TABLE", "ShareUpdateExclusive"
    else:
        kind, lock = "CREATE TABLE", "AccessShare" if len(named(tree)) > 1 else ""
    return Classification(kind, lock=lock, relations=named(tree), creates=(created,))


def _create_foreign_table(tree: Tree) -> Classification:
    base = _create_table(tree["base_stmt"])
    return Classification("CREATE FOREIGN TABLE", lock=base.lock, relations=base.relations, creates=base.creates)


def _create_table_as(tree: Tree) -> Classification:
    materialized = tree.get("objtype") == "OBJECT_MATVIEW"
    created = of_range(tree["into"]["rel"])
    kind = "CREATE MATERIALIZED VIEW" if materialized else "CREATE TABLE AS"
    relations = named(tree)
    return Classification(kind, lock="AccessShare" if len(relations) > 1 else "", relations=relations, creates=(created,))


def _create_view(tree: Tree) -> Classification:
    created = of_range(tree["view"])
    replace = tree.get("replace", False)
    kind = "CREATE OR REPLACE VIEW" if replace else "CREATE VIEW"
    lock = "AccessExclusive" if replace else "AccessShare"
    # A recursive view names itself as a WITH query does, which is no relation to `named`.
    relations = tuple(dict.fromkeys((created, *named(tree))))
    return Classification(kind, lock=lock, relations=relations, creates=() if replace else (created,))


def _create_sequence(tree: Tree) -> Classification:
    created = of_range(tree["sequence"])
    return Classification("CREATE SEQUENCE", relations=(created,), creates=(created,))


def _create_schema(tree: Tree) -> Classification:
    schema = tree.get("schemaname")
    inside = tuple(RelationName(name.schema or schema, name.name) for name in named(tree))
    return Classification("CREATE SCHEMA", relations=inside, creates=inside)


CLASSIFIERS: dict[str, Classifier] = {
    "create_stmt": _create_table,
    "create_foreign_table_stmt": _create_foreign_table,
    "create_table_as_stmt": _create_table_as,
    "view_stmt": _create_view,
    "create_seq_stmt": _create_sequence,
    "alter_seq_stmt": plain("ALTER SEQUENCE", "ShareRowExclusive"),
    "create_schema_stmt": _create_schema,
    "create_extension_stmt": plain("CREATE EXTENSION"),
    "alter_extension_stmt": plain("ALTER EXTENSION"),
    "alter_extension_contents_stmt": plain("ALTER EXTENSION"),
    "create_stats_stmt": plain("CREATE STATISTICS", "ShareUpdateExclusive"),
    "alter_stats_stmt": plain("ALTER STATISTICS"),
}
