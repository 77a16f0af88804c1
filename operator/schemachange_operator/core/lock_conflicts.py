"""Which table locks do not go together (PostgreSQL documentation, table 13.2)."""

from schemachange_operator.core.plan import PlannedStatement, strongest

_WITH: dict[str, tuple[str, ...]] = {
    "AccessShare": ("AccessExclusive",),
    "RowShare": ("Exclusive", "AccessExclusive"),
    "RowExclusive": ("Share", "ShareRowExclusive", "Exclusive", "AccessExclusive"),
    "ShareUpdateExclusive": ("ShareUpdateExclusive", "Share", "ShareRowExclusive", "Exclusive", "AccessExclusive"),
    "Share": ("RowExclusive", "ShareUpdateExclusive", "ShareRowExclusive", "Exclusive", "AccessExclusive"),
    "ShareRowExclusive": (
        "RowExclusive", "ShareUpdateExclusive", "Share", "ShareRowExclusive", "Exclusive", "AccessExclusive",
    ),
    "Exclusive": (
        "RowShare", "RowExclusive", "ShareUpdateExclusive", "Share", "ShareRowExclusive", "Exclusive", "AccessExclusive",
    ),
    "AccessExclusive": (
        "AccessShare", "RowShare", "RowExclusive", "ShareUpdateExclusive", "Share", "ShareRowExclusive", "Exclusive",
        "AccessExclusive",
    ),
}  # fmt: skip


def conflict(held: str, wanted: str) -> bool:
    """Whether a lock that somebody holds keeps another from being had; names as in pg_locks, without 'Lock'."""
    return wanted in _WITH.get(held, ())


def waits_for(statement: PlannedStatement) -> dict[str, str]:
    """Relation to the lock whose holders the statement waits for.

    CONCURRENTLY waits for more than its own lock asks for: a build for everybody who writes, anything else for everybody.
    """
    more = ""
    if "CONCURRENTLY" in statement.kind:
        more = "Share" if statement.kind.startswith("CREATE INDEX") else "AccessExclusive"
    return {effect.relation: strongest([effect.lock, more]) for effect in statement.effects if effect.lock}
