"""ALTER TABLE's actions on constraints that are not foreign keys, and DROP and VALIDATE of any."""

from collections.abc import Callable

from schemachange_operator.core.catalog_facts import ConstraintFacts
from schemachange_operator.core.effects import foreign_keys
from schemachange_operator.core.effects.action import Action
from schemachange_operator.core.effects.alter_column import proves_not_null
from schemachange_operator.core.effects.ground import KEYS
from schemachange_operator.core.effects.locking import (
    EXCLUSIVE,
    constraint_columns,
    drop_index,
    drop_key,
    referred_columns,
    scan_rows,
)
from schemachange_operator.core.sql.grammar import Tree, strings


def _add(action: Action) -> None:
    constraint = action.command["def"]["constraint"]
    _ADDED[constraint["contype"]](action, constraint)


def _check(action: Action, constraint: Tree) -> None:
    reads = not constraint.get("skip_validation") and constraint.get("is_enforced", True)
    if constraint.get("is_no_inherit"):
        if action.ground.major >= 18:
            # They are locked and left alone.
            action.tables()
        tables = [action.table]
    else:
        tables = action.tables()
    if reads:
        scan_rows(action.ground, action.found, tables)


def _not_null(action: Action, constraint: Tree) -> None:
    (column, *_) = strings(constraint["keys"])
    for table in action.tables():
        if not constraint.get("skip_validation") and not proves_not_null(
            action.place, action.ground, table, column, action.dropped
        ):
            scan_rows(action.ground, action.found, [table])


def _key(action: Action, constraint: Tree) -> None:
    """PRIMARY KEY, UNIQUE and EXCLUDE: an index is built, in partitions as well; a primary key makes columns NOT NULL."""
    ground, found = action.ground, action.found
    primary = constraint["contype"] == "CONSTR_PRIMARY"
    if "indexname" in constraint:
        _using_index(action, constraint, primary)
        return
    tables = ground.tree(action.table) if ground.partitioned(action.table) and action.inherit else [action.table]
    if primary and action.inherit:
        for column in strings(constraint.get("keys", [])):
            _made_not_null(action, column)
    if ground.major >= 18:
        # It locks all of them in the same mode before it begins, children that are no partitions as well.
        action.tables()
    for table in tables:
        found.lock(table, EXCLUSIVE if primary or table == action.table else "Share")
    scan_rows(ground, found, tables)


def _made_not_null(action: Action, column: str) -> None:
    """Children that are no partitions are made NOT NULL along, and read for that."""
    facts = action.ground.facts(action.table).columns.get(column)
    if facts is not None and facts.not_null:
        return
    for table in action.ground.tree(action.table):
        action.found.lock(table, EXCLUSIVE)
        if not proves_not_null(action.place, action.ground, table, column, action.dropped):
            scan_rows(action.ground, action.found, [table])


def _using_index(action: Action, constraint: Tree, primary: bool) -> None:
    index = f"{action.table.partition('.')[0]}.{constraint['indexname']}"
    if constraint.get("conname", constraint["indexname"]) != constraint["indexname"]:
        # It is renamed to the constraint.
        action.found.lock(index, "ShareUpdateExclusive")
    facts = action.ground.facts(action.table)
    definition = facts.indexes[index].definition if index in facts.indexes else ""
    columns = definition.partition(" USING ")[2].partition("(")[2].rpartition(")")[0].split(", ")
    if primary:
        for column in (one.strip('"') for one in columns):
            known = facts.columns.get(column)
            proved = proves_not_null(action.place, action.ground, action.table, column, action.dropped)
            if known is not None and not known.not_null and not proved:
                scan_rows(action.ground, action.found, [action.table])


def _drop(action: Action) -> None:
    name, ground, found = action.command["name"], action.ground, action.found
    one = ground.facts(action.table).constraints.get(name)
    if one is None:
        # A NOT NULL of PostgreSQL 18, which the catalog has with its column, or nothing.
        if not action.command.get("missing_ok"):
            action.tables()
        return
    if one.kind == "f":
        drop_key(ground, found, action.table, name, one.refers_to)
        return
    action.tables()
    if one.kind in KEYS:
        drop_index(ground, found, ground.key_index(action.table, name))
        if action.cascade:
            _drop_referring(action, one)


def _drop_referring(action: Action, dropped: ConstraintFacts) -> None:
    ground = action.ground
    columns = constraint_columns(dropped.definition)
    for other, constraint, key in list(ground.keys_to(action.table)):
        if referred_columns(ground, action.table, key.definition) == columns:
            drop_key(ground, action.found, other, constraint, action.table)


def _validate(action: Action) -> None:
    name, ground = action.command["name"], action.ground
    one = ground.facts(action.table).constraints.get(name)
    if one is not None and one.validated:
        return
    if one is not None and one.kind == "f":
        foreign_keys.validate(action, one)
        return
    for table in action.tables():
        own = ground.facts(table).constraints.get(name)
        if own is None or not own.validated:
            scan_rows(ground, action.found, [table])


_ADDED: dict[str, Callable[[Action, Tree], None]] = {
    "CONSTR_CHECK": _check,
    "CONSTR_NOTNULL": _not_null,
    "CONSTR_PRIMARY": _key,
    "CONSTR_UNIQUE": _key,
    "CONSTR_EXCLUSION": _key,
    "CONSTR_FOREIGN": foreign_keys.added,
}

ACTIONS: dict[str, Callable[[Action], None]] = {
    "AT_AddConstraint": _add,
    "AT_DropConstraint": _drop,
    "AT_ValidateConstraint": _validate,
}
