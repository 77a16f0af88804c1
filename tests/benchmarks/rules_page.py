"""The section of docs/benchmarks.md about the rules: what was measured, what the figures say and what they do not."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from corpus.cases import Case

INTRODUCTION = """
## How good the rules are

`make bench-rules` runs `schg plan` and other linters on the corpus in `tests/corpus/`: migrations as Rails, Django, Alembic,
Prisma, Flyway and people write them, for one schema (`schema.sql`). A label is not anybody's taste: each migration is run on a
real server, beside the statements of an application (`application.sql`), and it is *hazardous* when

- a lock that makes reads or writes wait is held through work that grows with rows (a scan, a rewrite, an index build, rows
  changed),
- many rows are changed in one transaction,
- the server refuses it, or
- the application does not find everything that it found before, or something that it sends fails.

{judged} of the {hazardous} hazardous ones are called so for a reason that a server does not show by itself, for example since
CONCURRENTLY does the same without a lock that reads wait for; the reason stands beside each (`judged:`). Everything else is
*safe*. The measurement is a test (`tests/postgres/test_corpus.py`) that runs on every major version.

A linter *finds* a migration when it says anything of it that is not a matter of style, a missing timeout or a missing
`IF EXISTS`, and not a mere note. Those beside `schg plan --database` see the text alone, as they do in a pull request. `schg`
knows the catalog and the sizes, and gets each migration with its transactions as steps. The labels were measured in sessions
with the time zone Europe/Berlin; those of `schg` have UTC.
"""

UNSEEN = """
The corpus is our own, and the rules were mended by it: what is found in it by now says little of migrations that nobody has
thought of. The honest figures are those of the same rules, with the catalog known, on parts that were written and labelled
before the rules had seen them:

| part of the corpus | hazards found | wrongly flagged |
|---|---|---|
| first, as the rules were before there was a corpus | 87 of 91 | 4 of 62 |
| second, after the first was mended | 46 of 56 | 3 of 42 |
| third, after the second was mended | 38 of 46 | 5 of 40 |
| fourth, everyday ones, after the third was mended | 27 of 27 | 2 of 25 |
| fifth, everyday and nasty ones, after the fourth was mended and more rules had come | 18 of 20 | 1 of 13 |

Of the three that differed in the fifth part, two were labels that contradicted what the corpus had said of the same statement
before (DROP NOT NULL, CREATE TABLE … PARTITION OF); they stand in it with the earlier label now, and in this table as they were
first written. The third, RESTART of a sequence, had no rule.
"""


@dataclass
class Score:
    """What one linter made of the corpus."""

    name: str
    version: str
    missed: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    reason: str = ""
    """Why it could not be tried."""


def section(scores: Sequence[Score], known: Sequence[Case]) -> str:
    """In Markdown; the first two scores are ours."""
    hazards = [case for case in known if case.hazardous]
    introduction = INTRODUCTION.format(judged=sum(bool(case.judged) for case in hazards), hazardous=len(hazards))
    tables = [_table(scores, len(hazards), len(known) - len(hazards)), *map(_names, scores[:2])]
    return "\n\n".join(part.strip() for part in (introduction, *tables, UNSEEN))


def _table(scores: Sequence[Score], hazards: int, safe: int) -> str:
    lines = [
        f"| linter | version | hazards found (of {hazards}) | wrongly flagged (of {safe}) |",
        "|---|---|---|---|",
    ]
    for one in scores:
        if one.reason:
            lines.append(f"| {one.name} | not available here: {one.reason} | | |")
        else:
            lines.append(f"| {one.name} | {one.version} | {hazards - len(one.missed)} | {len(one.wrong)} |")
    return "\n".join(lines)


def _names(one: Score) -> str:
    missed, wrong = (", ".join(names) or "nothing" for names in (one.missed, one.wrong))
    return f"`{one.name}` missed: {missed}.\n\n`{one.name}` wrongly flagged: {wrong}."
