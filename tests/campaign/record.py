"""What was run and what was found: JSON lines in a folder outside the repository, so that a campaign goes on where it was."""

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from campaign.scenario import Scenario
from testcluster.paths import REPOSITORY, cache_directory

PRODUCT = "operator"
"""The folder whose content decides whether a run that is recorded still counts."""


def product() -> str:
    """What is tested: the digest of the product's sources, also of those that are not committed."""
    return _git("rev-parse", "HEAD:" + PRODUCT)[:12] + ("+" if _git("status", "--porcelain", "--", PRODUCT) else "")


def commit() -> str:
    """The commit that is checked out."""
    return _git("rev-parse", "HEAD")[:12]


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=REPOSITORY, capture_output=True, check=True, text=True).stdout.strip()


@dataclass(frozen=True)
class Result:
    """One run that was played."""

    scenario: str
    phase: str
    """What the fault met, as observed; empty when it never hit."""
    ended: str
    """Completed, RolledBack, or Stuck."""
    findings: tuple[str, ...]
    """What the checker found; anything is a violation."""
    seconds: float
    versions: Mapping[str, str]
    recovered: tuple[str, ...] = ()
    """What the product was seen to do about it, by the names of the events in its logs."""
    product: str = ""
    commit: str = ""

    @property
    def run(self) -> Scenario:
        """What was run."""
        return Scenario.parse(self.scenario)


@dataclass(frozen=True)
class Played:
    """A result and, for a violation, what was seen: name to text."""

    result: Result
    trace: Mapping[str, str]


class Records:
    """The folder of one campaign. Runs recorded for the same product are not run again."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or cache_directory() / "campaign"
        self.folder.mkdir(parents=True, exist_ok=True)
        self._file = self.folder / "runs.jsonl"
        self.product, self.commit = product(), commit()

    def results(self) -> Iterator[Result]:
        """Every run recorded, in order; the last of the same run counts."""
        lines = self._file.read_text().splitlines() if self._file.exists() else []
        found: dict[tuple[str, str], Result] = {}
        for line in lines:
            try:
                value = json.loads(line)
            except ValueError:
                # A campaign that was killed while it wrote.
                continue
            result = Result(**{**value, **{name: tuple(value[name]) for name in ("findings", "recovered") if name in value}})
            found[result.scenario, result.product] = result
        yield from found.values()

    def known(self) -> set[str]:
        """Runs that need not be run again."""
        return {result.scenario for result in self.results() if result.product == self.product}

    def add(self, played: Played) -> Result:
        """Write down a run; a violation with its trace."""
        result = Result(**{**asdict(played.result), "product": self.product, "commit": self.commit})
        if result.findings:
            self._keep(result, played.trace)
        with self._file.open("a") as file:
            # A line that was cut off when a campaign was killed must not take this one with it.
            file.write("\n" * self._torn() + json.dumps(asdict(result)) + "\n")
            file.flush()
            os.fsync(file.fileno())
        return result

    def _torn(self) -> bool:
        return self._file.exists() and self._file.read_bytes()[-1:] not in {b"", b"\n"}

    def place(self, scenario: str) -> Path:
        """Where the trace of a violation is kept."""
        return self.folder / "violations" / scenario.replace(":", "_").replace("/", "_")

    def _keep(self, result: Result, trace: Mapping[str, str]) -> None:
        place = self.place(result.scenario)
        place.mkdir(parents=True, exist_ok=True)
        (place / "findings.txt").write_text("\n".join(result.findings) + "\n")
        for name, text in trace.items():
            (place / name).write_text(text)
