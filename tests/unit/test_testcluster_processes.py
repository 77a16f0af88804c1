"""A process is known by id and start time, and a zombie is not alive."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from testcluster.local.processes import ProcessIdentity, Service, identify, is_alive, parse_stat

AFTER_STATE = "1 1 1 0 -1 4194560 100 0 0 0 5 6 0 0 20 0 1 0"


def stat_line(name: str, state: str, start_time: int) -> str:
    return f"42 ({name}) {state} {AFTER_STATE} {start_time} 1000 100 18446744073709551615\n"


@pytest.mark.parametrize("name", ["etcd", "two words", "a) S 1 (b", ")"])
def test_stat_is_read_whatever_the_program_is_called(name: str) -> None:
    assert parse_stat(stat_line(name, "S", 777)) == ("S", 777)


@pytest.mark.parametrize(
    ("state", "start_time", "alive"),
    [
        pytest.param("S", 777, True, id="sleeps"),
        pytest.param("R", 777, True, id="runs"),
        pytest.param("D", 777, True, id="waits for a disk"),
        pytest.param("Z", 777, False, id="died, not yet reaped"),
        pytest.param("X", 777, False, id="dead"),
        pytest.param("S", 778, False, id="another process got the id"),
    ],
)
def test_alive_means_this_process_and_not_a_zombie(tmp_path: Path, state: str, start_time: int, alive: bool) -> None:
    (tmp_path / "42").mkdir()
    (tmp_path / "42" / "stat").write_text(stat_line("etcd", state, start_time))
    assert is_alive(ProcessIdentity(42, 777), proc=tmp_path) is alive


@pytest.mark.parametrize("content", [None, "", "garbage", "42 (etcd) S"])
def test_what_cannot_be_read_is_not_alive(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "42").mkdir()
        (tmp_path / "42" / "stat").write_text(content)
    assert not is_alive(ProcessIdentity(42, 777), proc=tmp_path)
    assert identify(42, proc=tmp_path) is None


def test_this_process_is_alive() -> None:
    identity = identify(os.getpid())
    assert identity is not None
    assert is_alive(identity)


def test_a_service_is_found_again_and_stopped(tmp_path: Path) -> None:
    service = Service("sleeper", run=tmp_path, logs=tmp_path)
    service.start([sys.executable, "-c", "import time; time.sleep(600)"])
    found = Service("sleeper", run=tmp_path, logs=tmp_path)
    assert found.runs()
    assert found.identity() == service.identity()
    found.stop()
    assert not service.runs()
    assert service.identity() is None


def test_a_service_that_runs_is_not_started_twice(tmp_path: Path) -> None:
    service = Service("sleeper", run=tmp_path, logs=tmp_path)
    command = [sys.executable, "-c", "import time; time.sleep(600)"]
    try:
        service.start(command)
        first = service.identity()
        service.start(command)
        assert service.identity() == first
    finally:
        service.stop()


def test_a_stale_record_does_not_stop_a_foreign_process(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]) as foreign:
        identity = identify(foreign.pid)
        assert identity is not None
        record = f'{{"pid": {identity.pid}, "start_time": {identity.start_time - 1}}}'
        (tmp_path / "etcd.process").write_text(record)
        Service("etcd", run=tmp_path, logs=tmp_path).stop()
        assert foreign.poll() is None
        assert not (tmp_path / "etcd.process").exists()
        foreign.kill()


@pytest.mark.parametrize("record", ["", "not json", "[]", '{"pid": 1}', '{"pid": 1, "start_time": 2, "more": 3}'])
def test_a_broken_record_is_no_process(tmp_path: Path, record: str) -> None:
    (tmp_path / "etcd.process").write_text(record)
    service = Service("etcd", run=tmp_path, logs=tmp_path)
    assert service.identity() is None
    assert not service.runs()
