"""The Go programs: one binary with every component, and the pause program; built once for a set of sources."""

import hashlib
import os
import shutil
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from testcluster.paths import cache_directory
from testcluster.shell import CommandError, find_program, give_to_user, run, run_logged, say

SOURCES = Path(__file__).parent / "go"
KUBERNETES_VERSION = "1.34.4"
VERSION_PACKAGE = "k8s.io/component-base/version"


def cache_key(sources: Mapping[str, bytes], go_version: str) -> str:
    """What tells one build from another: names and contents of all sources, and the compiler."""
    digest = hashlib.sha256(go_version.encode())
    for name, content in sorted(sources.items()):
        digest.update(f"\0{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()[:16]


def current_key() -> str:
    """The key of the sources beside this file."""
    files = [path for path in SOURCES.rglob("*") if path.suffix in {".go", ".mod", ".sum"}]
    if find_program("go") is None:
        raise CommandError("the local cluster is built from Go modules: please install Go 1.24 or newer")
    go_version = run(["go", "env", "GOVERSION"]).strip()
    return cache_key({str(path.relative_to(SOURCES)): path.read_bytes() for path in files}, go_version)


def program_folder(key: str) -> Path:
    """Where the programs of a key lie."""
    return cache_directory() / "programs" / key


def ensure_built() -> tuple[str, Path]:
    """The key and the folder of the programs `hyperkube`, `kubectl` and `pause`, built if they are not there yet."""
    key = current_key()
    folder = program_folder(key)
    if not (folder / "kubectl").exists():
        _build(folder)
    return key, folder


def _build(folder: Path) -> None:
    say("building the cluster's components from Go modules (minutes the first time, then half a minute)")
    started = time.monotonic()
    unfinished = folder.with_name(f"{folder.name}.{os.getpid()}")
    unfinished.mkdir(parents=True)
    give_to_user(unfinished)
    log = cache_directory() / "logs" / "go-build.log"
    fields = {"gitVersion": f"v{KUBERNETES_VERSION}", "gitMajor": "1", "gitMinor": "34", "gitTreeState": "clean"}
    stamps = " ".join(f"-X {VERSION_PACKAGE}.{name}={value}" for name, value in fields.items())
    go_build = ["go", "build", "-trimpath", "-ldflags", f"-s -w {stamps}"]
    for name, package in (("hyperkube", "."), ("pause", "./pause")):
        command = [*go_build, "-o", str(unfinished / name), package]
        run_logged(command, log, directory=SOURCES, environment={"CGO_ENABLED": "0"}, as_invoker=True)
    (unfinished / "kubectl").symlink_to("hyperkube")
    _put_in_place(unfinished, folder)
    say(f"built in {time.monotonic() - started:.0f} s")


def _put_in_place(unfinished: Path, folder: Path) -> None:
    try:
        unfinished.rename(folder)
    except OSError:
        # Another checkout was faster with the same build.
        shutil.rmtree(unfinished)
    give_to_user(folder)
    subprocess.run([folder / "kubectl", "version", "--client"], stdout=subprocess.DEVNULL, check=True)
