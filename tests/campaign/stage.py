"""Where one run is played: the database, the client, the proxy, the containers; what a fault may lay hands on."""

import contextlib
import random
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg

from campaign import container
from campaign.changes.change import ChangeClass
from campaign.client import Client
from campaign.container import Container
from campaign.place import Place, Reference
from campaign.proxy import Proxy
from postgres.support.database import Database
from postgres.support.standby import Standby
from schemachange_operator.api.policy import SchemaPolicySpec
from schemachange_operator.core.task import RunRequest
from testcluster.servers import Server

UID = "0a1b2c3d-4e5f-6789-abcd-ef0123456789"
NAMESPACE, NAME = "shop", "orders-currency"
POLICY = SchemaPolicySpec.model_validate(
    {"locks": {"timeoutMilliseconds": 200, "patienceSeconds": 2}, "backfill": {"batchSize": 10, "pause": 0}}
)
BACKUP_PATH = "shop.orders-currency/1-drop"


Holder = psycopg.Connection[tuple[Any, ...]]
LOOKS = 200
"""At whether a statement waits; whatever comes of it, the fault hits then."""


class Stage:
    """Everything of one run."""

    def __init__(
        self, place: Place, major: int, kind: ChangeClass, reference: Reference, database: Database, root: Path
    ) -> None:
        self.place, self.major, self.kind, self.reference, self.root = place, major, kind, reference, root
        self.database = database
        self.standby: Standby | None = None
        self.client = Client(self.address, "orders", 1_000_001, kind.client_reads)
        self.proxy: Proxy
        self.chance = random.Random()
        self.containers: list[Container] = []
        self.second: Container | None = None
        """Another container for the same work, which a fault has started."""
        self.after: list[Any] = []
        """What is to be done when the container that was hit has ended, such as giving a disk room again."""
        self.at_the_end: list[Any] = []
        """What is to be done when all has been looked at, such as taking a volume away."""
        self._threads: list[threading.Timer] = []
        self._write()

    @property
    def server(self) -> Server:
        """The primary, as it is now."""
        return self.database.server

    @property
    def current(self) -> Container | None:
        """The container that runs, if one does."""
        return self.containers[-1] if self.containers and self.containers[-1].running else None

    def address(self) -> str:
        """Where the application finds the primary."""
        return self.server.url(self.database.connection.database)

    @contextlib.contextmanager
    def superuser(self) -> Iterator[Holder]:
        """A session that is nobody's of the run."""
        with psycopg.connect(self.address(), autocommit=True, application_name="fault", connect_timeout=5) as session:
            yield session

    def stand_in_the_way(self) -> Holder:
        """A transaction that statements which run CONCURRENTLY have to wait for: a writer, or an old snapshot."""
        session = psycopg.connect(self.address(), application_name="report", connect_timeout=5)
        if self.chance.random() < 0.5:
            session.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            session.execute(self.kind.client_reads or "SELECT count(*) FROM orders")
        else:
            session.execute(self.kind.client_reads or "UPDATE orders SET note = note WHERE id = 1")
        return session

    def until_waiting(self, backend: int) -> None:
        """Look until the statement waits, or is over; a look is all that this costs."""
        waiting = "SELECT wait_event_type = 'Lock' OR state <> 'active' FROM pg_stat_activity WHERE pid = %s"
        for _ in range(LOOKS):
            with self.superuser() as session:
                row = session.execute(waiting, (backend,)).fetchone()
            if row is None or row[0]:
                return
            threading.Event().wait(0.01)

    def start(self, command: str, step: str, attempt: int, **others: Any) -> Container:
        """Start a container."""
        request = self._request(step, attempt, task="backup" if command == "prove" else command, **others)
        rehearsal = self.place.throw_away(self.major) if command == "prove" else (self.root, 1)
        started = container.start(self.place.nursery, self.root, command, request, rehearsal)
        self.containers.append(started)
        return started

    def start_second(self) -> None:
        """Another one for the same work, as when nobody knows that the first is still there."""
        first = self.current
        if first is not None and self.second is None and first.command != "prove":
            self.second = self.start(first.command, first.step, first.attempt + 1)
            # The first is still the one that is being waited for.
            self.containers[-2:] = [self.second, first]

    def later(self, seconds: float, act: Any) -> None:
        """Do something after a while, beside all else."""
        timer = threading.Timer(seconds, act)
        timer.daemon = True
        timer.start()
        self._threads.append(timer)

    def move_to(self, database: Database) -> None:
        """The primary is another server now."""
        self.database = database
        self.proxy.lead_to(database.server.port)

    def end(self) -> None:
        """Nothing of this run goes on."""
        for timer in self._threads:
            timer.join(60)
        for one in self.containers:
            one.signal(signal.SIGKILL)
            one.process.join(30)
        self.mend()

    def mend(self) -> None:
        """What a fault has broken for the time of one container is whole again."""
        while self.after:
            self.after.pop()()

    def _request(self, step: str, attempt: int, **others: Any) -> dict[str, Any]:
        plan = self.reference.plan
        members: dict[str, Any] = {
            "change": {"uid": UID, "namespace": NAMESPACE, "name": NAME},
            "connection": self.database.connection.model_copy(update={"port": self.proxy.port}),
            "migration_role": self.database.migration_role,
            "policy": POLICY,
            "content_digest": plan.content_digest,
            "plan_digest": plan.evidence_digest(),
            "fingerprint": plan.fingerprint,
            "relations": plan.relations,
            "step": step,
            "attempt": attempt,
            "backup_path": BACKUP_PATH,
            "record": {"why": "campaign", "approvals": [{"approvedBy": "olga", "at": "2026-11-23", "approval": "a"}]},
        }
        return RunRequest.model_validate({**members, **others}).model_dump(mode="json", by_alias=True)

    def _write(self) -> None:
        credentials = self.root / "credentials"
        for folder in (credentials, self.root / "backup"):
            folder.mkdir(parents=True)
        (credentials / "username").write_text(self.database.credentials.user)
        (credentials / "password").write_text(self.database.credentials.password)
        (self.root / "content.json").write_text(self.reference.content.text())
        (self.root / "plan.json").write_text(self.reference.plan.text())
