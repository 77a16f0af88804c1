"""The way forward: phases in order, evidence recorded, each Job made once."""

from datetime import timedelta
from typing import Any

import pytest

from schemachange_operator.api.policy import SchemaPolicySpec
from schemachange_operator.api.vocabulary import Task
from schemachange_operator.core.world import IN_FLIGHT_FINALIZER, Sibling
from unit.phases.simulation import CHANGE, DATABASE, Simulation, merged


def conditions(simulation: Simulation) -> dict[str, str]:
    return {condition.type: condition.status for condition in simulation.change.status.conditions}


def test_a_change_of_three_steps_goes_from_plan_to_done() -> None:
    simulation = Simulation.of()
    simulation.to_first_step()
    assert simulation.running().task == Task.APPLY
    assert simulation.change.status.frozen
    assert IN_FLIGHT_FINALIZER in simulation.change.metadata.finalizers
    simulation.finish()
    assert simulation.settle().phase == "Backfilling"
    simulation.finish()
    assert simulation.settle().phase == "Applying"
    simulation.finish()
    assert simulation.settle().phase == "Verifying"
    simulation.finish(reason="Completed")
    final = simulation.settle()
    status = simulation.change.status
    assert (final.phase, final.final) == ("Completed", True)
    assert [record.phase for record in status.history] == [
        "Planning", "AwaitingApproval", "Applying", "Backfilling", "Applying", "Verifying", "Completed",
    ]  # fmt: skip
    assert all(record.ended_at for record in status.history)
    assert [step.state for step in status.steps] == ["Done", "Done", "Done"]
    assert conditions(simulation) | {"BackedUp": "Unknown"} == {
        "Ready": "True", "Reconciling": "False", "Stalled": "False", "InputsComplete": "True", "Planned": "True",
        "Approved": "True", "Tested": "True", "BackedUp": "Unknown", "Applied": "True", "Verified": "True",
        "WaitingForLock": "False", "Reverted": "False", "DataAtRisk": "False",
    }  # fmt: skip
    assert simulation.change.metadata.finalizers == ()
    assert len(simulation.created) == 5


def test_a_pass_that_finds_nothing_new_writes_nothing() -> None:
    simulation = Simulation.of()
    simulation.to_approval()
    before = simulation.change
    simulation.later(30)
    simulation.one_pass()
    assert simulation.change == before


def test_the_freeze_is_written_before_the_job_that_applies_is_made() -> None:
    simulation = Simulation.of()
    simulation.to_approval()
    simulation.approve()
    simulation.one_pass()
    assert simulation.change.status.frozen
    assert not [job for job in simulation.jobs.values() if job.task == Task.APPLY]


def test_a_destructive_step_is_backed_up_directly_before_it() -> None:
    change = merged(CHANGE, migration={"sql": "ALTER TABLE t DROP COLUMN c"}, rollback={"irreversible": {"reason": "gone"}})
    simulation = Simulation.of(change)
    simulation.to_first_step()
    assert simulation.running().task == Task.BACKUP
    facts = {"size_bytes": 10, "sha256": "sha256:0", "rows": 3, "proved_by": "Restore"}
    simulation.finish(reason="BackedUp", backup=facts)
    assert simulation.settle().phase == "Applying"
    assert simulation.change.status.last_backup.startswith("backups:shop.change.11111111/")


MISSING: list[tuple[dict[str, Any], str, str]] = [
    ({"why": ""}, "InputMissing", "spec.why"),
    ({"author": " "}, "InputMissing", "spec.author"),
    ({"designedOn": ""}, "InputMissing", "spec.designedOn"),
    ({"compatibility": None}, "InputMissing", "spec.compatibility"),
    ({"migration": {"sql": "SELEC 1"}, "rollback": {"sql": "SELECT 1"}}, "InvalidSQL", "spec.migration.sql"),
    ({"migration": {"sql": "  "}, "rollback": {"sql": "SELECT 1"}}, "InvalidSQL", "spec.migration.sql"),
    ({"migration": {"sql": "SELECT 1; COMMIT"}, "rollback": {"sql": "SELECT 1"}}, "InvalidSQL", "spec.migration.sql"),
    ({"apply": {"window": "weekly"}}, "WindowUnknown", "spec.apply.window"),
    ({"waivers": [{"rule": "no-such-rule", "reason": "x"}]}, "RuleUnknown", "no-such-rule"),
]


@pytest.mark.parametrize(("changes", "reason", "field"), MISSING)
def test_a_missing_input_blocks_and_is_named(changes: dict[str, Any], reason: str, field: str) -> None:
    simulation = Simulation.of(merged(CHANGE, **changes))
    decision = simulation.settle()
    assert (decision.phase, decision.reason) == ("Blocked", reason)
    assert field in decision.message
    assert simulation.created == []
    assert conditions(simulation)["InputsComplete"] == "False"
    assert conditions(simulation)["Stalled"] == "True"


def test_a_policy_that_names_an_unknown_rule_blocks_and_is_named() -> None:
    simulation = Simulation.of()
    simulation.policy = SchemaPolicySpec(rules={"drop-everything": "Block"})
    decision = simulation.settle()
    assert (decision.phase, decision.reason) == ("Blocked", "RuleUnknown")
    assert "drop-everything" in decision.message and "SchemaPolicy.spec.rules" in decision.message


def test_all_missing_inputs_are_named_at_once() -> None:
    simulation = Simulation.of(merged(CHANGE, why="", author=""))
    message = simulation.settle().message
    assert "(1) spec.why" in message
    assert "(2) spec.author" in message


@pytest.mark.parametrize(
    ("changes", "reason"),
    [({"owners": []}, "NoOwner"), ({"policy": {"name": "strict"}}, "PolicyNotFound")],
)
def test_a_database_without_an_input_blocks(changes: dict[str, Any], reason: str) -> None:
    simulation = Simulation.of(database=merged(DATABASE, **changes))
    simulation.policy = None if "policy" in changes else simulation.policy
    assert simulation.settle().reason == reason


def test_a_destructive_change_without_a_backup_place_is_never_planned() -> None:
    change = merged(CHANGE, migration={"sql": "DROP TABLE t"}, rollback={"irreversible": {"reason": "gone"}})
    simulation = Simulation.of(change, merged(DATABASE, backup=None))
    assert simulation.settle().reason == "NoBackupPlace"
    assert simulation.created == []
    simulation.with_database()
    assert simulation.settle().phase == "Planning"


def sibling(name: str, phase: str, **more: Any) -> Sibling:
    return Sibling(namespace="shop", name=name, uid=name, phase=phase, **more)


def test_dependencies_are_waited_for_in_whatever_order_they_come() -> None:
    simulation = Simulation.of(merged(CHANGE, dependsOn=[{"name": "first"}]))
    assert simulation.settle().reason == "DependencyMissing"
    simulation.siblings = (sibling("first", "Applying"),)
    assert simulation.settle().reason == "DependencyNotCompleted"
    simulation.siblings = (sibling("first", "Completed"),)
    assert simulation.settle().phase == "Planning"


def test_a_circle_of_dependencies_is_blocked_and_shown() -> None:
    simulation = Simulation.of(merged(CHANGE, dependsOn=[{"name": "first"}]))
    simulation.siblings = (
        sibling("first", "Pending", depends_on=("second",)),
        sibling("second", "", depends_on=("change",)),
    )
    decision = simulation.settle()
    assert (decision.phase, decision.reason) == ("Blocked", "DependencyCycle")
    assert "change → first → second → change" in decision.message


def test_a_closed_window_holds_the_change_until_it_opens() -> None:
    simulation = Simulation.of(merged(CHANGE, apply={"window": "nightly"}))
    simulation.to_approval()
    simulation.approve()
    decision = simulation.settle()
    assert (decision.phase, decision.reason) == ("Waiting", "WindowClosed")
    assert "2026-11-24T01:00:00Z" in decision.message
    assert not simulation.change.status.frozen
    simulation.later(13 * 3600)
    assert simulation.settle().phase == "Applying"


def in_the_window(minutes: dict[str, float], clock: timedelta) -> Simulation:
    """A change of three steps, approved, so much later than the window's opening; it is open for an hour."""
    simulation = Simulation.of(merged(CHANGE, apply={"window": "nightly"}))
    simulation.minutes = minutes
    simulation.to_approval()
    simulation.approve()
    simulation.later((timedelta(hours=13) + clock).total_seconds())
    return simulation


@pytest.mark.parametrize(
    ("minutes", "after", "phase", "reason", "said"),
    [
        ({"add": 20}, 30, "Applying", "ApplyRunning", ""),
        ({"add": 31}, 30, "Waiting", "WindowEndsTooSoon", "opens again at 2026-11-25T01:00:00Z"),
        ({"add": 31}, 0, "Applying", "ApplyRunning", ""),
        ({"add": 61}, 0, "Blocked", "WindowTooShort", "step add takes 1 h"),
        ({"require": 90}, 0, "Blocked", "WindowTooShort", "step require takes 1.5 h"),
        ({"require": 50}, 30, "Applying", "ApplyRunning", ""),
        ({"fill": 9000}, 0, "Applying", "ApplyRunning", ""),
        ({"require": 90}, 120, "Blocked", "WindowTooShort", "open for 1 h at most"),
    ],
)
def test_a_step_that_does_not_fit_into_the_window_is_not_begun(
    minutes: dict[str, float], after: int, phase: str, reason: str, said: str
) -> None:
    decision = in_the_window(minutes, timedelta(minutes=after)).settle()
    assert (decision.phase, decision.reason) == (phase, reason), decision.message
    assert said in decision.message


def test_a_step_waits_for_the_next_window_with_those_before_it_done() -> None:
    simulation = in_the_window({"add": 20, "require": 50}, timedelta(minutes=5))
    simulation.settle()
    simulation.finish()
    simulation.settle()
    simulation.later(20 * 60)
    simulation.finish()
    decision = simulation.settle()
    assert (decision.phase, decision.reason, decision.step) == ("Waiting", "WindowEndsTooSoon", "require")
    simulation.later(23.6 * 3600)
    assert simulation.settle().phase == "Applying"


def test_another_change_on_the_same_relation_holds_it() -> None:
    simulation = Simulation.of()
    other = sibling("other", "Backfilling", database=("shop", "orders"), relations=("public.t",), frozen=True)
    simulation.siblings = (other,)
    simulation.to_approval()
    simulation.approve()
    assert simulation.settle().reason == "RelationsHeld"
    simulation.siblings = ()
    assert simulation.settle().phase == "Applying"


def test_app_tests_run_before_anything_touches_the_target() -> None:
    change = merged(CHANGE, test={"appTests": {"image": "shop/tests:1"}})
    simulation = Simulation.of(change)
    simulation.to_first_step()
    assert simulation.running().task == Task.TEST
    job = simulation.running()
    simulation.jobs[job.name] = job.model_copy(
        update={"state": "Failed", "failed_container": "app-tests", "exit_code": 1, "log_tail": "test_orders FAILED"}
    )
    decision = simulation.settle()
    assert (decision.phase, decision.reason) == ("Blocked", "AppTestsFailed")
    assert "test_orders FAILED" in decision.message
    simulation.edit(retry="again")
    assert simulation.settle().phase == "Planning"


def test_a_rehearsal_that_is_too_old_is_made_again_as_a_test() -> None:
    simulation = Simulation.of()
    simulation.to_approval()
    simulation.later(8 * 24 * 3600)
    simulation.approve()
    assert simulation.settle().phase == "Testing"
    assert simulation.running().task == Task.TEST
