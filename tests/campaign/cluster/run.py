"""One change of a wave: its shop, its application, its way to the end, and what is found after it."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from campaign import checker
from campaign.cluster import objects, rows
from campaign.cluster.application import Application
from campaign.cluster.classes import ABORT_REASON, ChangeClass
from campaign.cluster.expected import Expected, expected
from campaign.cluster.eyes import Eyes
from campaign.cluster.pair import PairServer
from campaign.cluster.stage import Fault, Victim
from campaign.facts import Facts
from campaign.scenario import Scenario
from playground.kubectl import KubectlError, Manifest
from playground.patience import wait_for
from playground.shop import Shop

SECONDS_TO_END = 420.0
FINAL = ("Completed", "Blocked", "Aborted")
ROWS = 5_000


@dataclass
class Run:
    """One change."""

    namespace: str
    kind: ChangeClass
    server: PairServer
    scenario: Scenario
    fault: Fault
    eyes: Eyes
    met: str = ""
    """The phase in which the fault found it, as its status said; empty when there was nothing to hit."""
    struck: bool = False
    """Whether the fault has come."""
    last: Manifest = field(default_factory=dict)
    """Its status at the end."""
    shop: Shop = field(init=False)
    victim: Victim = field(init=False)
    expected: Expected = field(init=False)

    def open(self, **database: object) -> None:
        """Shop and application."""
        self.shop = Shop(self.namespace, self.server, self.server.kubectl, rows=ROWS)
        self.shop.close_and_wait()
        self.shop.open(**database)
        self.expected = expected(self.shop, self.server, self.kind)
        Application(self.shop).start()

    def begin(self) -> None:
        """Apply the change."""
        manifest = self.kind.manifest()
        name = self.shop.apply({**manifest, "spec": {**manifest["spec"], **self.fault.spec}})
        self.victim = Victim(self.shop, name, self.shop.change(name)["metadata"]["uid"])

    def attend(self) -> None:
        """What its people do, until it has ended: approve each plan that asks for it, and abort where the class says so."""
        approved: set[str] = set()
        deadline = time.monotonic() + SECONDS_TO_END
        while time.monotonic() < deadline:
            change = self.eyes.change(self.namespace)
            status = change.get("status", {})
            with suppress(KubectlError, AssertionError):
                self._act(status, approved)
            looked_at = change and status.get("observedGeneration") == change["metadata"]["generation"]
            if looked_at and status["phase"] in FINAL and (self.struck or self._as_it_should(status)):
                return
            time.sleep(0.3)

    def _act(self, status: Manifest, approved: set[str]) -> None:
        phase, plan = status.get("phase", ""), status.get("plan", {}).get("digest", "")
        if phase == "AwaitingApproval" and plan not in approved:
            self.shop.approve(self.victim.name, planDigest=plan)
            approved.add(plan)
        if phase and phase == self.kind.abort_in:
            patch = {"spec": {"abort": {"reason": ABORT_REASON}}}
            self.shop.kubectl.merge("schg", self.victim.name, self.shop.namespace, patch)

    def _as_it_should(self, status: Manifest) -> bool:
        return (status["phase"], status["reason"]) == self.kind.ends

    def status(self) -> Manifest:
        """Its status as it was seen last."""
        status: Manifest = self.eyes.change(self.namespace).get("status", {})
        return status

    def wait_until_in(self, phase: str) -> None:
        """Wait until it is in a phase, or has come to its end."""
        seen = (phase, *FINAL)
        wait_for(f"{self.namespace} to be {phase}", lambda: self.status().get("phase") in seen or None, SECONDS_TO_END)

    def findings(self) -> tuple[str, ...]:
        """Every violation."""
        self.last = self.shop.status(self.victim.name)
        writes = Application(self.shop).stop()
        lost = rows.check(self.shop, writes, lossy=self.fault.loses_writes)
        return (*objects.check(self.victim, self.kind), *self._settling(), *lost, *self._backfilled())

    def _settling(self) -> tuple[str, ...]:
        """Sessions of ours may take a moment to go after the Job's end; what stays is a finding."""
        facts = Facts(
            url=self.server.url(self.shop.database),
            ended="Completed" if self.kind.applied else "RolledBack",
            steps=tuple(step["name"] for step in self.shop.change(self.victim.name)["status"]["steps"]),
            before=self.expected.before,
            after=self.expected.after,
            name=self.victim.name,
            namespace=self.namespace,
        )
        return _patiently(lambda: checker.check(facts))

    def _backfilled(self) -> tuple[str, ...]:
        wrong = self.shop.ask(self.kind.backfilled) if self.kind.backfilled else 0
        return (f"{wrong} rows are not filled, or wrongly",) if wrong else ()

    def close(self) -> None:
        """Take its namespace and its database away."""
        if hasattr(self, "shop"):
            self.shop.close()

    def trace(self) -> dict[str, str]:
        """What was seen, for the folder of a violation."""
        told: dict[str, Callable[[], str]] = {
            "change.yaml": lambda: self.shop.kubectl.run("get", "schg", "-n", self.namespace, "-o", "yaml"),
            "events.txt": lambda: self.shop.kubectl.run("get", "events", "-n", self.namespace, "--sort-by=.lastTimestamp"),
            "pods.txt": lambda: self.shop.kubectl.run("get", "pods", "-n", self.namespace, "-o", "wide"),
            "runner.log": lambda: self.shop.log_of_everything(self.victim.uid),
            "ledger.txt": lambda: checker.ledger_dump(self.server.url(self.shop.database)),
            "operator.log": lambda: self.shop.kubectl.run(
                "logs",
                "-n",
                "schemachange-system",
                "-l",
                "app.kubernetes.io/name=schemachange-operator",
                "--tail=2000",
                "--prefix",
            ),
        }
        return {name: _said(ask) for name, ask in told.items()}


def _patiently(ask: Callable[[], tuple[str, ...]]) -> tuple[str, ...]:
    deadline = time.monotonic() + 15
    while True:
        found = ask()
        if not found or time.monotonic() > deadline:
            return found
        time.sleep(1)


def _said(ask: Callable[[], str]) -> str:
    try:
        return ask()
    except Exception as error:
        return f"not to be had: {error}"
