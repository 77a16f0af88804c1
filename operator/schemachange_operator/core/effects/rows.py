"""INSERT, UPDATE, DELETE, MERGE, SELECT, LOCK, EXPLAIN: rows, and the rows of other tables that foreign keys tie to them."""

import re
from collections.abc import Callable

from schemachange_operator.core.catalog_facts import ConstraintFacts
from schemachange_operator.core.effects.defaults import sequences_in
from schemachange_operator.core.effects.foreign_keys import partitions_of
from schemachange_operator.core.effects.found import Found
from schemachange_operator.core.effects.ground import Ground
from schemachange_operator.core.effects.locking import key_columns, lock_all, referred_columns
from schemachange_operator.core.effects.queries import Reader, located, ranges, read, read_range, select
from schemachange_operator.core.plan import LOCK_ORDER
from schemachange_operator.core.rules.place import Place
from schemachange_operator.core.rules.rows import pinned
from schemachange_operator.core.sql.grammar import GrammarError, Tree, parse, walk
from schemachange_operator.core.sql.kinds.classification import switched_on

_WRITES = "RowExclusive"
_FIRES = re.compile(
    r"\b(?:BEFORE|AFTER|INSTEAD OF) ((?:(?:INSERT|UPDATE|DELETE|TRUNCATE)(?: OF [^)]*?)?(?: OR )?)+)\s+ON ", re.IGNORECASE
)


def rows(place: Place, ground: Ground, found: Found) -> None:
    """A statement on rows."""
    run(Reader(place, ground, found), place.node, place.tree)


def run(reader: Reader, node: str, tree: Tree) -> None:
    """One statement, and those in its WITH queries."""
    reader = reader.within(tree)
    for item in tree.get("with_clause", {}).get("ctes", []):
        inner, query = next(iter(item["common_table_expr"]["ctequery"].items()))
        run(reader, inner, query)
    _RUNS[node](reader, {key: value for key, value in tree.items() if key != "with_clause"})


def _select(reader: Reader, tree: Tree) -> None:
    select(reader, tree)


def _insert(reader: Reader, tree: Tree) -> None:
    target = _target(reader, tree["relation"], None, searches=False)
    _write(reader, target, "INSERT")
    read(reader, {key: value for key, value in tree.items() if key != "relation"})
    _draw_defaults(reader, target, tree)
    for _, key in reader.ground.keys_from(target):
        _refer(reader, key)
    conflict = tree.get("on_conflict_clause", {})
    if conflict.get("action") == "ONCONFLICT_UPDATE":
        _updated(reader, target, _assigned(conflict))


def _update(reader: Reader, tree: Tree) -> None:
    target = _target(reader, tree["relation"], tree.get("where_clause"))
    _write(reader, target, "UPDATE")
    _beside(reader, tree, "from_clause")
    _updated(reader, target, _assigned(tree))


def _delete(reader: Reader, tree: Tree) -> None:
    target = _target(reader, tree["relation"], tree.get("where_clause"))
    _write(reader, target, "DELETE")
    _beside(reader, tree, "using_clause")
    _deleted(reader, target, frozenset())


def _merge(reader: Reader, tree: Tree) -> None:
    source = [tree["source_relation"]]
    single = not ranges(source) and not any("range_var" in node for node in walk(source))
    where = tree.get("join_condition") if single else None
    target = _target(reader, tree["relation"], _swapped(where))
    for table in ranges(source):
        read_range(reader, table, "AccessShare", whole=reader.runs, where=None)
    read(reader, [item for item in source if "range_var" not in item])
    for item in tree.get("merge_when_clauses", []):
        clause = item["merge_when_clause"]
        act = _MERGED.get(clause.get("command_type", ""))
        if act:
            act(reader, target, clause)
        read(reader, clause)


def _swapped(condition: Tree | None) -> Tree | None:
    """A join with one row: its side of the comparison is as good as a constant."""
    if condition is None or "a_expr" not in condition:
        return condition
    return {"a_expr": {**condition["a_expr"], "rexpr": {"a_const": {}}}}


def _merge_insert(reader: Reader, target: str, clause: Tree) -> None:
    _write(reader, target, "INSERT")
    _draw_defaults(reader, target, {"cols": clause.get("target_list", []), "values": clause.get("values", [])})
    for _, key in reader.ground.keys_from(target):
        _refer(reader, key)


def _merge_update(reader: Reader, target: str, clause: Tree) -> None:
    _write(reader, target, "UPDATE")
    _updated(reader, target, _assigned(clause))


def _merge_delete(reader: Reader, target: str, _clause: Tree) -> None:
    _write(reader, target, "DELETE")
    _deleted(reader, target, frozenset())


_MERGED = {"CMD_INSERT": _merge_insert, "CMD_UPDATE": _merge_update, "CMD_DELETE": _merge_delete}


def _beside(reader: Reader, tree: Tree, member: str) -> None:
    """The other tables of an UPDATE or DELETE, and the queries in its expressions."""
    for table in ranges(tree.get(member, [])):
        read_range(reader, table, "AccessShare", whole=reader.runs, where=tree.get("where_clause"))
    others = [item for item in tree.get(member, []) if "range_var" not in item]
    read(reader, [others, {key: value for key, value in tree.items() if key not in {member, "relation"}}])


def _target(reader: Reader, relation: Tree, where: Tree | None, *, searches: bool = True) -> str:
    """Lock what rows are written to; a view stands for its table. Where rows are looked for, `where` says which."""
    name = reader.ground.range(relation)
    reader.found.lock(name, _WRITES)
    view = reader.ground.views.get(name)
    if view is not None and reader.ground.facts(name).kind == "v":
        return _behind(reader, name, view.definition, where, searches=searches)
    if not searches:
        # That the row belongs into the partition is checked against the bounds of all above it.
        lock_all(reader.found, above(reader.ground, name), "AccessShare")
    for one in reader.ground.tree(name) if relation.get("inh") else [name]:
        reader.found.lock(one, _WRITES)
        wanted = searches and reader.runs and reader.ground.holds_rows(one)
        if wanted and not pinned(located(reader), where, one):
            reader.found.scan(one)
    return name


def above(ground: Ground, partition: str) -> list[str]:
    """The partitioned tables that a partition belongs to."""
    found = [one for one in ground.facts(partition).parents if ground.partitioned(one)]
    for one in found:
        found += [parent for parent in ground.facts(one).parents if ground.partitioned(parent)]
    return found


def _behind(reader: Reader, view: str, definition: str, where: Tree | None, *, searches: bool) -> str:
    if reader.ground.triggers.get(view):
        reader.found.opaque(f"triggers of {view} do the work")
        return view
    try:
        (parsed,) = parse(definition)
        (table,) = ranges(parsed.tree.get("from_clause", []))
    except (GrammarError, ValueError):
        reader.found.opaque(f"{view} is not a simple view")
        return view
    return _target(reader, table, where, searches=searches)


def _write(reader: Reader, table: str, event: str) -> None:
    """Code that runs along: triggers, rules, row security that binds the owner."""
    ground = reader.ground
    for one in ground.tree(table):
        for name, definition in ground.triggers.get(one, {}).items():
            fires = _FIRES.search(definition)
            if fires is None or event in fires[1].upper():
                reader.found.opaque(f"the trigger {name} of {one} runs")
        if one in ground.ruled:
            reader.found.opaque(f"a rule of {one} writes the statement anew")
        if one in ground.ties.forced:
            reader.found.opaque(f"row security of {one} adds conditions")


def _assigned(tree: Tree) -> frozenset[str]:
    return frozenset(item["res_target"].get("name", "") for item in tree.get("target_list", []))


def _draw_defaults(reader: Reader, table: str, tree: Tree) -> None:
    """Sequences behind columns that the statement gives no value for."""
    ground = reader.ground
    columns = list(ground.facts(table).columns)
    named = [item["res_target"]["name"] for item in tree.get("cols", [])]
    given = frozenset(named or columns[: _width(tree)])
    for column, facts in ground.facts(table).columns.items():
        if column in given:
            continue
        lock_all(reader.found, sequences_in(ground, facts.default), _WRITES)
        if f"{table}.{column}" in ground.ties.identities:
            lock_all(reader.found, ground.owned_sequences(table, column), _WRITES)


def _width(tree: Tree) -> int:
    query = tree.get("select_stmt", {}).get("select_stmt", {})
    if "values_lists" in query:
        return len(query["values_lists"][0]["list"]["items"])
    return len(query.get("target_list", tree.get("values", [])))


def _refer(reader: Reader, key: ConstraintFacts) -> None:
    """The row that is referred to is looked for and locked, by its key."""
    lock_all(reader.found, partitions_of(reader.ground, key.refers_to), "RowShare")


def _updated(reader: Reader, table: str, columns: frozenset[str]) -> None:
    ground = reader.ground
    for one in ground.tree(table):
        for _, key in ground.keys_from(one):
            if key_columns(key.definition)[0] & columns:
                _refer(reader, key)
        for other, _, key in list(ground.keys_to(one)):
            if referred_columns(ground, one, key.definition) & columns:
                _follow(reader, other, key, key_columns(key.definition)[3], frozenset({table}))


def _deleted(reader: Reader, table: str, seen: frozenset[str]) -> None:
    for one in reader.ground.tree(table):
        for other, _, key in list(reader.ground.keys_to(one)):
            _follow(reader, other, key, key_columns(key.definition)[2], seen | {table})


def _follow(reader: Reader, table: str, key: ConstraintFacts, action: str, seen: frozenset[str]) -> None:
    """Rows that refer to one that goes: looked for, by an index where there is one, and changed as the key says."""
    ground = reader.ground
    changes = action in {"c", "n", "d"}
    columns = key_columns(key.definition)[0]
    for one in partitions_of(ground, table):
        reader.found.lock(one, _WRITES if changes else "RowShare")
        if ground.holds_rows(one) and not any(_leads(ground, one, index, columns) for index in ground.indexes(one)):
            reader.found.scan(one)
    if changes and table not in seen:
        _write(reader, table, "DELETE" if action == "c" else "UPDATE")
        if action == "c":
            _deleted(reader, table, seen)


def _leads(ground: Ground, table: str, index: str, columns: frozenset[str]) -> bool:
    definition = ground.facts(table).indexes[index].definition
    first = definition.partition(" USING ")[2].partition("(")[2].split(",")[0].rstrip(")").split(" ")[0]
    return first.strip('"') in columns and " WHERE " not in definition


def explain(place: Place, ground: Ground, found: Found) -> None:
    """EXPLAIN plans the statement; with ANALYZE it runs it."""
    node, query = next(iter(place.tree["query"].items()))
    runs = switched_on(place.tree.get("options", []), "analyze")
    if node in _RUNS:
        run(Reader(place, ground, found, runs), node, query)
    else:
        found.opaque("what it explains is not looked into")


def lock(place: Place, ground: Ground, found: Found) -> None:
    """LOCK TABLE: partitions and children, and what stands behind a view, as well."""
    mode = LOCK_ORDER[place.tree.get("mode", 8)]
    for item in place.tree["relations"]:
        _lock_tree(ground, found, ground.range(item["range_var"]), mode, whole=item["range_var"].get("inh", False))


def _lock_tree(ground: Ground, found: Found, name: str, mode: str, *, whole: bool) -> None:
    for one in ground.tree(name) if whole else [name]:
        found.lock(one, mode)
    if ground.facts(name).kind == "v":
        for read_one in ground.views[name].reads:
            _lock_tree(ground, found, read_one, mode, whole=True)


_RUNS: dict[str, Callable[[Reader, Tree], None]] = {
    "select_stmt": _select,
    "insert_stmt": _insert,
    "update_stmt": _update,
    "delete_stmt": _delete,
    "merge_stmt": _merge,
}
