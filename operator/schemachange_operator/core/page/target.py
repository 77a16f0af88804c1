"""What changes in the catalog, how large the touched relations are, and what else a reviewer should know."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from schemachange_operator.core.page.amounts import listed, plural, size
from schemachange_operator.core.page.escaping import code, words
from schemachange_operator.core.page.subject import Subject
from schemachange_operator.core.plan import Difference

SHOWN = 40
DESTROYS = ": may destroy "
TABLES = frozenset({"table", "view", "materialized view", "foreign table"})
"""Kinds of objects whose parts are told with them."""


def difference(subject: Subject) -> Iterator[str]:
    """The catalog afterwards."""
    plan = subject.plan
    yield "## What is different afterwards"
    yield ""
    if not plan.rehearsed:
        yield "- Not known without a rehearsal."
    elif not plan.difference:
        yield "- Nothing in the catalog."
    whole = {(one.name, one.change) for one in plan.difference if one.kind in TABLES and one.change != "changed"}
    parts: dict[tuple[str, str], list[Difference]] = defaultdict(list)
    alone: list[Difference] = []
    for one in plan.difference:
        table = (one.name.rpartition(".")[0], one.change)
        (parts[table] if table in whole and one.kind not in TABLES else alone).append(one)
    if len(alone) > SHOWN:
        yield from _by_kind(plan.difference)
    else:
        yield from (f"- {words(one.sentence())}{_with(parts[one.name, one.change])}" for one in alone)
    yield ""


def _by_kind(differences: Sequence[Difference]) -> Iterator[str]:
    """One line for each kind of object, where there are too many to be read one by one."""
    names: dict[tuple[str, str], list[str]] = defaultdict(list)
    for one in sorted(differences, key=lambda one: (one.kind not in TABLES, one.kind)):
        names[one.kind, one.change].append(code(one.name))
    for (kind, change), found in names.items():
        yield f"- {words(kind)} {change}, {plural(len(found), 'time')}: {listed(found, 10)}"
    yield "- All of them are in the plan's JSON."


def _with(parts: list[Difference]) -> str:
    """What comes and goes with a table, by kind."""
    kinds = dict.fromkeys(one.kind for one in parts)
    named = {kind: [code(one.name.rpartition(".")[2]) for one in parts if one.kind == kind] for kind in kinds}
    told = [f"{words(kind)} {listed(names, 8)}" for kind, names in named.items()]
    return f", with {'; '.join(told)}" if told else ""


def sizes(subject: Subject) -> Iterator[str]:
    """How large the relations are, and how many rows the rehearsal had."""
    plan = subject.plan
    if not plan.sizes:
        return
    rows = {"Sample": "sampled", "Clone": "cloned"}.get(plan.rows_from, "generated")
    yield "## Sizes on the target"
    yield ""
    yield f"| relation | rows (estimated) | size |{f' rows {rows} for the rehearsal |' if plan.rehearsed else ''}"
    yield f"|---|---|---|{'---|' if plan.rehearsed else ''}"
    for one in sorted(plan.sizes, key=lambda one: -one.bytes)[:SHOWN]:
        had = f" {plan.rows_generated.get(one.relation, 0):,} |" if plan.rehearsed else ""
        yield f"| {code(one.relation)} | {one.rows:,} | {size(one.bytes)} |{had}"
    yield ""


def notes(subject: Subject) -> Iterator[str]:
    """What has no other place."""
    told = {*_destroying(subject)}
    found = [note for note in subject.plan.notes if note.partition(DESTROYS)[0] not in told or DESTROYS not in note]
    if not found:
        return
    yield "## Notes"
    yield ""
    yield from (f"- {words(note)}" for note in found[:SHOWN])
    if len(found) > SHOWN:
        yield f"- And {plural(len(found) - SHOWN, 'more note')}, in the plan's JSON."
    yield ""


def _destroying(subject: Subject) -> Iterator[str]:
    """How notes begin that say what the section on destruction says."""
    for step in subject.plan.steps:
        for one in step.statements:
            if one.destructive:
                yield f"step {step.name}, statement {one.number}"
