"""The cases of the matrix of effects: statements as data, one file a family, in tests/postgres/effects."""

import re
from dataclasses import dataclass
from pathlib import Path

from schemachange_operator.core.plan import Effect

FOLDER = Path(__file__).parents[1] / "effects"
BASE = FOLDER / "base.sql"
MEASURED = FOLDER / "measured"
"""What servers did, one file a major version: the page docs/reference/locks.md is written from it."""

COVERED = "effects covered"
"""The property of a test's report: major version, cases compared, and those among them that are opaque."""

MAJORS = (14, 15, 16, 17, 18)
_MARK = re.compile(r"^-- (setup|since|until|zone|hold|at most): (.*)$")


@dataclass(frozen=True)
class Case:
    """One statement in a database that is `base.sql` and what `setup` makes of it."""

    family: str
    name: str
    statement: str
    setup: tuple[str, ...] = ()
    since: int = 0
    until: int = 99
    """The major versions that know the statement."""
    zone: str = "UTC"
    """TimeZone of the session."""
    hold: str = ""
    """A table that another session holds at the beginning, so that a short lock is seen."""
    at_most: str = ""
    """Why less may be seen than is foretold; never more."""

    def runs_on(self, major: int) -> bool:
        """Whether a server of this version knows it."""
        return self.since <= major <= self.until


def families() -> dict[str, tuple[Case, ...]]:
    """All cases by family; a case's name is in no other one's."""
    files = sorted(path for path in FOLDER.glob("*.sql") if path != BASE)
    found = {path.stem: tuple(_case(path.stem, block) for block in _blocks(path)) for path in files}
    names = [case.name for cases in found.values() for case in cases]
    assert len(names) == len(set(names)), sorted({name for name in names if names.count(name) > 1})
    return found


def _blocks(path: Path) -> list[str]:
    return [block for block in path.read_text().split("\n\n") if block.strip()]


def _case(family: str, block: str) -> Case:
    head, *lines = block.strip().splitlines()
    assert head.startswith("-- "), f"{family}: a case begins with its name: {head}"
    marks = [mark.groups() for line in lines if (mark := _MARK.match(line))]
    single = {name: value for name, value in marks if name != "setup"}
    statement = "\n".join(line for line in lines if not line.startswith("--"))
    assert statement, f"{family}: {head} has no statement"
    return Case(
        family=family,
        name=head.removeprefix("-- "),
        statement=statement,
        setup=tuple(value for name, value in marks if name == "setup"),
        since=int(single.get("since", 0)),
        until=int(single.get("until", 99)),
        zone=single.get("zone", "UTC"),
        hold=single.get("hold", ""),
        at_most=single.get("at most", ""),
    )


def written(effect: Effect) -> str:
    """An effect in words: 'AccessExclusive, rewritten, read'."""
    words = (effect.lock, "rewritten" if effect.rewrites else "", "read" if effect.scans else "")
    return ", ".join(filter(None, words)) or "nothing"
