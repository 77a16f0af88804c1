"""A change on its way to a plan: a target, a throw-away server, the containers of a Job one after the other."""

import io
import json
import os
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from postgres.support.database import Database
from schemachange_operator.core.content import Content
from schemachange_operator.core.errors import ProcedureError
from schemachange_operator.core.plan import PlanDocument, PlannedStatement
from schemachange_operator.core.task import RunReport, RunRequest
from schemachange_operator.kube import logs
from schemachange_operator.runner import answers
from schemachange_operator.runner.environment import Environment, Folders
from schemachange_operator.runner.main import COMMANDS, _function
from schemachange_operator.runner.output import Output, write_report
from testcluster.servers import Server

SHOP = """
CREATE TABLE customers (id bigint PRIMARY KEY, name text NOT NULL, currency text NOT NULL DEFAULT 'EUR');
CREATE TABLE orders (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer_id bigint NOT NULL REFERENCES customers, note text,
  placed_at timestamptz NOT NULL DEFAULT now());
INSERT INTO customers SELECT g, 'secret name ' || g, 'USD' FROM generate_series(1, 50) g;
INSERT INTO orders (customer_id, note) SELECT 1 + g % 50, 'secret note' FROM generate_series(1, 300) g;
ANALYZE customers, orders;
"""


@contextmanager
def cleared(server: Server) -> Iterator[Server]:
    """A throw-away server as a Job would find it: without databases, roles and log of an earlier test."""
    os.truncate(server.log, 0)
    try:
        yield server
    finally:
        with psycopg.connect(server.url(), autocommit=True) as session:
            # A rehearsal that failed leaves its copy of the database before the change.
            for name in ("rehearsal", "rehearsal_before", "rehearsal_alone", "rehearsal_tried"):
                session.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
            for (role,) in session.execute(
                "SELECT rolname FROM pg_roles WHERE rolname !~ '^pg_' AND rolname <> 'postgres'"
            ).fetchall():
                session.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))


@dataclass
class Planning:
    """One change to one database, planned by the runner's own commands."""

    database: Database
    throwaway: Server
    root: Path
    steps: list[dict[str, Any]]
    verify: list[dict[str, Any]] = field(default_factory=list)
    members: dict[str, Any] = field(default_factory=dict)
    """What the request says otherwise."""
    plan: PlanDocument | None = None
    log: io.StringIO = field(default_factory=io.StringIO)
    stop: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.content = Content.model_validate({"steps": self.steps, "verify": self.verify})
        self.folders = Folders(
            credentials=self.root / "credentials",
            work=self.root / "work",
            rehearsal=self.throwaway.data.parent,
            rehearsal_port=self.throwaway.port,
            report=self.root / "report.json",
        )
        for folder in (self.folders.credentials, self.folders.work):
            folder.mkdir(parents=True, exist_ok=True)
        (self.folders.credentials / "username").write_text(self.database.credentials.user)
        (self.folders.credentials / "password").write_text(self.database.credentials.password)

    def request(self) -> RunRequest:
        """The request that every container is given."""
        members: dict[str, Any] = {
            "task": "plan",
            "change": {"uid": "0a1b2c3d-4e5f-6789-abcd-ef0123456789", "namespace": "shop", "name": "orders-currency"},
            "connection": self.database.connection,
            "migration_role": self.database.migration_role,
            "content_digest": self.content.digest(),
            "policy": {"rehearsal": {"rows": 200}},
        }
        return RunRequest.model_validate({**members, **self.members})

    def run(self, command: str) -> RunReport:
        """One container: its report, written as in a pod, with refusals translated as the runner's main does."""
        assert command in COMMANDS
        output = Output(self.log)
        environment = Environment(
            self.request(), self.content, self.plan, self.folders, output, self.stop, chance=random.Random(7)
        )
        try:
            report = _function(command)(environment)
        except ProcedureError as error:
            report = answers.refused(error)
        write_report(report, self.folders.report)
        assert self.database.credentials.password not in self.log.getvalue() + self.folders.report.read_text()
        return report

    def job(self, *commands: str) -> RunReport:
        """Containers one after the other; the report of the last one, or of the first that fails."""
        report = self.run(commands[0])
        for command in commands[1:]:
            if report.outcome != "Done":
                break
            report = self.run(command)
        return report

    def planned(self) -> tuple[RunReport, PlanDocument]:
        """The report and the plan of a Job that has to succeed; the plan is read from the log as the operator does."""
        report = self.job("analyse", "rehearse")
        assert report.outcome == "Done", report
        assert report.plan is not None, report
        return report, PlanDocument.model_validate_json(
            logs.document(self.log.getvalue(), "plan", report.plan.document_digest)
        )

    def events(self, event: str) -> list[dict[str, Any]]:
        """Lines of the log about one kind of event."""
        lines = [json.loads(line) for line in self.log.getvalue().splitlines()]
        return [line for line in lines if line.get("event") == event]


def statements(plan: PlanDocument) -> dict[str, PlannedStatement]:
    """Statements as `step number`."""
    return {f"{step.name} {statement.number}": statement for step in plan.steps for statement in step.statements}
