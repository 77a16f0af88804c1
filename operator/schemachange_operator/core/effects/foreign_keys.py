"""Foreign keys: added, validated, altered. Both sides are locked, with all partitions of either."""

from collections.abc import Callable

from schemachange_operator.core.catalog_facts import ConstraintFacts
from schemachange_operator.core.effects.action import Action
from schemachange_operator.core.effects.found import Found
from schemachange_operator.core.effects.ground import Ground
from schemachange_operator.core.effects.locking import EXCLUSIVE, lock_all, scan_rows
from schemachange_operator.core.sql.grammar import Tree

_MODE = "ShareRowExclusive"


def partitions_of(ground: Ground, table: str) -> list[str]:
    """The table and its partitions; children that are no partitions have no part in foreign keys."""
    return ground.tree(table) if ground.partitioned(table) else [table]


def referred(ground: Ground, found: Found, constraint: Tree) -> list[str]:
    """Lock the table that a new foreign key refers to, with its partitions; which these are."""
    others = partitions_of(ground, ground.range(constraint["pktable"]))
    lock_all(found, others, _MODE)
    return others


def add_key(action: Action, constraint: Tree, *, validates: bool) -> None:
    """A new foreign key of the action's table."""
    own = partitions_of(action.ground, action.table)
    lock_all(action.found, own, _MODE)
    others = referred(action.ground, action.found, constraint)
    if validates:
        scan_rows(action.ground, action.found, [*own, *others])


def added(action: Action, constraint: Tree) -> None:
    """ADD FOREIGN KEY."""
    add_key(action, constraint, validates=not constraint.get("skip_validation") and constraint.get("is_enforced", True))


def validate(action: Action, key: ConstraintFacts) -> None:
    """VALIDATE of a foreign key: a query reads both sides."""
    ground, found = action.ground, action.found
    own = partitions_of(ground, action.table)
    others = partitions_of(ground, key.refers_to)
    lock_all(found, own, "ShareUpdateExclusive")
    lock_all(found, others, "AccessShare")
    found.lock(key.refers_to, "RowShare")
    scan_rows(ground, found, [*own, *others])


def _alter(action: Action) -> None:
    change = action.command["def"].get("atalter_constraint", action.command["def"].get("constraint", {}))
    name = change.get("conname", "")
    key = action.ground.facts(action.table).constraints.get(name)
    own = partitions_of(action.ground, action.table)
    lock_all(action.found, own, EXCLUSIVE)
    if key is None or key.kind != "f":
        return
    others = partitions_of(action.ground, key.refers_to)
    if not change.get("alter_enforceability"):
        if len(others) > 1:
            lock_all(action.found, (), EXCLUSIVE)
        return
    enforced = change.get("is_enforced", False)
    lock_all(action.found, others, _MODE if enforced else EXCLUSIVE)
    if enforced:
        scan_rows(action.ground, action.found, [*own, *others])


ACTIONS: dict[str, Callable[[Action], None]] = {"AT_AlterConstraint": _alter}
