"""A change as the runner is given it: content, plan, request, credentials, all in a folder."""

import io
import json
import random
import re
import signal
import subprocess
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from postgres.support.database import Database
from schemachange_operator.api.policy import SchemaPolicySpec
from schemachange_operator.core import task
from schemachange_operator.core.content import Content
from schemachange_operator.core.plan import Difference, PlanDocument
from schemachange_operator.core.snapshot import difference, fingerprint, picture
from schemachange_operator.core.sql.statement import read_statements
from schemachange_operator.core.task import RunReport, RunRequest
from schemachange_operator.postgres.backfill import run_batches
from schemachange_operator.postgres.catalog import take_snapshot
from schemachange_operator.runner.environment import Environment, Folders
from schemachange_operator.runner.main import COMMANDS, _function
from schemachange_operator.runner.output import Output

UID = "0a1b2c3d-4e5f-6789-abcd-ef0123456789"
IMPATIENT = SchemaPolicySpec.model_validate(
    {
        "locks": {"timeoutMilliseconds": 200, "patienceSeconds": 2},
        "backfill": {
            "batchSize": 10,
            "batchMilliseconds": 60_000,
            "workPercent": 100,
            "throttle": {"latencyMilliseconds": 0},
        },
    }
)
ENTRY = """
import sys
from pathlib import Path
from postgres.support.change import folders_below
from schemachange_operator.runner.main import main
sys.exit(main(sys.argv[2:], folders=folders_below(Path(sys.argv[1]))))
"""


def steps(*members: dict[str, Any]) -> list[dict[str, Any]]:
    """Steps whose undo is not needed unless they say otherwise."""
    return [{"undo": {"notNeeded": "test"}, **member} for member in members]


def rehearsable(text: str) -> str:
    """The statement so that it can be in a transaction, and without waiting."""
    return re.sub(r"pg_sleep\([^)]*\)", "pg_sleep(0)", text.replace(" CONCURRENTLY", ""))


def folders_below(root: Path) -> Folders:
    """All folders that a container has, below one."""
    return Folders(
        content=root / "content.json",
        plan=root / "plan.json",
        credentials=root / "credentials",
        work=root / "work",
        backup=root / "backup",
        rehearsal=root / "rehearsal",
        report=root / "report.json",
    )


@dataclass
class Change:
    """One change to one database; the plan is made by trying it in a transaction that is rolled back."""

    database: Database
    root: Path
    steps: list[dict[str, Any]]
    relations: tuple[str, ...] = ("public.orders",)
    verify: list[dict[str, Any]] = field(default_factory=list)
    name: str = "orders-currency"
    uid: str = UID
    policy: SchemaPolicySpec = IMPATIENT
    log: io.StringIO = field(default_factory=io.StringIO)

    def __post_init__(self) -> None:
        self.root.mkdir(parents=True, exist_ok=True)
        self.content = Content.model_validate({"steps": self.steps, "verify": self.verify})
        before = take_snapshot(self.database.superuser)
        self.fingerprint = fingerprint(before, self.relations)
        self.plan = PlanDocument(
            content_digest=self.content.digest(),
            server_version=str(self.database.server.major),
            fingerprint=self.fingerprint,
            relations=self.relations,
            planned_for=picture(before, self.relations),
            steps=(),
            difference=self.rehearsed(),
        )
        folders = folders_below(self.root)
        for folder in (folders.credentials, folders.work, folders.backup):
            folder.mkdir(exist_ok=True)
        (folders.credentials / "username").write_text(self.database.credentials.user)
        (folders.credentials / "password").write_text(self.database.credentials.password)
        folders.content.write_text(self.content.text())
        folders.plan.write_text(self.plan.text())

    def rehearsed(self) -> tuple[Difference, ...]:
        """What the change does to the catalog."""
        session = self.database.superuser
        before = take_snapshot(session)
        with session.transaction(force_rollback=True):
            session.execute(f"SET LOCAL ROLE {self.database.migration_role}")
            try:
                with session.transaction():
                    for step in self.content.steps:
                        for statement in read_statements(step.sql) if step.sql else ():
                            session.execute(rehearsable(statement.text))
                        if step.backfill:
                            run_batches(session, step.backfill, 1000)
            except Exception:
                # Statements that fail here are tests of failure.
                return ()
            return difference(before, take_snapshot(session))

    def request(self, step: str = "", **others: Any) -> RunRequest:
        """The request for one command."""
        members: dict[str, Any] = {
            "task": "apply",
            "change": {"uid": self.uid, "namespace": "shop", "name": self.name},
            "connection": self.database.connection,
            "migration_role": self.database.migration_role,
            "policy": self.policy,
            "content_digest": self.content.digest(),
            "plan_digest": self.plan.evidence_digest(),
            "fingerprint": self.fingerprint,
            "relations": self.relations,
            "step": step,
            "record": {"why": "test", "approvals": [{"approvedBy": "olga", "at": "2026-11-23", "approval": "a"}]},
        }
        return RunRequest.model_validate({**members, **others})

    def environment(self, step: str = "", **others: Any) -> Environment:
        """What a command in this process gets; pauses are short, chance is fixed."""
        return Environment(
            self.request(step, **others),
            self.content,
            self.plan,
            folders_below(self.root),
            Output(self.log),
            chance=random.Random(7),
        )

    def run(self, command: str, step: str = "", **others: Any) -> RunReport:
        """Run a command in this process; what it raises is raised."""
        return _function(command)(self.environment(step, **others))

    def apply_all(self) -> None:
        """Every step by its command; each has to succeed."""
        for step in self.content.steps:
            report = self.run("backfill" if step.backfill else "apply", step.name)
            assert report.outcome == "Done", report

    def start(self, command: str, step: str = "", **others: Any) -> "Process":
        """Run a command as a process of its own, as a container would."""
        assert command in COMMANDS
        variables = {
            task.REQUEST_VARIABLE: self.request(step, **others).model_dump_json(by_alias=True),
            "PYTHONPATH": "operator:tests",
            "PATH": "/usr/bin:/bin",
        }
        started = subprocess.Popen(
            [sys.executable, "-c", ENTRY, str(self.root), command],
            env=variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        return Process(started, folders_below(self.root).report)

    def lines(self) -> list[dict[str, Any]]:
        """Lines of the log so far."""
        return [json.loads(line) for line in self.log.getvalue().splitlines()]

    def events(self) -> list[dict[str, Any]]:
        """Lines about something that happened."""
        return [line for line in self.lines() if "event" in line]

    def notices(self) -> list[dict[str, Any]]:
        """Lines that the operator makes Events of."""
        return [line["notice"] for line in self.lines() if "notice" in line]

    def told(self) -> list[dict[str, Any]]:
        """Lines of progress."""
        return [line["progress"] for line in self.lines() if "progress" in line]

    def another(self, name: str, **others: Any) -> "Change":
        """Another change to the same database, planned now."""
        return replace(self, name=name, uid=f"{name}-{UID}", root=self.root / name, log=io.StringIO(), **others)


@dataclass
class Process:
    """A runner that runs."""

    started: "subprocess.Popen[bytes]"
    report_file: Path

    def kill(self) -> None:
        """End it as the kernel does when memory is short."""
        self.started.send_signal(signal.SIGKILL)
        self.started.communicate(timeout=30)

    def terminate(self) -> None:
        """Ask it to stop, as Kubernetes does."""
        self.started.send_signal(signal.SIGTERM)

    def report(self, seconds: float = 60) -> RunReport:
        """Wait for its end; its report."""
        self.started.wait(seconds)
        assert self.report_file.is_file(), "it ended without a report"
        return RunReport.model_validate_json(self.report_file.read_text())
