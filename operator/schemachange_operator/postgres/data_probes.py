"""Questions to the target's rows as SQL: composed, and answered with a number and never with a value."""

from psycopg import sql

from schemachange_operator.core.probes.question import Computable, Duplicates, Orphans, Overlaps, Rows

LIMIT = 1_000
"""Counting stops here."""

Answerable = Rows | Duplicates | Orphans | Overlaps | Computable


def violations(relation: str, ask: Answerable) -> sql.Composed:
    """The query whose rows are the violations, without a limit: what EXPLAIN is asked about."""
    match ask:
        case Rows():
            return sql.SQL("SELECT FROM {} WHERE {}").format(_table(relation, ask.only), sql.SQL(ask.condition))
        case Duplicates():
            return _duplicates(relation, ask)
        case Orphans():
            return _orphans(relation, ask)
        case Overlaps():
            return _overlaps(relation, ask)
        case Computable():
            return sql.SQL("SELECT count({}) AS computed FROM {}").format(sql.SQL(ask.expression), _table(relation))


def counted(relation: str, ask: Answerable) -> sql.Composed:
    """The query that counts them, up to the limit. An expression that can be computed for every row violates nothing."""
    if isinstance(ask, Computable):
        return sql.SQL("SELECT 0 AS rows FROM ({}) AS computed WHERE computed.computed >= 0").format(
            violations(relation, ask)
        )
    return sql.SQL("SELECT count(*) AS rows FROM ({} LIMIT {}) AS found").format(
        violations(relation, ask), sql.Literal(LIMIT)
    )


def _table(relation: str, only: bool = False) -> sql.Composed:
    schema, _, name = relation.partition(".")
    return sql.SQL("ONLY {}" if only else "{}").format(sql.Identifier(schema, name))


def _duplicates(relation: str, ask: Duplicates) -> sql.Composed:
    keys = [sql.SQL(key) for key in ask.keys]
    conditions: list[sql.Composable] = [sql.SQL("true"), *([sql.SQL(ask.where)] if ask.where else [])]
    if ask.nulls_distinct:
        conditions += [sql.SQL("{} IS NOT NULL").format(key) for key in keys]
    return sql.SQL("SELECT FROM {} WHERE {} GROUP BY {} HAVING count(*) > 1").format(
        _table(relation, ask.only), sql.SQL(" AND ").join(conditions), sql.SQL(", ").join(keys)
    )


def _orphans(relation: str, ask: Orphans) -> sql.Composed:
    columns = [sql.Identifier("child", name) for name in ask.columns]
    parents = [sql.Identifier("parent", name) for name in ask.parent_columns]
    whole = sql.SQL(" AND ").join(sql.SQL("{} IS NOT NULL").format(column) for column in columns)
    matched = sql.SQL(" AND ").join(
        sql.SQL("{} = {}").format(parent, column) for parent, column in zip(parents, columns, strict=True)
    )
    missing = sql.SQL("{} AND NOT EXISTS (SELECT FROM {} AS parent WHERE {})").format(
        whole, _table(ask.parent, ask.only_parent), matched
    )
    if ask.full:
        some = sql.SQL(" OR ").join(sql.SQL("{} IS NOT NULL").format(column) for column in columns)
        missing = sql.SQL("({}) OR (({}) AND NOT ({}))").format(missing, some, whole)
    return sql.SQL("SELECT FROM {} AS child WHERE {}").format(_table(relation, ask.only), missing)


def _overlaps(relation: str, ask: Overlaps) -> sql.Composed:
    names = [sql.Identifier(f"key_{number}") for number in range(len(ask.pairs))]
    keys = sql.SQL(", ").join(
        sql.SQL("{} AS {}").format(sql.SQL(key), name) for (key, _), name in zip(ask.pairs, names, strict=True)
    )
    side = sql.SQL("(SELECT tableoid AS owner, ctid AS place, {} FROM {} WHERE {})").format(
        keys, _table(relation), sql.SQL(ask.where or "true")
    )
    refused = sql.SQL(" AND ").join(
        sql.SQL("one.{0} {1} other.{0}").format(name, sql.SQL(operator))
        for (_, operator), name in zip(ask.pairs, names, strict=True)
    )
    return sql.SQL(
        "SELECT FROM {0} AS one JOIN {0} AS other ON (one.owner, one.place) < (other.owner, other.place) AND {1}"
    ).format(side, refused)
