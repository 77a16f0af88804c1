"""ALTER TABLE's actions on columns."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from schemachange_operator.core.effects.action import Action
from schemachange_operator.core.effects.defaults import lock_sequences_named, lock_sequences_used
from schemachange_operator.core.effects.foreign_keys import add_key, partitions_of
from schemachange_operator.core.effects.ground import Ground
from schemachange_operator.core.effects.locking import (
    EXCLUSIVE,
    drop_column,
    drop_key,
    drop_key_by_triggers,
    key_columns,
    lock_all,
    referred_columns,
    rewrite_table,
    scan_rows,
)
from schemachange_operator.core.rules.place import Place
from schemachange_operator.core.rules.reading import (
    constraints,
    default_of,
    has,
    is_serial,
    mentions,
    volatile_functions,
)
from schemachange_operator.core.rules.type_change import TypeChange, type_changes
from schemachange_operator.core.sql.grammar import Tree, strings


def _add(action: Action) -> None:
    column = action.command["def"]["column_def"]
    name = column["colname"]
    if action.command.get("missing_ok") and name in action.ground.facts(action.table).columns:
        return
    tables = action.tables()
    if _fills(action, column):
        for table in tables:
            rewrite_table(action.ground, action.found, table)
    default = default_of(column)
    if default is not None:
        lock_sequences_used(action.ground, action.found, default)
        lock_sequences_named(action.ground, action.found, default)
    if has(column, "CHECK"):
        scan_rows(action.ground, action.found, tables)
    if has(column, "UNIQUE", "PRIMARY"):
        scan_rows(action.ground, action.found, tables)
    for one in constraints(column):
        if one["contype"] == "CONSTR_FOREIGN":
            # Without a default there is nothing but NULL to check.
            add_key(action, one, validates=default is not None and one.get("is_enforced", True))


def _fills(action: Action, column: Tree) -> bool:
    """Whether each row gets a value of its own."""
    if is_serial(column) or has(column, "IDENTITY") or _stored(column):
        return True
    domain = action.ground.parts(strings(column.get("type_name", {}).get("names", [])) or ("",))
    if action.ground.catalog.domains.get(domain):
        return True
    default = default_of(column)
    return default is not None and bool(volatile_functions(default, action.ground.catalog.steady_functions))


def _stored(column: Tree) -> bool:
    generated = (one for one in constraints(column) if one["contype"] == "CONSTR_GENERATED")
    return any(one.get("generated_kind", "s") == "s" for one in generated)


def _drop(action: Action) -> None:
    column = action.command["name"]
    if column not in action.ground.facts(action.table).columns and action.command.get("missing_ok"):
        return
    for table in action.tables():
        drop_column(action.ground, action.found, table, column, cascade=action.cascade)


def _down(action: Action) -> None:
    """An action that goes down to partitions and children and does nothing beside."""
    action.tables()


def _default(action: Action) -> None:
    action.tables()
    lock_sequences_named(action.ground, action.found, action.command.get("def", {}))


def _set_not_null(action: Action) -> None:
    """Rows are read unless a valid CHECK says it already. What is NOT NULL already is left alone, children as well."""
    column, ground = action.command["name"], action.ground
    if _is_not_null(ground, action.table, column):
        return
    for table in action.tables():
        if not _proved(action, table, column):
            scan_rows(ground, action.found, [table])


def _is_not_null(ground: Ground, table: str, column: str) -> bool:
    facts = ground.facts(table).columns.get(column)
    return facts is not None and facts.not_null and f"{table}.{column}" not in ground.ties.not_null_unproven


def _proved(action: Action, table: str, column: str) -> bool:
    if _is_not_null(action.ground, table, column):
        return True
    return proves_not_null(action.place, action.ground, table, column, action.dropped)


def proves_not_null(place: Place, ground: Ground, table: str, column: str, dropped: frozenset[str]) -> bool:
    """Whether a valid CHECK that is not among those dropped says that no row has NULL there."""
    facts = ground.facts(table)
    kept = {
        name: one
        for name, one in facts.constraints.items()
        if name not in dropped and f"{table}.{name}" not in ground.ties.unenforced
    }
    trimmed = facts.model_copy(update={"constraints": kept, "columns": {}})
    catalog = ground.catalog.model_copy(update={"relations": {table: trimmed}})
    return replace(place, catalog=catalog).proves_not_null(table, column)


def _identity(action: Action) -> None:
    options = {item["def_elem"]["defname"] for item in action.command.get("def", {}).get("list", {}).get("items", [])}
    for sequence in action.ground.owned_sequences(action.table, action.command["name"]):
        if action.kind == "AT_DropIdentity":
            action.found.lock(sequence, EXCLUSIVE)
        else:
            action.found.lock(sequence, "ShareRowExclusive")
            if options - {"generated"}:
                action.found.rewrite(sequence, "ShareRowExclusive")
    if action.ground.major >= 17 and action.ground.partitioned(action.table):
        action.tables()


def _set_expression(action: Action) -> None:
    virtual = action.ground.ties.generated.get(f"{action.table}.{action.command['name']}") == "v"
    for table in action.tables():
        if not virtual:
            rewrite_table(action.ground, action.found, table)


def _type(action: Action) -> None:
    for table in action.tables():
        for change in _changes(action, table):
            _retype(action, table, change)


def _changes(action: Action, table: str) -> Iterator[TypeChange]:
    """The change of this action's column as this one table meets it: partitions have indexes and types of their own."""
    schema, _, name = table.partition(".")
    relation = {**action.place.tree["relation"], "schemaname": schema, "relname": name}
    tree = {**action.place.tree, "relation": relation, "cmds": [{"alter_table_cmd": action.command}]}
    return type_changes(replace(action.place, tree=tree, catalog=action.ground.catalog))


def _retype(action: Action, table: str, change: TypeChange) -> None:
    ground, found, column = action.ground, action.found, change.column
    rewrites = change.effect != "free"
    if rewrites:
        rewrite_table(ground, found, table)
    lock_all(found, ground.indexes_on(table, column), EXCLUSIVE)
    if not rewrites and ground.holds_rows(table):
        rebuilt = [what.removeprefix("the index ") for what in change.rechecked if what.startswith("the index ")]
        # What belongs to a partitioned index is never taken over from before.
        rebuilt += [index for index in ground.indexes_on(table, column) if index in ground.index_parents]
        for index in rebuilt:
            found.rewrite(index)
        if rebuilt or change.rechecked:
            found.scan(table)
    if rewrites and _checked(ground, table, column):
        scan_rows(ground, found, [table])
    _retype_keys(action, table, column, rewrites)
    _retype_sequences(action, table, column)


def _checked(ground: Ground, table: str, column: str) -> bool:
    checks = (one for one in ground.facts(table).constraints.values() if one.kind == "c")
    return any(mentions(one.definition, column) for one in checks)


def _retype_keys(action: Action, table: str, column: str, rewrites: bool) -> None:
    """Foreign keys are made anew, and checked where the values are stored in another way now."""
    ground, found = action.ground, action.found
    both = [
        *((table, name, key.refers_to) for name, key in ground.keys_from(table) if column in key_columns(key.definition)[0]),
        *(
            (other, name, table)
            for other, name, key in ground.keys_to(table)
            if column in referred_columns(ground, table, key.definition)
        ),
    ]
    for here, name, there in both:
        lock_all(found, partitions_of(ground, there), "ShareRowExclusive")
        if ground.major >= 15 or not ground.partitioned(there):
            drop_key(ground, found, here, name, there)
        else:
            drop_key_by_triggers(ground, found, there)
        if rewrites:
            scan_rows(ground, found, [*ground.tree(here), *ground.tree(there)])


def _retype_sequences(action: Action, table: str, column: str) -> None:
    ground, found = action.ground, action.found
    for sequence in ground.owned_sequences(table, column):
        if f"{table}.{column}" in ground.ties.identities:
            found.rewrite(sequence, "ShareRowExclusive")
    facts = ground.facts(table).columns.get(column)
    if facts and facts.default:
        lock_sequences_named(ground, found, facts.default)


ACTIONS: dict[str, Callable[[Action], None]] = {
    "AT_AddColumn": _add,
    "AT_DropColumn": _drop,
    "AT_ColumnDefault": _default,
    "AT_SetNotNull": _set_not_null,
    "AT_DropNotNull": _down,
    "AT_SetStatistics": _down,
    "AT_SetStorage": _down,
    "AT_AlterColumnType": _type,
    "AT_AddIdentity": _identity,
    "AT_SetIdentity": _identity,
    "AT_DropIdentity": _identity,
    "AT_SetExpression": _set_expression,
    "AT_DropExpression": _down,
}
