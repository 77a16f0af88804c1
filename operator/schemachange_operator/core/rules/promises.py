"""What a statement means for the application that runs: whether it takes something away, breaks it, or asks more of it."""

from collections.abc import Iterator

from schemachange_operator.core.rules import (
    alter_composite_type,
    drop_cascade,
    drop_column,
    drop_object,
    drop_schema,
    drop_table,
    drop_view,
    rename_column,
    rename_enum_value,
    rename_schema,
    rename_table,
    truncate,
)
from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.type_change import type_changes

_REMOVES = (drop_column, drop_table, drop_view, drop_object, drop_schema, drop_cascade, truncate)
_BREAKS = (rename_column, rename_table, rename_schema, rename_enum_value, alter_composite_type)


def removes(place: Place) -> Iterator[Hit]:
    """What was there is gone: code of the next version does without it, code of the last one does not."""
    # What goes into quarantine is gone for the application, whatever becomes of the data.
    rules = (rename_column, rename_table) if place.quarantine else _REMOVES
    found = (hit for rule in rules for hit in rule.check(place))
    yield from dict.fromkeys(Hit(hit.relation, hit.what) for hit in found)


def breaks(place: Place) -> Iterator[Hit]:
    """No version of the code works both before and after."""
    for rule in _BREAKS:
        yield from rule.check(place)
    for change in type_changes(place):
        if change.effect != "free" or change.reinterprets:
            yield Hit(place.table, f"{change.column} becomes {change.target}{change.old}")


def tightens(place: Place) -> Iterator[Hit]:
    """Writes that were accepted are refused or changed from then on; rows that were there are changed."""
    own = {column for table, column in place.course.columns if table == place.table}
    for command in place.commands("AT_SetNotNull"):
        if command["name"] not in own:
            yield Hit(place.table, f"{command['name']} has to be given")
    for constraint in place.new_constraints("CHECK", "FOREIGN", "UNIQUE", "EXCLUSION", "PRIMARY"):
        yield Hit(place.table, f"{constraint.get('conname') or 'a new constraint'} refuses rows of {place.table}")
    if place.node in {"create_trig_stmt", "rule_stmt", "create_policy_stmt"} and place.in_use(place.table):
        yield Hit(place.table, f"{place.made.kind} changes what a write to {place.table} does")
    if place.node in {"update_stmt", "delete_stmt", "merge_stmt"} and place.in_use(place.table):
        yield Hit(place.table, f"{place.made.kind} changes rows of {place.table}")
