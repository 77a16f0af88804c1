"""What changes in the catalog, how large the touched relations are, and what else a reviewer should know."""

from collections.abc import Iterator

from schemachange_operator.core.page.amounts import plural, size
from schemachange_operator.core.page.escaping import code, words
from schemachange_operator.core.page.subject import Subject

SHOWN = 100


def difference(subject: Subject) -> Iterator[str]:
    """The catalog afterwards."""
    plan = subject.plan
    yield "## What is different afterwards"
    yield ""
    if not plan.rehearsed:
        yield "- Not known without a rehearsal."
    elif not plan.difference:
        yield "- Nothing in the catalog."
    yield from (f"- {words(one.sentence())}" for one in plan.difference[:SHOWN])
    if len(plan.difference) > SHOWN:
        yield f"- And {plural(len(plan.difference) - SHOWN, 'more difference')}, in the plan's JSON."
    yield ""


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
    found = subject.plan.notes
    if not found:
        return
    yield "## Notes"
    yield ""
    yield from (f"- {words(note)}" for note in found[:SHOWN])
    if len(found) > SHOWN:
        yield f"- And {plural(len(found) - SHOWN, 'more note')}, in the plan's JSON."
    yield ""
