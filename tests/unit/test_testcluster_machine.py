"""What the cluster asks of the machine: provider, packages, cgroups, mounts, servers' settings."""

from pathlib import Path

import pytest

from testcluster import packages, servers
from testcluster.local import machine
from testcluster.local.debris import mount_points
from testcluster.providers import choose_provider
from testcluster.shell import CommandError


@pytest.mark.parametrize(
    ("asked", "docker", "kind", "chosen"),
    [
        (None, True, True, "kind"),
        (None, True, False, "local"),
        (None, False, True, "local"),
        (None, False, False, "local"),
        ("", True, True, "kind"),
        ("local", True, True, "local"),
        ("kind", False, False, "kind"),
    ],
)
def test_the_provider_is_the_one_asked_for_or_the_one_that_can_run(
    asked: str | None, docker: bool, kind: bool, chosen: str
) -> None:
    assert choose_provider(asked, docker_runs=lambda: docker, kind_is_there=lambda: kind) == chosen


def test_an_unknown_provider_is_refused_with_the_known_ones() -> None:
    with pytest.raises(CommandError, match=r"'minikube'.*kind, local"):
        choose_provider("minikube", docker_runs=lambda: True, kind_is_there=lambda: True)


def test_docker_is_not_asked_where_kind_is_missing() -> None:
    def never() -> bool:
        raise AssertionError("docker was asked")

    assert choose_provider(None, docker_runs=never, kind_is_there=lambda: False) == "local"


def test_only_what_is_missing_is_installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(packages, "PACKAGES", {"here": "one", "gone": "two", f"{tmp_path}": "three", "/no/file": "two"})
    monkeypatch.setattr(packages, "find_program", lambda name: Path("/bin/here") if name == "here" else None)
    assert packages.missing_packages(["here", "gone", str(tmp_path), "/no/file"]) == ["two"]


MOUNTS = """\
22 1 254:0 / / rw - ext4 /dev/vda rw
30 22 0:5 / /run rw - tmpfs none rw
31 30 0:6 / /run/cluster/netns/one rw - nsfs nsfs rw
32 22 0:7 / /data/cluster rw - overlay overlay rw
33 32 0:8 / /data/cluster/a\\040b rw - tmpfs tmpfs rw
34 22 0:9 / /data/cluster-of-another rw - tmpfs tmpfs rw
"""


def test_only_mounts_in_our_folders_are_found_the_innermost_first() -> None:
    found = mount_points(MOUNTS, [Path("/run/cluster"), Path("/data/cluster")])
    assert found == ["/run/cluster/netns/one", "/data/cluster/a b", "/data/cluster"]


def make_group(folder: Path, **files: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in {"cgroup.procs": "", **files}.items():
        (folder / name).write_text(text)


def test_control_groups_of_version_1_are_made_in_each_hierarchy(tmp_path: Path) -> None:
    make_group(tmp_path / "memory")
    make_group(tmp_path / "cpuset", **{"cpuset.cpus": "0-1\n", "cpuset.mems": "0\n"})
    (tmp_path / "cpu").symlink_to("memory")
    machine.make_control_groups(tmp_path)
    assert (tmp_path / "memory" / "schemachange-cluster").is_dir()
    assert (tmp_path / "cpuset" / "schemachange-cluster" / "cpuset.cpus").read_text() == "0-1\n"
    assert machine.control_group_roots(tmp_path) == [tmp_path / "cpuset", tmp_path / "memory"]


def test_control_groups_of_version_2_are_made_once_with_their_controllers(tmp_path: Path) -> None:
    make_group(tmp_path, **{"cgroup.controllers": "cpu memory rdma\n", "cgroup.subtree_control": "cpu\n"})
    machine.make_control_groups(tmp_path)
    assert (tmp_path / "schemachange-cluster").is_dir()
    assert (tmp_path / "cgroup.subtree_control").read_text() == "+memory"
    assert machine.control_group_roots(tmp_path) == [tmp_path]


@pytest.mark.parametrize(
    ("fast", "settings", "expected", "absent"),
    [
        (True, {}, "fsync = 'off'", "synchronous_commit"),
        (False, {}, "port = '5001'", "fsync"),
        (True, {"fsync": "on", "work_mem": "1MB"}, "fsync = 'on'", "fsync = 'off'"),
    ],
)
def test_a_servers_settings(fast: bool, settings: dict[str, str], expected: str, absent: str) -> None:
    lines = servers.configuration(5001, Path("/sockets"), settings, fast=fast)
    assert expected in lines
    assert absent not in lines
