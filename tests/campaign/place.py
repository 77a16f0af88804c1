"""What one worker holds for all of its runs: servers of each major version, and what each class of change leads to."""

import os
from collections.abc import Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import Self

import psycopg

from campaign.changes import CLASSES
from campaign.changes.change import SCHEMA, ChangeClass
from campaign.checker import catalog
from campaign.container import nursery
from postgres.support.database import Database, create_roles, make_database
from schemachange_operator.core.content import Content, ContentStep
from schemachange_operator.core.plan import PlanDocument
from schemachange_operator.core.snapshot import difference, fingerprint
from schemachange_operator.postgres.catalog import take_snapshot
from testcluster.postgres_binaries import NEWEST_MAJOR, find_server
from testcluster.servers import Server


@dataclass(frozen=True)
class Reference:
    """What a class of change leads to on one major version: its SQL run plainly, by nobody's runner."""

    content: Content
    plan: PlanDocument
    before: str
    after: str


class Place:
    """`with Place(majors) as place:`"""

    def __init__(self, majors: Sequence[int]) -> None:
        self.majors = tuple(majors)
        self._open = ExitStack()
        self._servers: dict[tuple[int, str], Server] = {}
        self._references: dict[tuple[int, str], Reference] = {}

    def __enter__(self) -> Self:
        # pg_dump and pg_restore are at least as new as the newest server, as in the image.
        os.environ["PATH"] = f"{find_server(NEWEST_MAJOR)}:{os.environ['PATH']}"
        self.nursery: ForkServerContext = nursery()
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def server(self, major: int) -> Server:
        """The server that runs share."""
        return self._server(major, "target")

    def throw_away(self, major: int) -> tuple[Path, int]:
        """The throw-away server of a rehearsal: the folder of its socket, and its port."""
        server = self._server(major, "throw-away")
        return server.data.parent, server.port

    def reference(self, major: int, name: str) -> Reference:
        """What the class leads to."""
        if (major, name) not in self._references:
            self._references[major, name] = _reference(self.server(major), CLASSES[name])
        return self._references[major, name]

    def _server(self, major: int, purpose: str) -> Server:
        if (major, purpose) not in self._servers:
            server = self._open.enter_context(Server(major))
            if purpose == "target":
                create_roles(server)
            self._servers[major, purpose] = server
        return self._servers[major, purpose]


def _plainly(step: ContentStep) -> str:
    """A step's SQL; a backfill as one UPDATE."""
    if step.backfill is None:
        return step.sql or ""
    assignments = ", ".join(f"{column} = {value}" for column, value in step.backfill.set.items())
    return f"UPDATE {step.backfill.table} SET {assignments}"


def prepare(database: Database, kind: ChangeClass) -> None:
    """What is there before the change."""
    database.as_owner(SCHEMA + kind.schema)


def drop(server: Server, name: str) -> None:
    """Take a database away, whoever is in it."""
    with psycopg.connect(server.url(), autocommit=True) as session:
        session.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _reference(server: Server, kind: ChangeClass) -> Reference:
    database = make_database(server)
    name = database.connection.database
    content = Content.model_validate({"steps": kind.steps})
    with closing(database.superuser) as session:
        prepare(database, kind)
        before, snapshot = catalog(server.url(name)), take_snapshot(session)
        session.execute(f"SET ROLE {database.migration_role}")
        if not kind.fails:
            for step in content.steps:
                session.execute(_plainly(step).encode())
        session.execute("RESET ROLE")
        after = catalog(server.url(name))
        plan = PlanDocument(
            content_digest=content.digest(),
            server_version=str(server.major),
            fingerprint=fingerprint(snapshot, kind.relations),
            relations=kind.relations,
            steps=(),
            difference=difference(snapshot, take_snapshot(session)),
        )
    drop(server, name)
    return Reference(content, plan, before, after)
