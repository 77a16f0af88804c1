"""The cases of the corpus, read from first.sql to fifth.sql."""

import re
from dataclasses import dataclass
from pathlib import Path

from schemachange_operator.core.content import Content, ContentStep, Undo
from schemachange_operator.core.rules.rule import steps_of

HERE = Path(__file__).parent
FILES = ("first.sql", "second.sql", "third.sql", "fourth.sql", "fifth.sql")
SEEN = frozenset({"stalls", "writes", "fails", "breaks", "nothing"})
JUDGED = "judged: "
_CASE = re.compile(r"^-- case: (?P<head>.*)\n(?P<sql>(?:(?!-- case: ).*\n?)*)", re.MULTILINE)


@dataclass(frozen=True)
class Case:
    """One migration."""

    name: str
    hazardous: bool
    seen: str
    """What a server shows of it, a word of SEEN; nothing where `judged` says why it is hazardous all the same."""
    judged: str
    since: int
    """The first major version that knows its syntax."""
    sql: str

    @property
    def steps(self) -> tuple[str, ...]:
        """The SQL of each step."""
        return steps_of(self.sql)

    @property
    def content(self) -> Content:
        """As a change."""
        undo = Undo(not_needed="a measurement")
        return Content(steps=tuple(ContentStep(name=f"step-{n}", sql=sql, undo=undo) for n, sql in enumerate(self.steps, 1)))


def cases(*files: str) -> tuple[Case, ...]:
    """All cases of some files; of all of them where none is named."""
    texts = ((HERE / file).read_text() for file in files or FILES)
    return tuple(_case(found["head"], found["sql"]) for text in texts for found in _CASE.finditer(text))


def _case(head: str, sql: str) -> Case:
    name, label, seen, *since = head.split(" | ")
    assert label in {"hazardous", "safe"}, head
    judged = seen.removeprefix(JUDGED) if seen.startswith(JUDGED) else ""
    assert judged or seen in SEEN, head
    return Case(name, label == "hazardous", "nothing" if judged else seen, judged, int(*since), sql)


def application() -> tuple[str, ...]:
    """What the running application sends, one statement a line."""
    lines = (HERE / "application.sql").read_text().splitlines()
    return tuple(line for line in lines if line and not line.startswith("--"))
