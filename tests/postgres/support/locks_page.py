"""docs/reference/locks.md: what each statement of the matrix was seen to do, by relation and version."""

import json
from collections import defaultdict

from postgres.support.effect_cases import BASE, MAJORS, MEASURED, Case, families

_TITLES = {
    "access": "Comments, rights, publications, statistics",
    "blocks": "DO blocks and calls",
    "columns": "Columns",
    "constraints": "Constraints",
    "drops": "DROP",
    "foreign_keys": "Foreign keys",
    "indexes": "Indexes",
    "kinds_of_types": "Types and domains",
    "maintenance": "Maintenance",
    "partitions": "Partitions",
    "rows": "Rows",
    "sequences": "Sequences",
    "tables": "Tables",
    "triggers": "Triggers, rules, policies, functions",
    "types": "Change of a column's type",
    "views": "Views",
}
_HEAD = """# Locks, rewrites and scans

What each statement does to each relation that exists, as seen on PostgreSQL {majors} and foretold by the plan: a test
runs every one of them on real servers and fails on any difference, stronger or weaker. The lock is the strongest on that
relation, as `pg_locks` writes it without `Lock`; *rewritten* means that its file is written anew; *read* means that all
of its rows are read. Locks on indexes are named from SHARE UPDATE EXCLUSIVE on: weaker ones come with any use of their
table. TOAST tables are left out.

The tables and views are those at the end of this page. Where versions differ, each is named.
"""


def locks_page() -> str:
    """The whole page."""
    parts = [_HEAD.format(majors=f"{MAJORS[0]} to {MAJORS[-1]}")]
    for family, cases in families().items():
        seen = {major: _measured(family, major) for major in MAJORS}
        rows = [row for case in cases if (row := _row(case, seen))]
        parts.append(
            f"\n## {_TITLES[family]}\n\n| statement | relation: lock, rewritten, read |\n| --- | --- |\n" + "".join(rows)
        )
    parts.append(f"\n## The database that they meet\n\n```sql\n{BASE.read_text()}```\n")
    return "".join(parts)


def _measured(family: str, major: int) -> dict[str, dict[str, str]]:
    path = MEASURED / str(major) / f"{family}.json"
    found: dict[str, dict[str, str]] = json.loads(path.read_text()) if path.is_file() else {}
    return found


def _row(case: Case, seen: dict[int, dict[str, dict[str, str]]]) -> str:
    groups: dict[str, list[int]] = defaultdict(list)
    for major, found in seen.items():
        if case.name in found:
            groups[_effects(found[case.name])].append(major)
    told = "<br>".join(
        f"{_versions(majors, case)}{effects}" if len(groups) > 1 or case.since or case.until < MAJORS[-1] else effects
        for effects, majors in groups.items()
    )
    before = "".join(f"`{_cell(one)}`, then<br>" for one in case.setup)
    return f"| **{_cell(case.name)}**<br>{before}`{_cell(case.statement)}` | {told} |\n" if groups else ""


def _effects(found: dict[str, str]) -> str:
    """Relations with the same effect stand together."""
    together: dict[str, list[str]] = defaultdict(list)
    for relation, effect in found.items():
        together[effect].append(relation)
    return "; ".join(f"{', '.join(relations)}: {effect}" for effect, relations in together.items()) or "none"


def _versions(majors: list[int], case: Case) -> str:
    if majors == [major for major in MAJORS if case.runs_on(major)] and len(majors) > 1:
        return f"{majors[0]} to {majors[-1]}: "
    return f"{', '.join(map(str, majors))}: "


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())
