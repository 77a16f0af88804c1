"""What a waiver covers, and one that covers nothing."""

import pytest

from schemachange_operator.api.migration import Waiver
from unit.rules.support import found

SQL = "DROP TABLE letters;\nDROP TABLE customers;\n-- next step\nDROP TABLE invoices"
CASES: tuple[tuple[str | None, int | None, list[str]], ...] = (
    (None, None, ["step-1 1", "step-1 2", "step-2 1"]),
    ("step-1", None, ["step-1 1", "step-1 2"]),
    ("step-1", 2, ["step-1 2"]),
    (None, 1, ["step-1 1", "step-2 1"]),
    ("step-2", 2, []),
)


@pytest.mark.parametrize(("step", "statement", "covered"), CASES)
def test_a_waiver_covers_what_it_names(step: str | None, statement: int | None, covered: list[str]) -> None:
    waiver = Waiver(rule="drop-table", step=step, statement=statement, reason="moved")
    findings = found(SQL, waivers=(waiver,))
    assert [f"{one.step} {one.statement}" for one in findings if one.waived] == covered
    assert {one.rule for one in findings if one.waived} <= {"drop-table"}
    unused = [one for one in findings if one.rule == "waiver-unused"]
    assert [(one.step, one.statement, one.severity) for one in unused] == (
        [] if covered else [(step or "", statement or 0, "Warn")]
    )


def test_every_waiver_that_covers_nothing_is_said() -> None:
    waivers = [Waiver(rule=rule, reason="x") for rule in ("truncate", "drop-table", "vacuum-full")]
    unused = [one for one in found(SQL, waivers=waivers) if one.rule == "waiver-unused"]
    assert len(unused) == 2 and "truncate" in unused[0].message and "vacuum-full" in unused[1].message
