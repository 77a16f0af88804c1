"""What a statement that cannot be in a transaction leaves behind, and what its being cut off leaves behind.

`look` before it runs, and keep the answer in the ledger; `judge` after it ran, after it failed or after a crash: the
catalog decides. The failure states are those measured on PostgreSQL 12 to 18 (the same on all).
"""

from dataclasses import dataclass
from typing import Any, Literal, Protocol

from psycopg import sql

from schemachange_operator.core.sql.name import RelationName
from schemachange_operator.postgres.queries import query
from schemachange_operator.postgres.session import Session

Before = dict[str, Any]
"""How things stood, as the ledger keeps it; names in it are resolved, with their schema."""
Judgement = Literal["Done", "Again", "Unknown"]
"""It is as if it had run to its end; it is as if it had not run; nobody can tell."""


class Probe(Protocol):
    """One kind of statement. The session has the role and the search_path that the statement runs with."""

    def look(self, session: Session) -> Before:
        """How things stand before."""

    def judge(self, session: Session, before: Before, ran: bool) -> Judgement:
        """How things stand now; `ran`: the server said that the statement was done."""

    def debris(self, session: Session, before: Before) -> tuple[sql.Composed, ...]:
        """Statements that take away what it left behind unfinished, or finish it."""


class Repeatable:
    """VACUUM and the like: running it again does no harm."""

    def look(self, session: Session) -> Before:
        """Nothing to remember."""
        return {}

    def judge(self, session: Session, before: Before, ran: bool) -> Judgement:
        """Run until it has been seen to end."""
        return "Done" if ran else "Again"

    def debris(self, session: Session, before: Before) -> tuple[sql.Composed, ...]:
        """It leaves none."""
        return ()


class Unknowable(Repeatable):
    """A statement whose effect no query tells."""

    def judge(self, session: Session, before: Before, ran: bool) -> Judgement:
        """Only the server's own answer counts."""
        return "Done" if ran else "Unknown"


@dataclass(frozen=True)
class DetachPartition(Repeatable):
    """ALTER TABLE … DETACH PARTITION … CONCURRENTLY: cut off in between, the partition is pending and has to be finished."""

    parent: RelationName
    partition: RelationName

    def look(self, session: Session) -> Before:
        """Both tables' resolved names."""
        return {"parent": resolve(session, self.parent), "partition": resolve(session, self.partition)}

    def judge(self, session: Session, before: Before, ran: bool) -> Judgement:
        """Detached, or not yet."""
        return "Again" if self._row(session, before) else "Done"

    def debris(self, session: Session, before: Before) -> tuple[sql.Composed, ...]:
        """FINALIZE, where it is pending."""
        row = self._row(session, before)
        if not row or not row["pending"]:
            return ()
        parent, partition = identifier(before["parent"]), identifier(before["partition"])
        return (sql.SQL("ALTER TABLE {} DETACH PARTITION {} FINALIZE").format(parent, partition),)

    def _row(self, session: Session, before: Before) -> dict[str, Any] | None:
        if not before["parent"] or not before["partition"]:
            return None
        names = {"parent": quoted(session, before["parent"]), "partition": quoted(session, before["partition"])}
        return session.execute(query("probe_partition"), names).fetchone()


def resolve(session: Session, name: RelationName) -> list[str] | None:
    """Schema and name of a relation, by the session's search_path; None when there is none."""
    parts = [name.schema, name.name] if name.schema else [name.name]
    row = session.execute(query("probe_resolve"), {"name": sql.Identifier(*parts).as_string(session)}).fetchone()
    return [row["schema"], row["name"]] if row else None


def identifier(name: list[str]) -> sql.Identifier:
    """A resolved name, as SQL."""
    return sql.Identifier(*name)


def quoted(session: Session, name: list[str]) -> str:
    """A resolved name, as text that to_regclass() reads."""
    return identifier(name).as_string(session)
