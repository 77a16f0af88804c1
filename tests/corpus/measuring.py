"""What a migration does to a database in use, as a real server shows it: no rule and no prediction has a part in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from corpus.cases import HERE, Case, application
from schemachange_operator.core.sql import grammar
from schemachange_operator.core.sql.kinds import classify
from testcluster.servers import Server

TEMPLATE, APPLICATION, OWNER = "corpus", "corpus_app", "app_owner"
MANY = 1_000
"""Rows from which on work counts as growing with the table."""
KEPT = 0.99
"""The part of its rows that the application has to find again: a seed adds some, a small batch removes some."""
STRONG = ("ShareLock", "ShareRowExclusiveLock", "ExclusiveLock", "AccessExclusiveLock")
"""Locks that make reads or writes wait; nobody writes to a materialized view, which EXCLUSIVE lets be read."""

Session = psycopg.Connection[dict[str, object]]

RELATIONS = """
SELECT oid, relfilenode AS file, reltuples AS rows FROM pg_class
 WHERE oid >= 16384 AND relkind IN ('r', 'p', 'm', 'v', 'i', 'I') AND relnamespace = 'public'::regnamespace"""
HELD = """
SELECT 1 FROM pg_locks l LEFT JOIN pg_class c ON c.oid = l.relation
 WHERE l.pid = pg_backend_pid() AND l.granted AND l.mode = ANY (%(strong)s) AND l.relation = ANY (%(before)s)
   AND NOT coalesce(c.relkind = 'm' AND l.mode = 'ExclusiveLock', false) LIMIT 1"""
ROWS = """
SELECT coalesce(sum(seq_tup_read + coalesce(idx_tup_fetch, 0)), 0)::bigint AS read,
       coalesce(sum(n_tup_upd + n_tup_del) FILTER (WHERE relid = ANY (%(before)s)), 0)::bigint AS changed
  FROM pg_stat_xact_user_tables"""


@dataclass
class Seen:
    """Words of cases.SEEN, and what was met."""

    words: set[str] = field(default_factory=set)
    details: list[str] = field(default_factory=list)

    def note(self, word: str, detail: str) -> None:
        """One thing more."""
        self.words.add(word)
        self.details.append(f"{word}: {detail}")


def build_template(server: Server) -> None:
    """The database that every case begins with."""
    with psycopg.connect(server.url(), autocommit=True) as session:
        session.execute(sql.SQL("CREATE ROLE {}").format(sql.Identifier(APPLICATION)))
        session.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(TEMPLATE), sql.Identifier(OWNER)))
    with psycopg.connect(server.url(TEMPLATE), autocommit=True) as session:
        # Any zone but UTC: what is free there only, is not free.
        session.execute(f"ALTER DATABASE {TEMPLATE} SET timezone = 'Europe/Berlin'")
        session.execute(f"ALTER SCHEMA public OWNER TO {OWNER}; SET ROLE {OWNER}; SET timezone = 'Europe/Berlin'")
        session.execute((HERE / "schema.sql").read_text())
        for kind in ("TABLES", "SEQUENCES"):
            session.execute(f"GRANT ALL ON ALL {kind} IN SCHEMA public TO {APPLICATION}")
        session.execute("RESET ROLE")
        session.execute("VACUUM ANALYZE")


@contextmanager
def copy_of_template(server: Server, name: str) -> Iterator[Session]:
    """A superuser's session in a database of its own."""
    with psycopg.connect(server.url(), autocommit=True) as outside:
        outside.execute(
            sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}").format(*map(sql.Identifier, (name, OWNER, TEMPLATE)))
        )
        try:
            with psycopg.connect(server.url(name), autocommit=True, row_factory=dict_row) as session:
                session.execute("SET timezone = 'Europe/Berlin'")
                yield session
        finally:
            outside.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def measure(session: Session, case: Case) -> Seen:
    """Run a case as the owner, and the application before and after it."""
    seen = Seen()
    before = _application(session)
    bad = [line for line, answer in before.items() if answer < 0]
    assert not bad, bad
    relations = {int(str(row["oid"])): row for row in session.execute(RELATIONS).fetchall()}
    session.execute(f"SET ROLE {OWNER}")
    try:
        for step in case.steps:
            _step(session, step, relations, seen)
    except psycopg.Error as error:
        seen.note("fails", str(error).splitlines()[0])
    session.execute("RESET ROLE")
    if "fails" in seen.words:
        return seen
    after = _application(session)
    for line in (line for line in before if after[line] < before[line] * KEPT):
        seen.note("breaks", f"{line} answered {before[line]} rows, now {after[line]}")
    return seen


def _application(session: Session) -> dict[str, int]:
    """Rows that each statement of the application answers; -1 where it fails. Nothing of it is kept."""
    answers: dict[str, int] = {}
    for line in application():
        with session.transaction(force_rollback=True):
            session.execute(f"SET LOCAL ROLE {APPLICATION}")
            try:
                with session.transaction():
                    answers[line] = session.execute(line).rowcount
            except psycopg.Error:
                answers[line] = -1
    return answers


def _step(session: Session, step: str, relations: dict[int, dict[str, object]], seen: Seen) -> None:
    parsed = grammar.parse(step)
    if len(parsed) == 1 and not classify(parsed[0].node, parsed[0].tree).transactional:
        session.execute(parsed[0].text)
        if _anew(session, relations) and "CONCURRENTLY" not in step:
            seen.note("stalls", f"{parsed[0].text}: files written anew")
        return
    with session.transaction():
        for one in parsed:
            _statement(session, one.text, relations, seen)


def _statement(session: Session, text: str, relations: dict[int, dict[str, object]], seen: Seen) -> None:
    before, files = _rows(session, relations), _anew(session, relations)
    session.execute(text)
    after, rewritten = _rows(session, relations), _anew(session, relations) - files
    held = session.execute(HELD, {"strong": list(STRONG), "before": list(relations)}).fetchone()
    read, changed = after[0] - before[0], after[1] - before[1]
    if held and (rewritten or read >= MANY or changed >= MANY):
        seen.note("stalls", f"{text}: {read} rows read, {changed} changed, {len(rewritten)} files anew")
    if changed >= MANY:
        seen.note("writes", f"{text}: {changed} rows changed")


def _rows(session: Session, relations: dict[int, dict[str, object]]) -> tuple[int, int]:
    row = session.execute(ROWS, {"before": list(relations)}).fetchone()
    assert row is not None
    return int(str(row["read"])), int(str(row["changed"]))


def _anew(session: Session, relations: dict[int, dict[str, object]]) -> set[int]:
    """Relations of many rows whose file is not the one that it was."""
    now = {int(str(row["oid"])): row["file"] for row in session.execute(RELATIONS).fetchall()}
    large = {oid for oid, row in relations.items() if float(str(row["rows"])) >= MANY}
    return {oid for oid in large if oid in now and now[oid] != relations[oid]["file"]}
