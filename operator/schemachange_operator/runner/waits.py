"""How long each statement of a transaction may wait for its locks."""

from contextlib import suppress

from psycopg import errors, sql

from schemachange_operator.core.lock_class import LockClass, lock_class
from schemachange_operator.core.sql.statement import Statement
from schemachange_operator.postgres.queries import query
from schemachange_operator.postgres.session import Session
from schemachange_operator.runner.guard import Guard

ROWS_TIMEOUT = 500
"""Milliseconds: transactions of the application are mostly shorter, and PostgreSQL looks for deadlocks after a second."""
WEAK_TIMEOUT = 3000
"""Milliseconds: autovacuum gives way to whoever has waited for deadlock_timeout, which is a second by default."""


class Waits:
    """The waits of one try: short for strong locks, longer for others as long as nothing strong is held."""

    def __init__(self, strong: int, guard: Guard, *, ask_weakly: bool) -> None:
        self.strong = strong
        self._guard = guard
        self._ask_weakly = ask_weakly
        self._holds_strong = False

    def before(self, session: Session, statement: Statement) -> None:
        """Set the limit for a statement that is about to run."""
        kind = lock_class(statement)
        longer = {LockClass.ROWS: ROWS_TIMEOUT, LockClass.WEAK: WEAK_TIMEOUT}.get(kind, 0)
        # For each statement anew: the one before may have set another.
        session.execute(limit(self.strong if self._holds_strong else max(self.strong, longer), local=True))
        self._holds_strong = self._holds_strong or kind is LockClass.STRONG
        self._guard.begins()

    def ask_weakly(self, session: Session) -> None:
        """Wait for vacuum, or its like, with the lock that it has: nobody of the application queues behind that.

        Autovacuum would never give way to the short wait for a strong lock.
        """
        if not self._ask_weakly:
            return
        tables = session.execute(query("tables_of"), {"relations": list(self._guard.relations_wanted())}).fetchall()
        session.execute(limit(WEAK_TIMEOUT, local=True))
        for table in tables:
            name = sql.Identifier(table["schema"], table["name"])
            with suppress(errors.InsufficientPrivilege), session.transaction():
                session.execute(sql.SQL("LOCK TABLE ONLY {} IN SHARE UPDATE EXCLUSIVE MODE").format(name))


def limit(milliseconds: int, *, local: bool = False) -> sql.Composed:
    """SET lock_timeout, as SQL."""
    scope = sql.SQL("LOCAL ") if local else sql.SQL("")
    return sql.SQL("SET {}lock_timeout TO {}").format(scope, sql.Literal(milliseconds))
