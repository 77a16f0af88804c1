"""What ALTER TABLE and renames leave for the statements after them."""

from collections.abc import Callable

from schemachange_operator.core.catalog_facts import ColumnFacts, ConstraintFacts, IndexFacts, RelationFacts
from schemachange_operator.core.effects.ground import Ground
from schemachange_operator.core.rules.place import Place
from schemachange_operator.core.rules.reading import constraints, has, type_of
from schemachange_operator.core.sql.grammar import GrammarError, Tree, parse, strings

_UNKNOWN = "CHECK (true)"


def altered(place: Place, ground: Ground) -> None:
    """ALTER TABLE: columns, constraints, partitions."""
    table = ground.range(place.tree["relation"])
    if table not in ground.relations:
        return
    for item in place.tree["cmds"]:
        command = item["alter_table_cmd"]
        note = _NOTES.get(command["subtype"])
        if note:
            note(place, ground, table, command)


def _change(ground: Ground, table: str, **members: object) -> None:
    ground.put(table, ground.facts(table).model_copy(update=members))


def _set_column(ground: Ground, table: str, name: str, facts: ColumnFacts | None) -> None:
    for one in ground.tree(table):
        columns = dict(ground.facts(one).columns)
        if facts is None:
            columns.pop(name, None)
        else:
            columns[name] = facts
        _change(ground, one, columns=columns)


def _column_added(place: Place, ground: Ground, table: str, command: Tree) -> None:
    column = command["def"]["column_def"]
    not_null = has(column, "NOTNULL", "PRIMARY", "IDENTITY")
    _set_column(ground, table, column["colname"], ColumnFacts(type=_type_text(column), not_null=not_null))
    for one in constraints(column):
        _add_constraint(place, ground, table, {**one, "fk_attrs": [{"string": {"sval": column["colname"]}}]})


def _type_text(column: Tree) -> str:
    base, modifiers, array = type_of(column.get("type_name", {}))
    return base + (f"({','.join(map(str, modifiers))})" if modifiers else "") + ("[]" if array else "")


def _column_dropped(_place: Place, ground: Ground, table: str, command: Tree) -> None:
    _set_column(ground, table, command["name"], None)


def _retyped(_place: Place, ground: Ground, table: str, command: Tree) -> None:
    known = ground.facts(table).columns.get(command["name"])
    if known:
        text = _type_text(command["def"]["column_def"])
        _set_column(ground, table, command["name"], known.model_copy(update={"type": text}))


def _null(_place: Place, ground: Ground, table: str, command: Tree) -> None:
    known = ground.facts(table).columns.get(command["name"])
    if known:
        wanted = command["subtype"] == "AT_SetNotNull"
        _set_column(ground, table, command["name"], known.model_copy(update={"not_null": wanted}))


def _constraint_added(place: Place, ground: Ground, table: str, command: Tree) -> None:
    _add_constraint(place, ground, table, command["def"]["constraint"])


def _add_constraint(place: Place, ground: Ground, table: str, constraint: Tree) -> None:
    kind = _KINDS.get(constraint["contype"])
    if kind is None:
        return
    name = constraint.get("conname") or _default_name(table, constraint)
    valid = not constraint.get("skip_validation") and constraint.get("is_enforced", True)
    made = ConstraintFacts(
        kind=kind,
        definition=_definition(place, constraint),
        validated=valid,
        refers_to=ground.range(constraint["pktable"]) if kind == "f" else "",
    )
    inherits = kind == "c" and not constraint.get("is_no_inherit")
    for one in ground.tree(table) if inherits or (kind == "f" and ground.partitioned(table)) else [table]:
        _change(ground, one, constraints={**ground.facts(one).constraints, name: made})
    if kind in {"p", "u", "x"}:
        _index_of(ground, table, name, constraint)


def _default_name(table: str, constraint: Tree) -> str:
    bare = table.partition(".")[2]
    columns = "_".join(strings(constraint.get("fk_attrs", []) or constraint.get("keys", [])))
    return {"CONSTR_FOREIGN": f"{bare}_{columns}_fkey", "CONSTR_PRIMARY": f"{bare}_pkey"}.get(
        constraint["contype"], f"{bare}_{columns}_key"
    )


def _definition(place: Place, constraint: Tree) -> str:
    """As the server would write it, as far as it is asked for: the statement's own words."""
    words = place.text.upper()
    start = words.find({"CONSTR_CHECK": "CHECK", "CONSTR_FOREIGN": "FOREIGN KEY"}.get(constraint["contype"], "\0"))
    text = place.text[start:] if start >= 0 else ""
    for candidate in (text, text.partition(" NOT VALID")[0]):
        try:
            parse(f"ALTER TABLE t ADD {candidate}")
        except GrammarError:
            continue
        return candidate
    return _UNKNOWN if constraint["contype"] == "CONSTR_CHECK" else ""


def _index_of(ground: Ground, table: str, name: str, constraint: Tree) -> None:
    schema, facts = table.partition(".")[0], ground.facts(table)
    indexes = dict(facts.indexes)
    if "indexname" in constraint:
        old = f"{schema}.{constraint['indexname']}"
        made = indexes.pop(old, IndexFacts(definition=""))
        ground.tables_of_indexes.pop(old, None)
        ground.committed[f"{schema}.{name}"] = ground.committed.pop(old, old)
    else:
        made = IndexFacts(
            definition=f"CREATE UNIQUE INDEX ON {table} USING btree ({', '.join(strings(constraint.get('keys', [])))})"
        )
        ground.made.add(f"{schema}.{name}")
    indexes[f"{schema}.{name}"] = made
    ground.tables_of_indexes[f"{schema}.{name}"] = table
    _change(ground, table, indexes=indexes)


def _constraint_dropped(_place: Place, ground: Ground, table: str, command: Tree) -> None:
    for one in ground.tree(table):
        facts = ground.facts(one)
        kept = {name: known for name, known in facts.constraints.items() if name != command["name"]}
        index = ground.key_index(one, command["name"])
        indexes = {name: known for name, known in facts.indexes.items() if name != index}
        ground.tables_of_indexes.pop(index, None)
        _change(ground, one, constraints=kept, indexes=indexes)


def _validated(_place: Place, ground: Ground, table: str, command: Tree) -> None:
    for one in ground.tree(table):
        facts = ground.facts(one)
        known = facts.constraints.get(command["name"])
        if known:
            valid = known.model_copy(update={"validated": True})
            _change(ground, one, constraints={**facts.constraints, command["name"]: valid})


def _attached(_place: Place, ground: Ground, table: str, command: Tree) -> None:
    part = command["def"]["partition_cmd"]
    child = ground.range(part["name"])
    if table in ground.relations and child in ground.relations:
        _change(ground, child, parents=(table,))
        if part.get("bound", {}).get("is_default"):
            _change(ground, table, default_partition=child)


def _detached(_place: Place, ground: Ground, table: str, command: Tree) -> None:
    child = ground.range(command["def"]["partition_cmd"]["name"])
    if child in ground.relations:
        _change(ground, child, parents=())
        if ground.default_partition(table) == child:
            _change(ground, table, default_partition="")
        for index in ground.indexes(child):
            ground.index_parents.pop(index, None)


def rename_column(ground: Ground, table: str, old: str, new: str) -> None:
    """A column under another name; what names it in definitions is not written anew."""
    for one in ground.tree(table):
        facts = ground.facts(one)
        columns = {new if name == old else name: known for name, known in facts.columns.items()}
        _change(ground, one, columns=columns)


def move(ground: Ground, old: str, new: str) -> None:
    """A relation under another name. Others see the old one until the step is committed."""
    if not ground.exists(old):
        return
    ground.committed[new] = ground.committed.pop(old, old)
    if old in ground.made:
        ground.made.add(new)
    if old in ground.tables_of_indexes:
        _move_index(ground, old, new)
    elif old in ground.sequences:
        ground.sequences[new] = ground.sequences.pop(old)
    else:
        _move_table(ground, old, new)


def _move_index(ground: Ground, old: str, new: str) -> None:
    table = ground.tables_of_indexes.pop(old)
    ground.tables_of_indexes[new] = table
    indexes = {new if name == old else name: one for name, one in ground.facts(table).indexes.items()}
    _change(ground, table, indexes=indexes)


def _move_table(ground: Ground, old: str, new: str) -> None:
    facts: RelationFacts = ground.facts(old)
    for child in ground.children(old):
        parents = tuple(new if one == old else one for one in ground.facts(child).parents)
        _change(ground, child, parents=parents)
    for other, constraint, key in list(ground.keys_to(old)):
        moved = key.model_copy(update={"refers_to": new})
        _change(ground, other, constraints={**ground.facts(other).constraints, constraint: moved})
    facts = ground.facts(old)
    ground.put(old, None)
    ground.put(new, facts)
    for index in facts.indexes:
        ground.tables_of_indexes[index] = new
    for sequence, owner in ground.sequences.items():
        if owner.rpartition(".")[0] == old:
            ground.sequences[sequence] = f"{new}.{owner.rpartition('.')[2]}"
    if old in ground.views:
        ground.views[new] = ground.views.pop(old)
    if old in ground.triggers:
        ground.triggers[new] = ground.triggers.pop(old)
    for view, one in list(ground.views.items()):
        if old in one.reads:
            ground.views[view] = one.model_copy(update={"reads": tuple(new if name == old else name for name in one.reads)})


_KINDS = {
    "CONSTR_CHECK": "c",
    "CONSTR_FOREIGN": "f",
    "CONSTR_PRIMARY": "p",
    "CONSTR_UNIQUE": "u",
    "CONSTR_EXCLUSION": "x",
}
_NOTES: dict[str, Callable[[Place, Ground, str, Tree], None]] = {
    "AT_AddColumn": _column_added,
    "AT_DropColumn": _column_dropped,
    "AT_AlterColumnType": _retyped,
    "AT_SetNotNull": _null,
    "AT_DropNotNull": _null,
    "AT_AddConstraint": _constraint_added,
    "AT_DropConstraint": _constraint_dropped,
    "AT_ValidateConstraint": _validated,
    "AT_AttachPartition": _attached,
    "AT_DetachPartition": _detached,
}
