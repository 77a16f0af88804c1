"""ATTACH and DETACH PARTITION, and what CREATE TABLE … PARTITION OF shares with them."""

from collections.abc import Callable

from schemachange_operator.core.effects import bounds
from schemachange_operator.core.effects.action import Action
from schemachange_operator.core.effects.foreign_keys import partitions_of
from schemachange_operator.core.effects.found import Found
from schemachange_operator.core.effects.ground import Ground
from schemachange_operator.core.effects.locking import EXCLUSIVE, lock_all, scan_rows
from schemachange_operator.core.sql.grammar import Tree

_SHARE_ROW = "ShareRowExclusive"


def joins(ground: Ground, found: Found, parent: str, bound: Tree) -> None:
    """What a new partition does to its parent's surroundings."""
    lock_all(found, ground.indexes(parent), "ShareUpdateExclusive")
    default = ground.default_partition(parent)
    if default and not bound.get("is_default"):
        lock_all(found, ground.tree(default), EXCLUSIVE)
        if not bounds.excludes(ground, default, parent, bound):
            scan_rows(ground, found, ground.tree(default))
    for _, key in ground.keys_from(parent):
        lock_all(found, partitions_of(ground, key.refers_to), _SHARE_ROW)
    for other, _, _ in ground.keys_to(parent):
        found.lock(other, _SHARE_ROW if ground.major >= 15 else "AccessShare")


def _attach(action: Action) -> None:
    ground, found, parent = action.ground, action.found, action.table
    command = action.command["def"]["partition_cmd"]
    child, bound = ground.range(command["name"]), command["bound"]
    family = ground.tree(child)
    lock_all(found, family, EXCLUSIVE)
    joins(ground, found, parent, bound)
    if not bounds.implies(ground, child, parent, bound) or _lacks_index(ground, parent, child):
        scan_rows(ground, found, family)
    for _, key in ground.keys_from(parent):
        scan_rows(ground, found, [*family, *partitions_of(ground, key.refers_to)])


def _lacks_index(ground: Ground, parent: str, child: str) -> bool:
    """Whether an index of the parent has to be built in the child: none is like it but for name and table."""
    wanted = {_shape(one.definition) for one in ground.facts(parent).indexes.values()}
    return not wanted <= {_shape(one.definition) for one in ground.facts(child).indexes.values() if one.valid}


def _shape(definition: str) -> str:
    return ("UNIQUE " if definition.startswith("CREATE UNIQUE") else "") + definition.partition(" USING ")[2]


def _detach(action: Action) -> None:
    ground, found, parent = action.ground, action.found, action.table
    command = action.command["def"]["partition_cmd"]
    child = ground.range(command["name"])
    if command.get("concurrent") or action.kind == "AT_DetachPartitionFinalize":
        found.lock(child, EXCLUSIVE)
        return
    lock_all(found, ground.tree(child), EXCLUSIVE)
    default = ground.default_partition(parent)
    if default:
        found.lock(default, EXCLUSIVE)
    lock_all(found, (one for one in ground.indexes(child) if one in ground.index_parents), EXCLUSIVE)
    for _, key in ground.keys_from(parent):
        lock_all(found, partitions_of(ground, key.refers_to), _SHARE_ROW)
    for other, _, _ in ground.keys_to(parent):
        found.lock(other, EXCLUSIVE)


ACTIONS: dict[str, Callable[[Action], None]] = {
    "AT_AttachPartition": _attach,
    "AT_DetachPartition": _detach,
    "AT_DetachPartitionFinalize": _detach,
}
