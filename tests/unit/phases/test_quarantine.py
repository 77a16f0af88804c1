"""A change that takes something into quarantine, and the one that drops it when its time is over."""

from datetime import timedelta
from typing import Any

import pytest

from schemachange_operator.api.status import QuarantineStatus
from schemachange_operator.core.world import Sibling
from unit.phases.simulation import CHANGE, START, Simulation, merged

STEPS = {"steps": [{"name": "away", "quarantine": {"table": "shop.orders", "column": "note", "keepFor": "36h"}}]}
QUARANTINE = merged(CHANGE, migration=STEPS, compatibility="Contract", dependsOn=[{"name": "moved"}])
MOVED = Sibling(namespace="shop", name="moved", uid="m", phase="Completed", compatibility="Expand")
DROP = {"sql": "ALTER TABLE shop.orders DROP COLUMN quarantined_note"}


def completed(change: dict[str, Any] = QUARANTINE) -> Simulation:
    simulation = Simulation.of(change)
    simulation.siblings = (MOVED,)
    simulation.to_first_step()
    simulation.finish()
    simulation.settle()
    simulation.finish(reason="Completed")
    assert simulation.settle().phase == "Completed"
    return simulation


def test_it_needs_no_backup_and_its_status_says_until_when() -> None:
    simulation = completed()
    assert not any("backup" in name for name in simulation.created)
    (kept,) = simulation.change.status.quarantine
    assert (kept.step, kept.table, kept.column) == ("away", "shop.orders", "quarantined_note")
    assert kept.since is not None and kept.until == (START + timedelta(hours=36)).strftime("%Y-%m-%dT%H:%M:%SZ")
    (step,) = simulation.change.status.steps
    assert (step.kind, step.state) == ("Transaction", "Done")


def test_where_the_step_says_nothing_the_policy_does() -> None:
    simulation = completed(merged(QUARANTINE, migration={"steps": [{"name": "away", "quarantine": {"table": "old"}}]}))
    (kept,) = simulation.change.status.quarantine
    assert (kept.table, kept.column) == ("quarantined_old", "")
    assert kept.until == (START + timedelta(days=14)).strftime("%Y-%m-%dT%H:%M:%SZ")


def test_before_it_is_done_nothing_is_in_quarantine() -> None:
    simulation = Simulation.of(QUARANTINE)
    simulation.siblings = (MOVED,)
    simulation.to_first_step()
    assert simulation.change.status.quarantine == ()


def sibling(until: timedelta) -> Sibling:
    kept = QuarantineStatus.model_validate(
        {"step": "away", "table": "shop.orders", "column": "quarantined_note", "until": (START + until).isoformat()}
    )
    return Sibling(
        namespace="shop",
        name="away",
        uid="a",
        phase="Completed",
        compatibility="Contract",
        quarantines=True,
        quarantine=(kept,),
    )


def drop(sql: str = DROP["sql"]) -> Simulation:
    change = merged(
        CHANGE,
        migration={"sql": sql},
        rollback={"irreversible": {"reason": "gone"}},
        compatibility="Contract",
        dependsOn=[{"name": "away"}],
    )
    return Simulation.of(change)


def test_the_drop_waits_until_the_time_is_over_and_then_goes_on() -> None:
    simulation = drop()
    simulation.siblings = (sibling(timedelta(hours=36)),)
    decision = simulation.settle()
    assert (decision.phase, decision.reason) == ("Pending", "QuarantineLasts")
    assert "2026-11-25 00:00Z" in decision.message and "shop.orders.quarantined_note" in decision.message
    assert decision.again_in == timedelta(hours=36).total_seconds()
    simulation.later(36 * 3600)
    assert simulation.settle().phase == "Planning"


@pytest.mark.parametrize("sql", ["ALTER TABLE shop.orders DROP COLUMN old", "DROP TABLE shop.quarantined_note"])
def test_what_is_not_in_quarantine_is_not_waited_for(sql: str) -> None:
    simulation = drop(sql)
    simulation.siblings = (sibling(timedelta(hours=36)),)
    assert simulation.settle().phase == "Planning"
