"""RENAME, SET SCHEMA, OWNER TO where they are statements of their own."""

from schemachange_operator.core.effects.found import Found
from schemachange_operator.core.effects.ground import KEYS, Ground
from schemachange_operator.core.effects.locking import EXCLUSIVE, lock_all
from schemachange_operator.core.rules.place import Place


def rename(place: Place, ground: Ground, found: Found) -> None:
    """ALTER … RENAME."""
    tree = place.tree
    if "relation" not in tree or tree["rename_type"] == "OBJECT_ATTRIBUTE":
        return
    name, kind = ground.range(tree["relation"]), tree["rename_type"]
    if tree.get("missing_ok") and not ground.exists(name):
        return
    if kind == "OBJECT_INDEX":
        found.lock(name, "ShareUpdateExclusive")
        return
    found.lock(name, EXCLUSIVE)
    if kind == "OBJECT_COLUMN" and tree["relation"].get("inh"):
        lock_all(found, ground.tree(name), EXCLUSIVE)
    if kind == "OBJECT_TABCONSTRAINT":
        constraint = ground.facts(name).constraints.get(tree["subname"])
        if constraint and constraint.kind in KEYS:
            found.lock(ground.key_index(name, tree["subname"]), "ShareUpdateExclusive")
        elif constraint and constraint.kind == "c":
            lock_all(found, ground.tree(name), EXCLUSIVE)
    if kind == "OBJECT_TRIGGER" and ground.major >= 15 and _in_partitions(ground, name, tree["subname"]):
        lock_all(found, ground.tree(name), EXCLUSIVE)


def _in_partitions(ground: Ground, table: str, trigger: str) -> bool:
    return ground.partitioned(table) and "FOR EACH ROW" in ground.triggers.get(table, {}).get(trigger, "")


def set_schema(place: Place, ground: Ground, found: Found) -> None:
    """ALTER … SET SCHEMA: sequences go along with their table."""
    if "relation" not in place.tree:
        return
    name = ground.range(place.tree["relation"])
    if place.tree.get("missing_ok") and not ground.exists(name):
        return
    lock_all(found, [name, *ground.owned_sequences(name)], EXCLUSIVE)
