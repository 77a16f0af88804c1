"""ADD UNIQUE and ADD PRIMARY KEY on a partitioned table: on the parent alone, then partition by partition, and attached."""

from collections.abc import Iterator

from schemachange_operator.core.content import ContentStep, Undo
from schemachange_operator.core.rules.partitions import below, partitions_of
from schemachange_operator.core.rules.place import Place
from schemachange_operator.core.sequences.constraint_not_valid import default_name
from schemachange_operator.core.sequences.names import chosen
from schemachange_operator.core.sequences.not_null import required
from schemachange_operator.core.sequences.offer import Offer, step
from schemachange_operator.core.sequences.unique_index import index_for
from schemachange_operator.core.sequences.writing import beside, constraint, dotted, quoted, ranged
from schemachange_operator.core.sql.grammar import Tree, strings

MENDS = ("add-unique-builds-index", "add-primary-key")
_GOES = "it goes with the constraint of the partitioned table"


def offer(place: Place, _: ContentStep) -> Offer | None:
    """See MENDS."""
    (command,) = place.commands()
    tree = command.get("def", {}).get("constraint", {})
    if not place.partitioned(place.table) or not tree or "indexname" in tree:
        return None
    return Offer(steps=tuple(_steps(place, tree)))


def _steps(place: Place, tree: Tree) -> Iterator[ContentStep]:
    keys = strings(tree["keys"])
    if tree["contype"] == "CONSTR_PRIMARY":
        for key in keys:
            if not place.proves_not_null(place.table, key):
                yield from _required(place, key)
    name = tree.get("conname") or default_name(place, tree)
    table = ranged(place.tree["relation"])
    added = constraint({**tree, "conname": name})
    back = (f"ALTER TABLE {table} DROP CONSTRAINT {quoted(name)}", *_leftovers(place, tree))
    yield step("parent", f"ALTER TABLE ONLY {table} ADD {added}", undo=back)
    schema = place.table.rpartition(".")[0]
    yield from _below(place, tree, place.table, dotted(f"{schema}.{name}"))


def _required(place: Place, key: str) -> Iterator[ContentStep]:
    """From PostgreSQL 18 on a partition's own key makes its NOT NULL its own, which the parent's end does not end."""
    *before, last = required(place, key)
    yield from before
    own = [
        f"ALTER TABLE {dotted(one)} ALTER COLUMN {quoted(key)} DROP NOT NULL;" for one in below(place.catalog, place.table)
    ]
    whole = "\n".join([last.undo.sql or "", *own])
    yield last.model_copy(update={"undo": Undo(sql=whole)})


def _name(place: Place, tree: Tree, partition: str) -> str:
    if tree["contype"] == "CONSTR_PRIMARY":
        return chosen(place, partition, [], "pkey")
    return chosen(place, partition, [*strings(tree["keys"]), *strings(tree.get("including", []))], "key")


def _leftovers(place: Place, tree: Tree) -> Iterator[str]:
    """What a change that failed half way has on partitions; whatever was attached is gone with the parent's."""
    for one in below(place.catalog, place.table):
        name = _name(place, tree, one)
        if place.partitioned(one):
            yield f"ALTER TABLE {dotted(one)} DROP CONSTRAINT IF EXISTS {quoted(name)}"
        else:
            yield f"DROP INDEX IF EXISTS {beside(one, name)}"


def _below(place: Place, tree: Tree, table: str, parent: str) -> Iterator[ContentStep]:
    primary = tree["contype"] == "CONSTR_PRIMARY"
    for partition in partitions_of(place.catalog, table):
        schema, _, relname = partition.rpartition(".")
        name = _name(place, tree, partition)
        index, here = dotted(f"{schema}.{name}"), f"ALTER TABLE {dotted(partition)}"
        attach = f"ALTER INDEX {parent} ATTACH PARTITION {index}"
        if place.partitioned(partition):
            yield step(
                "index", f"ALTER TABLE ONLY {dotted(partition)} ADD {constraint({**tree, 'conname': name})}", undo=_GOES
            )
            yield from _below(place, tree, partition, index)
            yield step("attach", attach, undo=_GOES)
        else:
            relation = {"schemaname": schema, "relname": relname, "inh": True, "relpersistence": "p"}
            yield index_for(relation, tree, name).model_copy(update={"undo": Undo(not_needed=_GOES)})
            kind = "PRIMARY KEY" if primary else "UNIQUE"
            adopt = f"{here} ADD CONSTRAINT {quoted(name)} {kind} USING INDEX {quoted(name)}"
            yield step("attach", adopt, attach, undo=_GOES)
