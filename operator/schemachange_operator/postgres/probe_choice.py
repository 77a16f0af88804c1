"""Which probe a statement has."""

from collections.abc import Callable

from schemachange_operator.core.sql.grammar import Tree, parse, strings
from schemachange_operator.core.sql.kinds.classification import switched_on
from schemachange_operator.core.sql.name import of_parts, of_range
from schemachange_operator.postgres.index_probes import CreateIndex, DropIndex, Reindex
from schemachange_operator.postgres.probes import DetachPartition, Probe, Repeatable, Unknowable


def probe_of(text: str) -> Probe:
    """The probe of one statement that cannot be in a transaction."""
    parsed = parse(text)[0]
    chosen = CHOICES.get(parsed.node)
    return chosen(parsed.tree) if chosen else Unknowable()


def _create_index(tree: Tree) -> Probe:
    return CreateIndex(of_range(tree["relation"]), tree["idxname"])


def _drop(tree: Tree) -> Probe:
    return DropIndex(of_parts(strings(tree["objects"][0]["list"]["items"])))


def _reindex(tree: Tree) -> Probe:
    if not switched_on(tree.get("params", []), "concurrently"):
        return Repeatable()
    return Reindex(of_range(tree["relation"]) if "relation" in tree else None)


def _alter_table(tree: Tree) -> Probe:
    command = tree["cmds"][0]["alter_table_cmd"]
    return DetachPartition(of_range(tree["relation"]), of_range(command["def"]["partition_cmd"]["name"]))


CHOICES: dict[str, Callable[[Tree], Probe]] = {
    "index_stmt": _create_index,
    "drop_stmt": _drop,
    "reindex_stmt": _reindex,
    "alter_table_stmt": _alter_table,
    "vacuum_stmt": lambda _: Repeatable(),
    "cluster_stmt": lambda _: Repeatable(),
    "alter_system_stmt": lambda _: Repeatable(),
}
