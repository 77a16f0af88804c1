"""The demo goes on whatever is killed: what it looks with, what it starts again, and the commands that it offers."""

import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from demo.keeper import Keeper
from demo.killing import PARTS, ways
from demo.watcher import Watcher
from playground.kubectl import Kubectl, KubectlError
from playground.server import Server
from playground.shop import Shop
from testcluster.kind import KindCluster
from testcluster.local import LocalCluster
from testcluster.local.cluster import boot_identity
from testcluster.local.components import Component
from testcluster.local.layout import Layout
from testcluster.local.processes import Service, is_alive
from testcluster.shell import CommandError, wait_until

NOWHERE = Kubectl(Path("kubectl"), Path("kubeconfig"))
SLEEP = [sys.executable, "-c", "import time; time.sleep(600)"]


def shop() -> Shop:
    return Shop("shop", Server(NOWHERE, "postgres"), kubectl=NOWHERE)


@dataclass(frozen=True)
class Answering(Kubectl):
    """Gives one answer after the other."""

    answers: list[Any] = field(default_factory=list)

    def list(self, kind: str, namespace: str, selector: str = "") -> list[Any]:
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return [{"metadata": {"name": "a"}, "status": answer}]


def test_the_watcher_tells_an_outage_once_and_goes_on() -> None:
    told: list[str] = []
    watcher = Watcher(shop(), told.append)
    away, planning = KubectlError("kubectl get: refused", unreachable=True), {"phase": "Planning", "message": "…"}
    kubectl = Answering(Path(), Path(), answers=[planning, away, away, planning, {**planning, "phase": "Completed"}])
    for _ in range(5):
        watcher.look(kubectl)
    assert [line.split()[0] for line in told] == ["a", "(no", "(the", "a"]
    assert watcher.seen["a"]["phase"] == "Completed"


class Cluster(KindCluster):
    def __init__(self, *answers: Any) -> None:
        self._answers = list(answers)

    def start_dead(self) -> list[str]:
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        found: list[str] = answer
        return found


def test_the_keeper_tells_what_it_starts_again_and_survives_what_it_cannot() -> None:
    told: list[str] = []
    keeper = Keeper(Cluster([], CommandError("no room"), ["kubelet"]), told.append)
    for _ in range(3):
        keeper.look()
    assert len(told) == 2
    assert "no room" in told[0]
    assert "kubelet was gone" in told[1]


@pytest.fixture
def local(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LocalCluster:
    cluster = LocalCluster(Layout(run=tmp_path / "run", data=tmp_path / "data"))
    for folder in (cluster.layout.run, cluster.layout.logs):
        folder.mkdir(parents=True)
    parts = [Component(name, SLEEP, lambda: True) for name in ("etcd", "kubelet")]
    monkeypatch.setattr(LocalCluster, "_components", lambda *_: parts)
    record = '{"data": "%s", "binary": "x", "fingerprint": "x", "boot": "%s"}'
    (cluster.layout.run / "cluster.json").write_text(record % (cluster.layout.data, boot_identity()))
    return cluster


def test_only_what_was_killed_is_started_again(local: LocalCluster) -> None:
    services = {name: Service(name, local.layout.run, local.layout.logs) for name in ("etcd", "kubelet")}
    try:
        assert local.start_dead() == ["etcd", "kubelet"]
        first = {name: service.identity() for name, service in services.items()}
        assert local.start_dead() == []
        killed = first["etcd"]
        assert killed is not None
        subprocess.run(["sh", "-c", local.kill_command("etcd")], check=True)
        assert wait_until(lambda: not is_alive(killed), 60)
        assert local.start_dead() == ["etcd"]
        assert services["etcd"].runs()
        assert services["kubelet"].identity() == first["kubelet"]
    finally:
        for service in services.values():
            service.stop()


def test_a_cluster_that_was_taken_away_stays_away(local: LocalCluster) -> None:
    (local.layout.run / "cluster.json").unlink()
    assert local.start_dead() == []


@pytest.mark.parametrize("cluster", [KindCluster(), LocalCluster()], ids=["kind", "local"])
def test_every_command_is_one_that_a_shell_reads(cluster: Any) -> None:
    offered = ways(shop(), cluster)
    assert set(PARTS) < set(offered)
    for victim, command in offered.items():
        assert subprocess.run(["sh", "-n", "-c", command], check=False).returncode == 0, victim


def test_the_pattern_for_sessions_does_not_find_its_own_shell(tmp_path: Path) -> None:
    command = ways(shop(), KindCluster())["its sessions in PostgreSQL"]
    (pattern,) = [word for word in command.split("'") if "chemachange" in word and "/" not in word]
    for text, found in (("postgres: shop_schemachange shop 10.0.0.1(5) idle", 0), (command, 1)):
        (tmp_path / "cmdline").write_text(text)
        assert subprocess.run(["grep", "-q", pattern, str(tmp_path / "cmdline")], check=False).returncode == found
