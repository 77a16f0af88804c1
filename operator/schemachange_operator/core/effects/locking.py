"""What several families of statements do to relations and to what hangs on them."""

from collections.abc import Iterable

from schemachange_operator.core.effects.found import Found
from schemachange_operator.core.effects.ground import Ground
from schemachange_operator.core.rules.reading import mentions
from schemachange_operator.core.sql.grammar import GrammarError, Tree, parse, strings

EXCLUSIVE = "AccessExclusive"


def lock_all(found: Found, relations: Iterable[str], mode: str) -> None:
    """Lock each."""
    for one in relations:
        found.lock(one, mode)


def rewrite_table(ground: Ground, found: Found, table: str, mode: str = EXCLUSIVE) -> None:
    """A table is read and written anew, and its indexes are built anew. A partitioned table has neither rows nor files."""
    found.lock(table, mode)
    if not ground.holds_rows(table):
        return
    found.scan(table)
    found.rewrite(table, mode)
    for index in ground.indexes(table):
        found.rewrite(index, mode)


def scan_rows(ground: Ground, found: Found, tables: Iterable[str]) -> None:
    """Those that hold rows are read whole."""
    for one in tables:
        if ground.holds_rows(one):
            found.scan(one)


def drop_index(ground: Ground, found: Found, index: str, mode: str = EXCLUSIVE) -> None:
    """An index goes, with those of the partitions that belong to it."""
    lock_all(found, ground.index_tree(index), mode)


def drop_key(ground: Ground, found: Found, table: str, constraint: str, refers_to: str) -> None:
    """A foreign key goes: both sides are locked, all partitions of either included."""
    inherited = ground.inherited(table, constraint)
    lock_all(found, [table] if inherited else _key_side(ground, table), EXCLUSIVE)
    others = ground.tree(refers_to)
    if ground.major < 15:
        # PostgreSQL 14 locks where it drops triggers, and partitioned tables between root and leaves have none.
        others = [one for one in others if one == refers_to or not ground.partitioned(one)]
    lock_all(found, others if ground.partitioned(refers_to) else [refers_to], EXCLUSIVE)


def drop_key_by_triggers(ground: Ground, found: Found, refers_to: str) -> None:
    """PostgreSQL 14: where a key to a partitioned table goes along with something else, only leaves are locked."""
    lock_all(found, (one for one in ground.tree(refers_to) if not ground.partitioned(one)), EXCLUSIVE)


def _key_side(ground: Ground, table: str) -> list[str]:
    return ground.tree(table) if ground.partitioned(table) else [table]


def drop_views(ground: Ground, found: Found, views: Iterable[str]) -> None:
    """Views go with all that are built on them, and the indexes of those that are materialized."""
    for view in ground.dependents(views):
        found.lock(view, EXCLUSIVE)
        lock_all(found, ground.indexes(view), EXCLUSIVE)


def drop_column(ground: Ground, found: Found, table: str, column: str, *, cascade: bool) -> None:
    """A column of one table goes with its indexes, foreign keys and sequences, and with CASCADE what is built on it."""
    found.lock(table, EXCLUSIVE)
    for index in ground.indexes_on(table, column):
        found.lock(index, EXCLUSIVE)
    for constraint, key in ground.keys_from(table):
        if column in key_columns(key.definition)[0]:
            drop_key(ground, found, table, constraint, key.refers_to)
    lock_all(found, ground.owned_sequences(table, column), EXCLUSIVE)
    if not cascade:
        return
    for other, constraint, key in ground.keys_to(table):
        if column in referred_columns(ground, table, key.definition):
            drop_key(ground, found, other, constraint, table)
    views = (view for view in ground.readers(table) if mentions(ground.views[view].definition, column))
    drop_views(ground, found, views)


def key_columns(definition: str) -> tuple[frozenset[str], frozenset[str], str, str]:
    """A foreign key's columns, those it refers to (none: the primary key), and what it does ON DELETE and ON UPDATE.

    The last two are the letters of the grammar: a (no action), r, c, n, d.
    """
    try:
        (parsed,) = parse(f"ALTER TABLE t ADD {definition}")
        constraint: Tree = parsed.tree["cmds"][0]["alter_table_cmd"]["def"]["constraint"]
    except (GrammarError, KeyError, ValueError):
        return frozenset(), frozenset(), "a", "a"
    return (
        frozenset(strings(constraint.get("fk_attrs", []))),
        frozenset(strings(constraint.get("pk_attrs", []))),
        constraint.get("fk_del_action", "a"),
        constraint.get("fk_upd_action", "a"),
    )


def referred_columns(ground: Ground, table: str, definition: str) -> frozenset[str]:
    """The columns of `table` that a foreign key refers to."""
    named = key_columns(definition)[1]
    if named:
        return named
    keys = (one for one in ground.facts(table).constraints.values() if one.kind == "p")
    return next((constraint_columns(one.definition) for one in keys), frozenset())


def constraint_columns(definition: str) -> frozenset[str]:
    """The columns of a primary key or unique constraint."""
    try:
        (parsed,) = parse(f"ALTER TABLE t ADD {definition}")
        constraint: Tree = parsed.tree["cmds"][0]["alter_table_cmd"]["def"]["constraint"]
    except (GrammarError, KeyError, ValueError):
        return frozenset()
    return frozenset(strings(constraint.get("keys", [])))
