"""CREATE INDEX: concurrently; on a partitioned table partition by partition, and attached."""

from collections.abc import Iterator

from schemachange_operator.core.content import ContentStep
from schemachange_operator.core.rules.partitions import below, partitions_of
from schemachange_operator.core.rules.place import Place
from schemachange_operator.core.sequences.names import index_name
from schemachange_operator.core.sequences.offer import Offer, step
from schemachange_operator.core.sequences.writing import beside, dotted, named_like
from schemachange_operator.core.sql.grammar import Tree, deparse

MENDS = ("create-index-blocks-writes", "concurrently-on-partitioned", "index-if-not-exists")


def offer(place: Place, _: ContentStep) -> Offer | None:
    """See MENDS."""
    if place.node != "index_stmt":
        return None
    name = place.tree.get("idxname") or index_name(place, place.table, place.tree)
    tree = {key: value for key, value in place.tree.items() if key not in {"if_not_exists", "concurrent"}}
    tree["idxname"] = name
    if place.partitioned(place.table):
        return Offer(steps=tuple(_by_partition(place, tree)))
    drop = f"DROP INDEX CONCURRENTLY IF EXISTS {named_like(tree['relation'], name)}"
    create = step("index", deparse("index_stmt", {**tree, "concurrent": True}), undo=(drop,))
    if not place.tree.get("if_not_exists") or (place.catalog.known and not place.index(_key(place, name))[0]):
        return Offer(steps=(create,))
    before = step("drop-index", drop, undo="the index that it drops is built by the step after it")
    return Offer(steps=(before, create), asks=("An index of that name that is sound already is built once more.",))


def _key(place: Place, name: str) -> str:
    return f"{place.table.rpartition('.')[0]}.{name}"


def _by_partition(place: Place, tree: Tree) -> Iterator[ContentStep]:
    relation = {key: value for key, value in tree["relation"].items() if key != "inh"}
    parent = named_like(relation, tree["idxname"])
    # Those of partitions that were attached go with it; a change that failed half way has others.
    names = [beside(one, index_name(place, one, tree)) for one in below(place.catalog, place.table)]
    back = (f"DROP INDEX {parent}", *(f"DROP INDEX IF EXISTS {name}" for name in names))
    yield step("parent", deparse("index_stmt", {**tree, "relation": relation}), undo=back)
    yield from _attached(place, tree, place.table, parent)


def _attached(place: Place, tree: Tree, table: str, parent: str) -> Iterator[ContentStep]:
    for partition in partitions_of(place.catalog, table):
        schema, _, name = partition.rpartition(".")
        index = index_name(place, partition, tree)
        relation = {**tree["relation"], "schemaname": schema, "relname": name}
        here: Tree = {**tree, "relation": relation, "idxname": index}
        attach = f"ALTER INDEX {parent} ATTACH PARTITION {dotted(f'{schema}.{index}')}"
        if place.partitioned(partition):
            only = {key: value for key, value in relation.items() if key != "inh"}
            yield step("index", deparse("index_stmt", {**here, "relation": only}), undo=_GOES)
            yield from _attached(place, tree, partition, dotted(f"{schema}.{index}"))
        else:
            yield step("index", deparse("index_stmt", {**here, "concurrent": True}), undo=_GOES)
        yield step("attach", attach, undo=_GOES)


_GOES = "it goes with the index of the partitioned table"
