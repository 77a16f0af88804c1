"""ALTER TABLE, and ALTER of a view, materialized view, sequence or foreign table in the same grammar.

Measured on 14 to 18: the strongest lock of all actions is what the table gets, and its partitions and children for
those actions that go down to them.
"""

from collections.abc import Callable

from schemachange_operator.core.effects import alter_column, constraints, foreign_keys, partitions
from schemachange_operator.core.effects.action import Action
from schemachange_operator.core.effects.found import Found
from schemachange_operator.core.effects.ground import Ground
from schemachange_operator.core.effects.locking import EXCLUSIVE, lock_all, rewrite_table
from schemachange_operator.core.plan import strongest
from schemachange_operator.core.rules.place import Place
from schemachange_operator.core.sql.grammar import Tree

_SHARE_UPDATE = "ShareUpdateExclusive"
_LOCKS = {
    "AT_SetStatistics": _SHARE_UPDATE,
    "AT_SetOptions": _SHARE_UPDATE,
    "AT_ResetOptions": _SHARE_UPDATE,
    "AT_ValidateConstraint": _SHARE_UPDATE,
    "AT_ClusterOn": _SHARE_UPDATE,
    "AT_DropCluster": _SHARE_UPDATE,
    "AT_AttachPartition": _SHARE_UPDATE,
    **dict.fromkeys(
        (
            "AT_EnableTrig", "AT_EnableAlwaysTrig", "AT_EnableReplicaTrig", "AT_EnableTrigAll", "AT_EnableTrigUser",
            "AT_DisableTrig", "AT_DisableTrigAll", "AT_DisableTrigUser",
        ),
        "ShareRowExclusive",
    ),
}  # fmt: skip
"""Actions that take less than ACCESS EXCLUSIVE."""

_LIGHT_OPTIONS = frozenset(
    {
        "fillfactor", "parallel_workers", "toast_tuple_target", "vacuum_index_cleanup", "vacuum_truncate", "n_distinct",
        "vacuum_max_eager_freeze_failure_rate", "log_autovacuum_min_duration", "deduplicate_items",
    }
)  # fmt: skip
"""Storage parameters whose change takes SHARE UPDATE EXCLUSIVE; all of autovacuum_… and toast.… do as well."""


def alter_table(place: Place, ground: Ground, found: Found) -> None:
    """The effects of all actions."""
    table = ground.range(place.tree["relation"])
    if place.tree.get("missing_ok") and not ground.exists(table):
        return
    if place.tree["objtype"] == "OBJECT_TYPE":
        _alter_type(place, ground, found)
        return
    if table in ground.tables_of_indexes or place.tree["objtype"] == "OBJECT_INDEX":
        _alter_index(place, ground, found, table)
        return
    commands = [item["alter_table_cmd"] for item in place.tree["cmds"]]
    mode = strongest([_lock(command) for command in commands])
    found.lock(table, mode)
    dropped = frozenset(one["name"] for one in commands if one["subtype"] == "AT_DropConstraint")
    for command in commands:
        action = Action(place, ground, found, table, command, mode, dropped, place.tree["relation"].get("inh", False))
        act = _ACTIONS.get(command["subtype"])
        if act:
            act(action)


def _lock(command: Tree) -> str:
    kind = command["subtype"]
    definition = command.get("def", {})
    if kind == "AT_AddConstraint" and definition["constraint"]["contype"] == "CONSTR_FOREIGN":
        return "ShareRowExclusive"
    if kind in {"AT_SetRelOptions", "AT_ResetRelOptions"}:
        names = [item["def_elem"] for item in definition.get("list", {}).get("items", [])]
        light = all(
            one.get("defnamespace") == "toast"
            or one["defname"] in _LIGHT_OPTIONS
            or one["defname"].startswith("autovacuum_")
            for one in names
        )
        return _SHARE_UPDATE if light else EXCLUSIVE
    if kind in {"AT_DetachPartition", "AT_DetachPartitionFinalize"} and definition.get("partition_cmd", {}).get(
        "concurrent"
    ):
        return _SHARE_UPDATE
    return _SHARE_UPDATE if kind == "AT_DetachPartitionFinalize" else _LOCKS.get(kind, EXCLUSIVE)


def _alter_index(place: Place, ground: Ground, found: Found, index: str) -> None:
    for item in place.tree["cmds"]:
        command = item["alter_table_cmd"]
        if command["subtype"] == "AT_AttachPartition":
            child = ground.range(command["def"]["partition_cmd"]["name"])
            found.lock(index, _SHARE_UPDATE)
            found.lock(child, EXCLUSIVE)
            tables = (ground.tables_of_indexes.get(one) for one in (index, child))
            lock_all(found, filter(None, tables), "AccessShare")
        else:
            found.lock(index, _lock(command))
            if command["subtype"] == "AT_SetTableSpace" and command.get("name") != "pg_default":
                found.rewrite(index)


def _alter_type(place: Place, ground: Ground, found: Found) -> None:
    """A composite type: tables that are made of it change along."""
    name = ".".join(filter(None, (place.tree["relation"].get("schemaname"), place.tree["relation"]["relname"])))
    for table, of_type in ground.ties.typed.items():
        if of_type in {name, name.partition(".")[2]} or of_type.partition(".")[2] == name:
            lock_all(found, ground.tree(table), EXCLUSIVE)


def _set_persistence(action: Action) -> None:
    unlogged = action.kind == "AT_SetUnLogged"
    table, ground, found = action.table, action.ground, action.found
    if table in ground.sequences:
        if (table in ground.ties.unlogged) != unlogged:
            found.rewrite(table)
        return
    if (table in ground.ties.unlogged) == unlogged or ground.partitioned(table):
        return
    rewrite_table(ground, found, table)
    if ground.major >= 15:
        for sequence in ground.owned_sequences(table):
            found.rewrite(sequence)


def _set_access_method(action: Action) -> None:
    current = action.ground.ties.access_methods.get(action.table, "heap")
    if not action.ground.partitioned(action.table) and action.command.get("name", "heap") != current:
        rewrite_table(action.ground, action.found, action.table)


def _set_tablespace(action: Action) -> None:
    current = action.ground.ties.tablespaces.get(action.table, "pg_default")
    if not action.ground.partitioned(action.table) and action.command["name"] != current:
        # The file is copied block by block.
        action.found.rewrite(action.table)


def _cluster_on(action: Action) -> None:
    action.found.lock(f"{action.table.partition('.')[0]}.{action.command['name']}", _SHARE_UPDATE)


def _replica_identity(action: Action) -> None:
    name = action.command.get("def", {}).get("replica_identity_stmt", {}).get("name")
    if name:
        action.found.lock(f"{action.table.partition('.')[0]}.{name}", "Share")


def _inherit(action: Action) -> None:
    action.found.lock(action.ground.range(action.command["def"]["range_var"]), _SHARE_UPDATE)
    lock_all(action.found, action.ground.below(action.table), "AccessShare")


def _no_inherit(action: Action) -> None:
    action.found.lock(action.ground.range(action.command["def"]["range_var"]), "AccessShare")


def _owner(action: Action) -> None:
    owner = action.command.get("newowner", {})
    if owner.get("rolename") == action.ground.ties.owners.get(action.table) and owner.get("rolename"):
        return
    lock_all(action.found, action.ground.indexes(action.table), EXCLUSIVE)
    lock_all(action.found, action.ground.owned_sequences(action.table), EXCLUSIVE)


def _trigger(action: Action) -> None:
    """Row triggers of a partitioned table are in its partitions, too."""
    triggers = action.ground.triggers.get(action.table, {})
    wanted = action.command.get("name")
    asked = triggers.values() if wanted is None else [triggers.get(wanted, "FOR EACH ROW")]
    if action.ground.partitioned(action.table) and any("FOR EACH ROW" in one for one in asked):
        lock_all(action.found, action.ground.tree(action.table), action.mode)


_ACTIONS: dict[str, Callable[[Action], None]] = {
    **alter_column.ACTIONS,
    **constraints.ACTIONS,
    **foreign_keys.ACTIONS,
    **partitions.ACTIONS,
    "AT_SetLogged": _set_persistence,
    "AT_SetUnLogged": _set_persistence,
    "AT_SetAccessMethod": _set_access_method,
    "AT_SetTableSpace": _set_tablespace,
    "AT_ClusterOn": _cluster_on,
    "AT_ReplicaIdentity": _replica_identity,
    "AT_AddInherit": _inherit,
    "AT_DropInherit": _no_inherit,
    "AT_ChangeOwner": _owner,
    **dict.fromkeys((kind for kind in _LOCKS if "Trig" in kind), _trigger),
}
