"""Forecasts grow with the target where the work does, and are wide where the rehearsal was small; budgets are held to them."""

from typing import Any

import pytest

from schemachange_operator.api.backfill_rules import BackfillRules
from schemachange_operator.api.migration import Waiver
from schemachange_operator.api.policy import SchemaPolicySpec
from schemachange_operator.core.budgets import with_budgets
from schemachange_operator.core.content import Content
from schemachange_operator.core.duration import words
from schemachange_operator.core.forecast import SPREAD, with_forecast
from schemachange_operator.core.plan import Effect, Forecast, LockHeld, PlanDocument, PlannedStatement, PlannedStep, Scan

ORDERS = "public.orders"
GIGABYTE = 1_000_000_000


def planned(
    *statements: dict[str, Any], copy: int = 1000, rows: int = 10_000_000, size: int = 10 * GIGABYTE, rehearsed: bool = True
) -> PlanDocument:
    """A plan of one step, with a forecast."""
    base = {
        "number": 1, "kind": "ALTER TABLE", "text": "…", "transactional": True, "destructive": False, "predicted_lock": "",
        "duration_milliseconds": 5.0,
    }  # fmt: skip
    read = tuple(PlannedStatement.model_validate({**base, "number": at, **one}) for at, one in enumerate(statements, 1))
    plan = PlanDocument(
        content_digest="sha256:0",
        server_version="18.1",
        fingerprint="sha256:0",
        relations=(ORDERS,),
        sizes=({"relation": ORDERS, "rows": rows, "bytes": size},),  # type: ignore[arg-type]
        steps=(PlannedStep(name="only", kind="Transaction", statements=read),),
        rows_generated={ORDERS: copy},
        rehearsed=rehearsed,
    )
    return with_forecast(plan, Content.model_validate({"steps": []}), BackfillRules())


def forecast(plan: PlanDocument) -> Forecast:
    found = plan.steps[0].forecast
    assert found is not None
    assert plan.forecast == found
    return found


def reading(rows: int, **others: Any) -> dict[str, Any]:
    return {"scanned": (Scan(relation=ORDERS, rows=rows),), **others}


HOLDS = {"held": (LockHeld(relation=ORDERS, mode="AccessExclusive"),)}


@pytest.mark.parametrize(
    ("statement", "likely", "basis"),
    [
        ({}, 5, "does not grow"),
        (reading(3), 5, "does not grow"),
        (reading(1000), 80_005, "reading: public.orders"),
        (reading(1000, kind="CREATE INDEX", indexed=(ORDERS,)), 166_672, "building an index"),
        (reading(1000, rewritten=(ORDERS,)), 400_005, "writing anew"),
        (reading(1000, kind="UPDATE", wal_bytes=500_000), 500_005, "writing rows"),
        (reading(1000, wal_bytes=500_000), 80_005, "reading"),
        ({"scanned": (Scan(relation="public.unknown", rows=1000),)}, 5, "does not grow"),
        ({"rewritten": ("public.new",)}, 5, "does not grow"),
    ],
)
def test_a_small_measurement_is_not_scaled(statement: dict[str, Any], likely: int, basis: str) -> None:
    found = forecast(planned(statement))
    assert found.likely_milliseconds == likely
    assert basis in found.basis
    assert found.low_milliseconds <= found.likely_milliseconds <= found.high_milliseconds
    if "does not grow" not in basis:
        assert found.high_milliseconds > 4 * found.low_milliseconds


def test_a_large_measurement_is_scaled_by_rows() -> None:
    found = forecast(planned(reading(200_000, duration_milliseconds=400.0), copy=200_000))
    assert found.likely_milliseconds == 400 * 50
    assert (found.low_milliseconds, found.high_milliseconds) == (10_000, 20_000 * SPREAD)
    assert "measured on 200,000 rows, times 50.0" in found.basis


def test_an_update_may_find_few_rows_on_the_target() -> None:
    low = [forecast(planned(reading(1000, kind=kind, wal_bytes=500_000))).low_milliseconds for kind in ("UPDATE", "DO")]
    assert low[0] < 10
    assert low[1] == 50_002


def test_without_a_rehearsal_the_foretold_effects_count() -> None:
    scans = {"effects": (Effect(relation=ORDERS, lock="AccessExclusive", scans=True),), "duration_milliseconds": 0.0}
    assert forecast(planned(scans, rehearsed=False, copy=0)).likely_milliseconds == 80_010
    assert forecast(planned(scans, copy=0)).likely_milliseconds == 80_000
    # Rows were there to be read, and were not.
    assert forecast(planned(scans)).likely_milliseconds == 0
    assert "not measured" in forecast(planned({}, rehearsed=False)).basis


def test_an_empty_target_takes_no_time() -> None:
    assert forecast(planned(reading(1000), rows=0, size=0)).likely_milliseconds == 5


def test_nothing_is_foretold_where_nothing_is_known() -> None:
    plan = planned({}).model_copy(update={"rehearsed": False, "sizes": (), "forecast": None})
    assert with_forecast(plan, Content.model_validate({"steps": []}), BackfillRules()).forecast is None


def backfilled(**members: Any) -> Forecast:
    content = Content.model_validate(
        {
            "steps": [
                {
                    "name": "fill",
                    "backfill": {"table": "orders", "set": {"a": "1"}, "batchSize": 1000},
                    "undo": {"notNeeded": "x"},
                }
            ]
        }
    )
    step = PlannedStep(name="fill", kind="Backfill", rows_estimated=1_000_000, **members)
    plan = planned({}).model_copy(update={"steps": (step,)})
    return forecast(with_forecast(plan, content, BackfillRules(pause=30, work_percent=50)))


def test_a_backfill_pauses_between_its_batches() -> None:
    small = backfilled(rows_rehearsed=1000, duration_milliseconds=50.0)
    assert small.likely_milliseconds == 1000 * 30 + 2 * (50_000 + 80_000)
    assert "batches of at most 1,000 with pauses of at least 30 ms, at work 50 % of the time" in small.basis
    large = backfilled(rows_rehearsed=200_000, duration_milliseconds=4000.0)
    assert large.likely_milliseconds == 1000 * 30 + 2 * 20_000


def policy(**members: Any) -> SchemaPolicySpec:
    return SchemaPolicySpec.model_validate(members)


@pytest.mark.parametrize(
    ("statements", "budgets", "rules", "found"),
    [
        ([reading(1000, **HOLDS)], {}, {}, []),
        ([reading(1000, **HOLDS)], {"lockMilliseconds": 90_000}, {}, []),
        ([reading(1000, **HOLDS)], {"lockMilliseconds": 500}, {}, [("lock-budget", "Block", 1)]),
        ([reading(1000, **HOLDS)], {"lockMilliseconds": 500}, {"lock-budget": "Warn"}, [("lock-budget", "Warn", 1)]),
        ([reading(1000, **HOLDS)], {"lockMilliseconds": 500}, {"lock-budget": "Off"}, []),
        ([reading(1000)], {"lockMilliseconds": 500}, {}, []),
        # A lock is held to the end of the step: what comes after it counts, what came before does not.
        ([HOLDS, reading(1000)], {"lockMilliseconds": 500}, {}, [("lock-budget", "Block", 1)]),
        ([reading(1000), HOLDS], {"lockMilliseconds": 500}, {}, []),
        (
            [reading(1000, held=(LockHeld(relation=ORDERS, mode="ShareUpdateExclusive"),))],
            {"lockMilliseconds": 500},
            {},
            [],
        ),
        ([reading(1000)], {"durationMinutes": 1}, {}, [("duration-budget", "Block", 0)]),
        ([reading(1000)], {"durationMinutes": 2}, {}, []),
    ],
)
def test_budgets(
    statements: list[dict[str, Any]], budgets: dict[str, int], rules: dict[str, str], found: list[tuple[str, str, int]]
) -> None:
    plan = with_budgets(planned(*statements), policy(budgets=budgets, rules=rules))
    assert [(one.rule, one.severity, one.statement) for one in plan.findings] == found
    for one in plan.findings:
        assert "budget is" in one.message
        assert one.recipe


def test_a_budget_can_be_waived() -> None:
    waiver = Waiver(rule="lock-budget", reason="at night")
    plan = with_budgets(planned(reading(1000, **HOLDS)), policy(budgets={"lockMilliseconds": 1}), [waiver])
    assert [one.waived for one in plan.findings] == ["at night"]


@pytest.mark.parametrize(
    ("milliseconds", "said"),
    [
        (0, "0 ms"), (999, "999 ms"), (1000, "1 s"), (1500, "1.5 s"), (59_000, "59 s"), (90_000, "1.5 min"),
        (7_200_000, "2 h"), (90_000_000, "1 d"), (36_000_000, "10 h"),
    ],
)  # fmt: skip
def test_a_length_in_words(milliseconds: int, said: str) -> None:
    assert words(milliseconds) == said
