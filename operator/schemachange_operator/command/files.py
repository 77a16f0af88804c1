"""The files that were meant: a file itself, or all migrations of a folder in their order."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from schemachange_operator.command.errors import UsageError
from schemachange_operator.command.manifest import SUFFIXES

STDIN = "-"
DOWN = ".down.sql"
"""The ending of a file that undoes the one beside it, as several migration tools have it."""
UP = ".up.sql"


@dataclass(frozen=True)
class InputFile:
    """One file to be read."""

    path: Path
    name: str
    """The change's name where it is plain SQL."""
    rollback: Path | None = None
    in_folder: bool = False
    """Whether it was found in a folder, where files that hold no change are passed over."""

    @property
    def manifest(self) -> bool:
        """Whether it is YAML or JSON."""
        return self.path.suffix.lower() in SUFFIXES


def input_files(given: tuple[Path, ...], rollback: Path | None) -> tuple[InputFile, ...]:
    """The files behind the arguments. Raises UsageError."""
    if rollback and (len(given) != 1 or given[0].is_dir()):
        raise UsageError("--rollback goes with one file of plain SQL")
    return tuple(one for path in given for one in _files(path, rollback))


def _files(path: Path, rollback: Path | None) -> Iterator[InputFile]:
    if not path.is_dir():
        yield InputFile(path, "stdin" if str(path) == STDIN else _stem(path), rollback)
        return
    found = sorted((one for one in path.rglob("*") if _is_migration(one)), key=lambda one: _natural(one.relative_to(path)))
    if not found:
        raise UsageError(f"{path} has neither .sql files nor manifests")
    for one in found:
        name = one.relative_to(path).with_name(_stem(one)).as_posix()
        yield InputFile(one, name, _beside(one), in_folder=True)


def _is_migration(path: Path) -> bool:
    name = path.name.lower()
    return path.is_file() and (name.endswith(".sql") or path.suffix.lower() in SUFFIXES) and not name.endswith(DOWN)


def _stem(path: Path) -> str:
    return path.name[: -len(UP)] if path.name.lower().endswith(UP) else path.stem


def _beside(path: Path) -> Path | None:
    down = path.with_name(f"{_stem(path)}{DOWN}")
    return down if path.suffix.lower() == ".sql" and down.is_file() else None


def _natural(path: Path) -> list[list[tuple[int, int | str]]]:
    """V2 comes before V10."""
    return [
        [(0, int(part)) if part.isdecimal() else (1, part.lower()) for part in re.split(r"(\d+)", name) if part]
        for name in path.parts
    ]
