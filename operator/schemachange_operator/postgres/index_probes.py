"""Probes of CREATE, DROP and REINDEX … CONCURRENTLY: each leaves an invalid index when it is cut off."""

from dataclasses import dataclass

from psycopg import sql

from schemachange_operator.api.reason import Reason
from schemachange_operator.core.errors import TryLater
from schemachange_operator.core.sql.name import RelationName
from schemachange_operator.postgres.probes import Before, Judgement, Repeatable, identifier, quoted, resolve
from schemachange_operator.postgres.queries import query
from schemachange_operator.postgres.session import Session


def _drop(index: list[str]) -> sql.Composed:
    return sql.SQL("DROP INDEX CONCURRENTLY IF EXISTS {}").format(identifier(index))


def _state(session: Session, index: list[str]) -> str:
    row = session.execute(query("probe_index"), {"schema": index[0], "name": index[1]}).fetchone()
    if row is None:
        return "absent"
    return "valid" if row["valid"] else "invalid"


def _ended(session: Session, index: list[str]) -> None:
    """Make sure that nobody else is at work on an invalid index: its building may end well.

    Raises TryLater(DatabaseBusy), naming the session.
    """
    row = session.execute(query("probe_builder"), {"schema": index[0], "name": index[1]}).fetchone()
    if row:
        raise TryLater(
            Reason.DATABASE_BUSY,
            f"The index {'.'.join(index)} is invalid, and another session (pid {row['pid']}, user {row['user']}) works on its table"
            " in a way that builds indexes. It was left alone; looked at again later.",
        )


@dataclass(frozen=True)
class CreateIndex(Repeatable):
    """CREATE INDEX CONCURRENTLY: cut off, the index is there and invalid: it costs writes and serves no reads."""

    table: RelationName
    name: str

    def look(self, session: Session) -> Before:
        """The index's full name (it goes into its table's schema), and whether there is one of that name already."""
        table = resolve(session, self.table)
        if table is None:
            return {"index": None, "state": "absent"}
        index = [table[0], self.name]
        return {"index": index, "state": _state(session, index)}

    def judge(self, session: Session, before: Before, ran: bool) -> Judgement:
        """Done when there is a valid index that was not there before, or that IF NOT EXISTS was content with."""
        if before["index"] is None:
            return "Again"
        valid = _state(session, before["index"]) == "valid"
        return "Done" if valid and (ran or before["state"] == "absent") else "Again"

    def debris(self, session: Session, before: Before) -> tuple[sql.Composed, ...]:
        """An invalid index of that name, unless somebody else had left it there before us."""
        ours = before["index"] and before["state"] == "absent"
        if not ours or _state(session, before["index"]) != "invalid":
            return ()
        _ended(session, before["index"])
        return (_drop(before["index"]),)


@dataclass(frozen=True)
class DropIndex(Repeatable):
    """DROP INDEX CONCURRENTLY: cut off, the good index is invalid, and dropping it has to be finished."""

    index: RelationName

    def look(self, session: Session) -> Before:
        """The index's full name."""
        return {"index": resolve(session, self.index)}

    def judge(self, session: Session, before: Before, ran: bool) -> Judgement:
        """Done when it is gone."""
        if before["index"] is None:
            return "Done" if ran else "Again"
        return "Done" if _state(session, before["index"]) == "absent" else "Again"

    def debris(self, session: Session, before: Before) -> tuple[sql.Composed, ...]:
        """What is invalid is dropped to its end."""
        unfinished = before["index"] and _state(session, before["index"]) == "invalid"
        return (_drop(before["index"]),) if unfinished else ()


@dataclass(frozen=True)
class Reindex(Repeatable):
    """REINDEX … CONCURRENTLY: cut off, it leaves invalid indexes named <index>_ccnew or <index>_ccold."""

    relation: RelationName | None
    """The index or table; None for a schema or the database."""

    def look(self, session: Session) -> Before:
        """Debris that others have left: it is not ours to take away."""
        relation = resolve(session, self.relation) if self.relation else None
        return {"relation": relation, "left": self._left(session, relation)}

    def debris(self, session: Session, before: Before) -> tuple[sql.Composed, ...]:
        """Invalid copies made since; but those of TOAST tables, which only a superuser could drop."""
        left = [index for index in self._left(session, before["relation"]) if index not in before["left"]]
        for index in left:
            _ended(session, index)
        return tuple(map(_drop, left))

    def _left(self, session: Session, relation: list[str] | None) -> list[list[str]]:
        name = quoted(session, relation) if relation else None
        rows = session.execute(query("probe_reindex"), {"relation": name}).fetchall()
        return [[row["schema"], row["name"]] for row in rows]
