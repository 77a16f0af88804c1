"""Other linters of migrations: how each is had, run on the files of one migration, and understood.

Each is installed with a pinned version into a folder that is thrown away; none is a dependency of the project.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SQUAWK, PGFENCE, EUGENE = "2.70.0", "0.1.5", "0.8.3"

SQUAWK_STYLE = (
    "prefer-robust-stmts", "prefer-text-field", "prefer-bigint-over-int", "prefer-bigint-over-smallint",
    "prefer-identity", "prefer-timestamptz", "ban-char-field", "identifier-too-long", "require-lock-timeout",
    "require-statement-timeout", "require-timeout-settings", "require-table-schema", "require-enum-value-ordering",
)  # fmt: skip
"""Rules about how SQL is written, or about settings that a migration tool makes, not about what a statement does."""
EUGENE_STYLE = frozenset({"E9", "W12", "W13", "W14"})
"""Hints about settings, indexes and design; E9 misses a lock timeout, which a migration tool sets."""


class NotToBeHad(Exception):
    """The linter could not be installed here; the message says why, in a few words."""


@dataclass(frozen=True)
class Linter:
    """One linter, ready to be run."""

    name: str
    version: str
    flags: Callable[[Sequence[Path]], set[Path]]
    """Those of some files, each one transaction, that it flags; the files of one migration are in one folder."""


def squawk(folder: Path) -> Linter:
    """squawk, from PyPI, without its rules of style."""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    _run(folder / "bin" / "python", "-m", "pip", "install", "--quiet", f"squawk-cli=={SQUAWK}")
    program = folder / "bin" / "squawk"
    exclude = [f"--exclude={rule}" for rule in SQUAWK_STYLE]

    def flags(files: Sequence[Path]) -> set[Path]:
        return {file for file in files if _json(program, *exclude, *_alone(file), "--reporter", "json", file)}

    return Linter("squawk, without its style rules", SQUAWK, flags)


def _alone(file: Path) -> list[str]:
    return [] if "CONCURRENTLY" in file.read_text() or "VACUUM" in file.read_text() else ["--assume-in-transaction"]


def pgfence(folder: Path) -> Linter:
    """pgfence, from npm; what it calls low is not counted, nor that timeouts are not set."""
    if shutil.which("npm") is None:
        raise NotToBeHad("npm is not installed")
    _run("npm", "--loglevel=error", "install", "--prefix", folder, f"@flvmnt/pgfence@{PGFENCE}")
    program = folder / "node_modules" / ".bin" / "pgfence"

    def flags(files: Sequence[Path]) -> set[Path]:
        return {file for file in files if any(one["risk"] not in {"LOW", "SAFE"} for one in _checks(program, file))}

    def _checks(program: Path, file: Path) -> list[dict[str, str]]:
        # Syntax that it does not know is nothing that it finds.
        options = ("--format", "sql", "--output", "json", "--min-pg-version", "18")
        answer = _json(program, "analyze", *options, file, may_fail=True)
        return [check for one in answer["results"] for check in one["checks"]] if answer else []

    return Linter("pgfence, risk medium and more", PGFENCE, flags)


def eugene(folder: Path) -> Linter:
    """eugene's lint, from crates.io; its build needs libclang (LIBCLANG_PATH)."""
    if shutil.which("cargo") is None:
        raise NotToBeHad("cargo is not installed")
    try:
        _run("timeout", "1800", "cargo", "install", "--quiet", "eugene", "--version", EUGENE, "--root", folder)
    except subprocess.CalledProcessError:
        raise NotToBeHad(f"version {EUGENE} does not compile here") from None
    program = folder / "bin" / "eugene"

    def flags(files: Sequence[Path]) -> set[Path]:
        return {file for file in files if any(map(_grave, _statements(file)))}

    def _statements(file: Path) -> list[dict[str, Any]]:
        # Syntax that it does not know is nothing that it finds.
        answer = _json(program, "lint", "--format", "json", file, may_fail=True)
        return list(answer["statements"]) if answer else []

    def _grave(statement: dict[str, Any]) -> bool:
        return any(hint["id"] not in EUGENE_STYLE for hint in statement["triggered_rules"])

    return Linter("eugene lint", EUGENE, flags)


LINTERS: dict[str, Callable[[Path], Linter]] = {"squawk": squawk, "eugene": eugene, "pgfence": pgfence}


def _run(*words: object) -> None:
    subprocess.run([str(word) for word in words], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _json(*words: object, may_fail: bool = False) -> Any:
    """What a program prints; its exit code says that it found something, too, and is not looked at."""
    done = subprocess.run([str(word) for word in words], check=False, capture_output=True, text=True)
    if not done.stdout.strip():
        assert may_fail or done.returncode == 0, done.stderr
        return []
    return json.loads(done.stdout)
