"""What a statement really does to each relation: run on a server and seen by the project's own observer."""

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field

from postgres.support.database import Database
from postgres.support.effect_cases import BASE, Case
from schemachange_operator.core.plan import Effect, LockHeld
from schemachange_operator.core.snapshot import Snapshot
from schemachange_operator.core.sql.statement import Statement, read_statements
from schemachange_operator.postgres.catalog import take_snapshot
from schemachange_operator.postgres.session import Session
from schemachange_operator.runner.rehearsal.observation import Files, LocksSeen, Observer, read_files

SCANNED = """
SELECT relid AS oid, seq_tup_read AS rows FROM pg_stat_xact_user_tables WHERE seq_tup_read > 0
"""
ROWS = """
SELECT c.oid, c.reltuples::bigint AS rows FROM pg_class c
 WHERE c.relkind IN ('r', 'm') AND c.reltuples > 0 AND c.oid >= 16384
"""
SLOWLY = "SET vacuum_cost_delay = '4ms'; SET vacuum_cost_limit = 1"
"""VACUUM takes long enough to be looked at."""

NEARLY = 0.9
"""Rows that the statement itself has just deleted are not read by what comes after."""

_BUILT = re.compile(r'^building index "[^"]+" on table "([^"]+)"')


@dataclass
class Bench:
    """A database that is `base.sql` before each case, built anew only where a case left something."""

    database: Database
    working: Session
    watching: Session
    state: tuple[str, ...] | None = None
    """The setup that is there now; None: it has to be built."""
    snapshot: Snapshot = field(default_factory=dict)
    rows: dict[int, int] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)

    def prepare(self, case: Case) -> Snapshot:
        """Have the database as the case wants it; what our own snapshot says of it."""
        if self.state != case.setup:
            self._build(case.setup)
        return self.snapshot

    def _build(self, setup: tuple[str, ...]) -> None:
        self.working.execute("SET client_min_messages = warning; RESET ALL; SET timezone = 'UTC'")
        self.working.execute(
            "DROP SCHEMA IF EXISTS public, other CASCADE; CREATE SCHEMA public; DROP PUBLICATION IF EXISTS pub0, pub1"
        )
        self.working.execute(BASE.read_text())
        for statement in setup:
            self.working.execute(statement)
        if setup:
            self.working.execute("ANALYZE")
        self.state, self.snapshot = setup, take_snapshot(self.watching)
        self.rows = {row["oid"]: row["rows"] for row in self.working.execute(ROWS).fetchall()}

    def measure(self, case: Case) -> dict[str, Effect]:
        """What the statement does, by relation; the database is as before where that can be."""
        (statement,) = read_statements(case.statement)
        observer = Observer(self.watching, self.working)
        before = observer.begin()
        self.working.execute(f"SET timezone = '{case.zone}'")
        if statement.transactional:
            return self._in_transaction(statement, observer, before)
        return self._alone(statement, observer, before, case.hold)

    def _in_transaction(self, statement: Statement, observer: Observer, before: Files) -> dict[str, Effect]:
        self.working.execute("BEGIN")
        try:
            # Figures that were not sent to the statistics yet are in this view, too.
            earlier = self._scanned()
            self.working.execute(statement.text)
            held = observer.look().since(LocksSeen())
            after = read_files(self.working)
            scanned = {oid: rows - earlier.get(oid, 0) for oid, rows in self._scanned().items()}
        finally:
            self.working.execute("ROLLBACK")
        return self._effects(before, after, held, scanned)

    def _scanned(self) -> dict[int, int]:
        return {row["oid"]: row["rows"] for row in self.working.execute(SCANNED).fetchall()}

    def _alone(self, statement: Statement, observer: Observer, before: Files, hold: str) -> dict[str, Effect]:
        self.state = None
        self.working.execute(SLOWLY)
        names = [hold] if hold else [name.name for name in statement.relations]
        self.notices.clear()
        with closing(self.database.another_superuser()) as holding:
            self.working.execute("SET client_min_messages = debug1")
            with observer.sampling(holding, names) as seen:
                self.working.execute(statement.text)
            self.working.execute("SET client_min_messages = warning")
        built = {match[1] for notice in self.notices if (match := _BUILT.match(notice))}
        scanned = {oid: 10**9 for oid, row in before.items() if row["relation"].split(".")[1] in built}
        return self._effects(before, read_files(self.working), seen.since(LocksSeen()), scanned)

    def _effects(
        self, before: Files, after: Files, held: tuple[LockHeld, ...], scanned: dict[int, int]
    ) -> dict[str, Effect]:
        modes = {one.relation: one.mode for one in held}
        now = {row["relation"]: row for row in after.values()}
        found = {}
        for oid, row in before.items():
            name = row["relation"]
            later = after.get(oid) or now.get(name) or row
            effect = Effect(
                relation=name,
                lock=modes.get(name, ""),
                rewrites=bool(row["file"]) and later["file"] != row["file"],
                scans=0 < self.rows.get(oid, 0) * NEARLY <= scanned.get(oid, 0),
            )
            if effect != Effect(relation=name):
                found[name] = effect
        return found


@contextmanager
def bench(database: Database) -> Iterator[Bench]:
    """A bench in a database of its own."""
    with closing(database.another_superuser()) as working, closing(database.another_superuser()) as watching:
        working.execute("SET max_parallel_maintenance_workers = 0")
        made = Bench(database, working, watching)
        working.add_notice_handler(lambda notice: made.notices.append(notice.message_primary or ""))
        yield made
