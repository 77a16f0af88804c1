"""kubectl waits for an API server that was killed, and takes a no for a no."""

import stat
from pathlib import Path

import pytest

from playground.kubectl import Kubectl, KubectlError

REFUSED = "The connection to the server 127.0.0.1:6443 was refused - did you specify the right host or port?"
LOST = "Unable to connect to the server: EOF"
NO = 'Error from server (Forbidden): schemachanges.schemachange.dev is forbidden: User "ada" cannot get'
THERE = 'Error from server (AlreadyExists): error when creating "STDIN": it exists'
# Answers one line of `answers` to each call; "ready" answers are for /readyz.
PROGRAM = """#!/bin/sh
cd {folder}
case "$*" in *readyz*) kind=ready ;; *) kind=call; echo "$*" >> calls ;; esac
line=$(head -1 $kind); sed -i 1d $kind
if [ -n "$line" ]; then echo "$line" >&2; exit 1; fi
echo ok
"""


def kubectl(folder: Path, *answers: str, ready: tuple[str, ...] = (), patience: float = 60) -> Kubectl:
    (folder / "call").write_text("".join(f"{line}\n" for line in answers))
    (folder / "ready").write_text("".join(f"{line}\n" for line in ready))
    program = folder / "kubectl"
    program.write_text(PROGRAM.format(folder=folder))
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return Kubectl(program, folder / "config", patience=patience, pause=0.01)


def calls(folder: Path) -> int:
    return len((folder / "calls").read_text().splitlines())


@pytest.mark.parametrize("said", [REFUSED, LOST, 'error: the server doesn\'t have a resource type "schg"'])
def test_a_server_that_is_away_is_asked_again(tmp_path: Path, said: str) -> None:
    assert kubectl(tmp_path, said, said).run("get", "schg") == "ok\n"
    assert calls(tmp_path) == 3


def test_nobody_is_asked_before_the_server_says_that_it_is_ready(tmp_path: Path) -> None:
    patient = kubectl(tmp_path, REFUSED, ready=(REFUSED, "informer-sync failed"))
    assert patient.run("get", "schg") == "ok\n"
    assert calls(tmp_path) == 2
    assert (tmp_path / "ready").read_text() == ""


def test_a_no_is_a_no(tmp_path: Path) -> None:
    with pytest.raises(KubectlError, match="is forbidden") as raised:
        kubectl(tmp_path, NO).run("get", "schg")
    assert (raised.value.unreachable, raised.value.tries, calls(tmp_path)) == (False, 1, 1)


def test_patience_ends(tmp_path: Path) -> None:
    with pytest.raises(KubectlError, match="was refused") as raised:
        kubectl(tmp_path, *[REFUSED] * 9, patience=0).run("get", "schg")
    assert raised.value.unreachable


def test_what_a_lost_try_has_created_is_created(tmp_path: Path) -> None:
    kubectl(tmp_path, LOST, THERE).create({"kind": "SchemaChangeApproval"})
    assert calls(tmp_path) == 2


def test_what_somebody_else_has_created_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KubectlError, match="AlreadyExists"):
        kubectl(tmp_path, THERE).create({"kind": "SchemaChangeApproval"})
