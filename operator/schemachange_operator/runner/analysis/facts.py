"""What one container of a plan's or test's Job leaves for the next in the work folder."""

import json
from pathlib import Path

from schemachange_operator.api.base import Model
from schemachange_operator.core.finding import Finding
from schemachange_operator.core.last_in_first_out import Completed
from schemachange_operator.core.plan import Circumstance, PlanDocument, Probe, TableSize, WrittenStep
from schemachange_operator.core.sequences.offer import Offered
from schemachange_operator.core.snapshot import Snapshot
from schemachange_operator.core.task import RunReport

DUMP = "schema.dump"
FACTS = "facts.json"
SNAPSHOT = "snapshot.json"
VERDICT = "verdict.json"
BEFORE = "before.json"


class Role(Model):
    """A role of the target, as a copy needs it."""

    name: str
    inherit: bool
    create_role: bool
    bypass_row_security: bool
    member_of: tuple[str, ...] = ()


class Grant(Model):
    """A right on the database; no grantee is everyone."""

    grantee: str | None
    privilege: str


class Facts(Model):
    """The target, as far as the rehearsal needs to know it."""

    version: str
    """For example 15.19."""
    system_identifier: str = ""
    """Which server it is, whatever its address."""
    encoding: str
    collate: str
    ctype: str
    locale_provider: str
    locale: str | None
    time_zone: str = ""
    """TimeZone of a session of the login."""
    owner: str
    """The database's owner."""
    roles: tuple[Role, ...]
    grants: tuple[Grant, ...]
    relations: tuple[str, ...]
    """Relations touched, as schema.name, new ones included."""
    fingerprint: str
    """Of those relations that exist."""
    sizes: tuple[TableSize, ...]
    findings: tuple[Finding, ...] = ()
    """What the rules find in the change."""
    probes: tuple[Probe, ...] = ()
    """What the target's data answered."""
    circumstances: tuple[Circumstance, ...] = ()
    lossless: dict[str, tuple[int, ...]] = {}
    """Step to the statements that lose nothing, although their text alone cannot say so."""
    offers: tuple[Offered, ...] = ()
    """The safe sequences for it, with their literals; they are hidden in the plan."""
    later: tuple[Completed, ...] = ()
    """For a revert: changes on the same relations that were completed after the one that is undone."""
    written: tuple[WrittenStep, ...] = ()
    """SQL that was written for steps without any."""
    rows: dict[str, int] = {}
    """Step to the rows that its backfill would touch, estimated."""

    @property
    def major(self) -> int:
        """The major version."""
        return int(self.version.split(".")[0])


class Verdict(Model):
    """An answer of the analysis that ends the whole Job."""

    report: RunReport
    plan: PlanDocument | None = None
    """The plan from the ledger, to be written to the log once more."""


def write_snapshot(folder: Path, name: str, snapshot: Snapshot) -> None:
    """Keep a snapshot for the next container."""
    (folder / name).write_text(json.dumps(snapshot))


def read_snapshot(folder: Path, name: str) -> Snapshot:
    """A snapshot of an earlier container."""
    snapshot: Snapshot = json.loads((folder / name).read_text())
    return snapshot


def write_model(folder: Path, name: str, model: Model) -> None:
    """Keep a value for the next container."""
    (folder / name).write_text(model.model_dump_json(by_alias=True))


def read_facts(folder: Path) -> Facts:
    """The facts that the analysis left."""
    return Facts.model_validate_json((folder / FACTS).read_text())


def read_verdict(folder: Path) -> Verdict | None:
    """What ends the Job, where the analysis found something that does."""
    path = folder / VERDICT
    return Verdict.model_validate_json(path.read_text()) if path.is_file() else None
