"""Rows that a statement would fail on: found by asking the target, read-only, before anything is tried."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.rule import Rule

RULE = Rule(
    id="data-violates",
    finds="rows on the target that a statement would fail on: NULLs, duplicates, orphans, violated CHECKs, values that do not fit",
    effect="the statement would fail on the target.",
    recipe="Mend the rows first: in a backfill, or in a step of its own before this one.",
    bad="ALTER TABLE orders ADD CONSTRAINT total_large CHECK (total > 1000);",
    good="UPDATE orders SET total = 1001 WHERE id = 1;",
    severity="Block",
    also=("add-check-scans",),
    lock="",
    fails=True,
    asks=True,
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE. A violation that may be mended, or that may not be reached, stands in the plan and stops nothing."""
    if place.inside:
        return
    for one in place.catalog.probes:
        violated = one.answer == "Violated" and not one.reason
        if violated and (one.step, one.statement) == (place.step, place.number):
            yield Hit(one.relation, f"{one.question}: {one.rows} found")
