"""DROP of anything, and TRUNCATE."""

from collections.abc import Callable, Iterable

from schemachange_operator.core.effects.defaults import sequences_in
from schemachange_operator.core.effects.foreign_keys import partitions_of
from schemachange_operator.core.effects.found import Found
from schemachange_operator.core.effects.ground import Ground
from schemachange_operator.core.effects.locking import (
    EXCLUSIVE,
    drop_column,
    drop_index,
    drop_key,
    drop_key_by_triggers,
    drop_views,
    lock_all,
)
from schemachange_operator.core.rules.place import Place
from schemachange_operator.core.rules.reading import mentions
from schemachange_operator.core.sql.kinds.drop import object_parts


def drop(place: Place, ground: Ground, found: Found) -> None:
    """DROP of objects, by their kind."""
    act = _DROPS.get(place.tree["remove_type"])
    names = [parts for item in place.tree["objects"] if (parts := object_parts(item))]
    if act:
        act(place, ground, found, names)
    elif place.tree["remove_type"] == "OBJECT_EXTENSION":
        found.opaque("what belongs to the extension goes with it")


def _cascade(place: Place) -> bool:
    return place.tree.get("behavior") == "DROP_CASCADE"


def _tables(place: Place, ground: Ground, found: Found, names: list[tuple[str, ...]]) -> None:
    tables = [name for parts in names if (name := ground.parts(parts)) in ground.relations]
    drop_tables(ground, found, tables, cascade=_cascade(place))


def drop_tables(ground: Ground, found: Found, tables: Iterable[str], *, cascade: bool) -> None:
    """Tables go, partitions with them, children only with CASCADE."""
    all_tables = list(tables)
    gone = dict.fromkeys(
        one for table in all_tables for one in (ground.tree(table) if cascade else partitions_of(ground, table))
    )
    for table in all_tables:
        for parent in ground.facts(table).parents:
            if ground.partitioned(parent):
                found.lock(parent, EXCLUSIVE)
                if ground.default_partition(parent):
                    found.lock(ground.default_partition(parent), EXCLUSIVE)
    for table in gone:
        _drop_table(ground, found, table, cascade=cascade, with_them=frozenset(gone))


def _drop_table(ground: Ground, found: Found, table: str, *, cascade: bool, with_them: frozenset[str]) -> None:
    lock_all(found, [table, *ground.indexes(table), *ground.owned_sequences(table)], EXCLUSIVE)
    for constraint, key in ground.keys_from(table):
        if ground.inherited(table, constraint):
            continue
        if ground.major < 15 and ground.partitioned(key.refers_to):
            drop_key_by_triggers(ground, found, key.refers_to)
        else:
            drop_key(ground, found, table, constraint, key.refers_to)
    for other, constraint, _ in ground.keys_to(table):
        if cascade or other in with_them:
            drop_key(ground, found, other, constraint, table)
    if cascade:
        drop_views(ground, found, ground.readers(table))


def _views(place: Place, ground: Ground, found: Found, names: list[tuple[str, ...]]) -> None:
    views = [view for parts in names if (view := ground.parts(parts)) in ground.relations]
    for view in ground.dependents(views) if _cascade(place) else views:
        lock_all(found, [view, *ground.indexes(view)], EXCLUSIVE)


def _indexes(place: Place, ground: Ground, found: Found, names: list[tuple[str, ...]]) -> None:
    concurrent = place.tree.get("concurrent", False)
    mode = "ShareUpdateExclusive" if concurrent else EXCLUSIVE
    for parts in names:
        index = ground.parts(parts)
        if index in ground.tables_of_indexes:
            drop_index(ground, found, index, mode)
            lock_all(found, (ground.tables_of_indexes[one] for one in ground.index_tree(index)), mode)


def _sequences(place: Place, ground: Ground, found: Found, names: list[tuple[str, ...]]) -> None:
    for parts in names:
        sequence = ground.parts(parts)
        if sequence not in ground.sequences:
            continue
        found.lock(sequence, EXCLUSIVE)
        if _cascade(place):
            lock_all(found, _drawing(ground, sequence), EXCLUSIVE)


def _drawing(ground: Ground, sequence: str) -> Iterable[str]:
    """Tables with a default that draws from a sequence."""
    for table, facts in ground.relations.items():
        if any(sequence in sequences_in(ground, column.default) for column in facts.columns.values()):
            yield table


def _schemas(place: Place, ground: Ground, found: Found, names: list[tuple[str, ...]]) -> None:
    if not _cascade(place):
        return
    for (schema,) in names:
        inside = ground.in_schema(schema)
        tables = [name for name in inside if name in ground.relations and name not in ground.views]
        drop_tables(ground, found, tables, cascade=True)
        drop_views(ground, found, (name for name in inside if name in ground.views))
        lock_all(found, (name for name in inside if name in ground.sequences), EXCLUSIVE)
        for name, uses in ground.functions.items():
            if name.partition(".")[0] == schema:
                lock_all(found, uses, EXCLUSIVE)
        for name in ground.ties.type_uses:
            if name.partition(".")[0] == schema:
                _drop_type(ground, found, name)


def _types(place: Place, ground: Ground, found: Found, names: list[tuple[str, ...]]) -> None:
    if _cascade(place):
        for parts in names:
            _drop_type(ground, found, _type_key(ground, parts))


def _type_key(ground: Ground, parts: tuple[str, ...]) -> str:
    if len(parts) > 1:
        return ".".join(parts[-2:])
    candidates = (f"{schema}.{parts[-1]}" for schema in ground.catalog.search_path)
    return next((one for one in candidates if one in ground.ties.type_uses), parts[-1])


def _drop_type(ground: Ground, found: Found, name: str) -> None:
    """Its columns go."""
    for table in ground.ties.type_uses.get(name, ()):
        for column, facts in ground.facts(table).columns.items():
            if facts.type.removesuffix("[]") in {name, name.partition(".")[2]}:
                drop_column(ground, found, table, column, cascade=True)


def _functions(place: Place, ground: Ground, found: Found, names: list[tuple[str, ...]]) -> None:
    if not _cascade(place):
        return
    for parts in names:
        name = ".".join(parts[-2:]) if len(parts) > 1 else _function_key(ground, parts[-1])
        lock_all(found, ground.functions.get(name, ()), EXCLUSIVE)
        bare = parts[-1]
        views = (view for view, one in ground.views.items() if mentions(one.definition, bare))
        drop_views(ground, found, views)
        for table, facts in ground.relations.items():
            defaults = (column.default for column in facts.columns.values())
            checks = (one.definition for one in facts.constraints.values() if one.kind == "c")
            if any(mentions(text, bare) for text in (*defaults, *checks)):
                found.lock(table, EXCLUSIVE)


def _function_key(ground: Ground, name: str) -> str:
    candidates = (f"{schema}.{name}" for schema in ground.catalog.search_path)
    return next((one for one in candidates if one in ground.functions), name)


def _of_table(place: Place, ground: Ground, found: Found, names: list[tuple[str, ...]]) -> None:
    """Triggers, policies and rules: their name stands behind the table's."""
    for parts in names:
        table, name = ground.parts(parts[:-1]), parts[-1]
        if place.tree["remove_type"] == "OBJECT_TRIGGER":
            definition = ground.triggers.get(table, {}).get(name)
            if definition is None and place.tree.get("missing_ok"):
                continue
            if ground.partitioned(table) and "FOR EACH ROW" in (definition or ""):
                lock_all(found, ground.tree(table), EXCLUSIVE)
        found.lock(table, EXCLUSIVE)


def _statistics(_place: Place, ground: Ground, found: Found, names: list[tuple[str, ...]]) -> None:
    for parts in names:
        candidates = (
            [".".join(parts[-2:])] if len(parts) > 1 else [f"{one}.{parts[-1]}" for one in ground.catalog.search_path]
        )
        table = next((ground.ties.statistics[one] for one in candidates if one in ground.ties.statistics), "")
        if table:
            found.lock(table, "ShareUpdateExclusive")


_DROPS: dict[str, Callable[[Place, Ground, Found, list[tuple[str, ...]]], None]] = {
    "OBJECT_TABLE": _tables,
    "OBJECT_FOREIGN_TABLE": _tables,
    "OBJECT_VIEW": _views,
    "OBJECT_MATVIEW": _views,
    "OBJECT_INDEX": _indexes,
    "OBJECT_SEQUENCE": _sequences,
    "OBJECT_SCHEMA": _schemas,
    "OBJECT_TYPE": _types,
    "OBJECT_DOMAIN": _types,
    "OBJECT_FUNCTION": _functions,
    "OBJECT_PROCEDURE": _functions,
    "OBJECT_ROUTINE": _functions,
    "OBJECT_TRIGGER": _of_table,
    "OBJECT_POLICY": _of_table,
    "OBJECT_RULE": _of_table,
    "OBJECT_STATISTIC_EXT": _statistics,
}


def truncate(place: Place, ground: Ground, found: Found) -> None:
    """TRUNCATE: an empty file takes the place of each table's and index'."""
    tables: dict[str, None] = {}
    for item in place.tree["relations"]:
        name, whole = ground.range(item["range_var"]), item["range_var"].get("inh", False)
        tables.update(dict.fromkeys(ground.tree(name) if whole else [name]))
    if _cascade(place):
        pending = list(tables)
        while pending:
            for other, _, _ in ground.keys_to(pending.pop()):
                pending += [one for one in ground.tree(other) if one not in tables]
                tables.update(dict.fromkeys(ground.tree(other)))
    for table in tables:
        found.lock(table, EXCLUSIVE)
        if ground.holds_rows(table):
            for one in (table, *ground.indexes(table)):
                found.rewrite(one)
        for sequence in ground.owned_sequences(table) if place.tree.get("restart_seqs") else ():
            found.rewrite(sequence)
        if any("TRUNCATE" in one.partition(" ON ")[0] for one in ground.triggers.get(table, {}).values()):
            found.opaque(f"triggers of {table} run")
