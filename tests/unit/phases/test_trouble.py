"""Failures, losses, aborts, deletions: nothing twice, nothing half, always a way out."""

import pytest

from schemachange_operator.api.policy import SchemaPolicySpec
from schemachange_operator.api.reason import Reason
from schemachange_operator.api.status import Progress
from schemachange_operator.api.vocabulary import Task
from schemachange_operator.core.announcements import announcements
from schemachange_operator.core.jobs import JobProblem
from schemachange_operator.core.order import job_order
from schemachange_operator.core.outcome import CreateJob
from unit.phases.simulation import CHANGE, Simulation, merged


def test_a_failed_step_is_rolled_back_and_the_content_is_free_again() -> None:
    simulation = Simulation.of()
    simulation.to_first_step()
    simulation.finish("Failed", "StatementFailed", steps_done=())
    assert simulation.settle().phase == "RollingBack"
    assert simulation.running().task == Task.ROLLBACK
    assert simulation.change.status.frozen
    simulation.finish(proven=True)
    decision = simulation.settle()
    assert (decision.phase, decision.reason) == ("Blocked", "RolledBackAfterFailure")
    assert not simulation.change.status.frozen
    assert simulation.change.metadata.finalizers == ()
    simulation.edit(migration={"sql": "ALTER TABLE t ADD c int"}, rollback={"sql": "ALTER TABLE t DROP c"})
    assert simulation.settle().phase == "Planning"
    assert [(record.phase, record.outcome) for record in simulation.change.status.history] == [
        ("Planning", "Done"), ("AwaitingApproval", "Done"), ("Applying", "GivenUp"), ("RollingBack", "Done"),
        ("Blocked", "Mended"), ("Planning", ""),
    ]  # fmt: skip


def test_a_status_says_how_to_have_its_reason_explained_where_something_stops() -> None:
    simulation = Simulation.of()
    simulation.to_approval()
    assert simulation.change.status.help == "schg explain ApprovalPending"
    simulation.approve()
    simulation.settle()
    assert (simulation.change.status.phase, simulation.change.status.help) == ("Applying", "")
    simulation.finish("Retry", "DatabaseUnreachable")
    simulation.one_pass()
    assert simulation.change.status.help == "schg explain DatabaseUnreachable"


def test_a_rollback_that_cannot_be_proved_is_data_at_risk() -> None:
    simulation = Simulation.of()
    simulation.to_first_step()
    simulation.finish("Failed", "StatementFailed")
    simulation.settle()
    simulation.finish("Failed", "StateUnproven", proven=False)
    decision = simulation.settle()
    assert (decision.phase, decision.reason, decision.stalled) == ("Blocked", "StateUnproven", True)
    assert simulation.change.status.frozen
    assert {c.type: c.status for c in simulation.change.status.conditions}["DataAtRisk"] == "True"
    simulation.edit(retry="mended")
    assert simulation.settle().phase == "RollingBack"
    simulation.finish(proven=True)
    assert simulation.settle().phase == "Planning", "the retry goes on with a new cycle"


def test_a_step_that_failed_past_an_irreversible_one_is_not_undone() -> None:
    steps = [
        {"name": "drop", "sql": "ALTER TABLE t DROP COLUMN old", "rollback": {"irreversible": {"reason": "gone"}}},
        {"name": "add", "sql": "ALTER TABLE t ADD c text", "rollback": {"sql": "ALTER TABLE t DROP c"}},
    ]
    simulation = Simulation.of(merged(CHANGE, migration={"steps": steps}))
    simulation.to_first_step()
    simulation.finish(backup={"size_bytes": 1, "sha256": "x", "rows": 1, "proved_by": "Restore"})
    simulation.settle()
    simulation.finish()
    simulation.settle()
    simulation.finish("Failed", "StatementFailed")
    decision = simulation.settle()
    assert (decision.phase, decision.reason) == ("Blocked", "FailedPastIrreversible")
    assert "Steps done: drop" in decision.message
    simulation.edit(retry="2")
    assert simulation.settle().phase == "Applying"


@pytest.mark.parametrize("reason", ["WaitingForLock", "DatabaseUnreachable", "RelationsHeld", "AuthenticationFailed"])
def test_what_can_be_tried_again_is_tried_again_after_a_growing_pause(reason: str) -> None:
    simulation = Simulation.of()
    simulation.to_first_step()
    simulation.finish("Retry", reason)
    decision = simulation.settle()
    assert (decision.phase, decision.reason) == ("Applying", reason)
    assert len(simulation.created) == 2
    simulation.later(3)
    simulation.settle()
    assert simulation.running().attempt == 2
    simulation.finish("Retry", reason)
    simulation.settle()
    simulation.later(3)
    simulation.settle()
    assert len(simulation.created) == 3, "the second pause is longer than the first"
    simulation.later(3)
    simulation.settle()
    assert simulation.running().attempt == 3


def test_a_lost_runner_is_made_again() -> None:
    simulation = Simulation.of()
    simulation.to_first_step()
    simulation.lose()
    assert simulation.settle().reason == "RunnerLost"
    simulation.later(3)
    simulation.settle()
    assert (simulation.running().task, simulation.running().attempt) == (Task.APPLY, 2)


def test_a_job_that_somebody_deleted_is_made_again() -> None:
    simulation = Simulation.of()
    simulation.to_first_step()
    simulation.settle()
    simulation.jobs = {name: job for name, job in simulation.jobs.items() if job.finished}
    simulation.settle()
    assert (simulation.running().task, simulation.running().attempt) == (Task.APPLY, 2)


def test_a_drifted_target_is_planned_anew_and_approved_anew() -> None:
    simulation = Simulation.of()
    simulation.to_first_step()
    simulation.finish("Failed", "SchemaDrifted")
    simulation.fingerprint = "sha256:" + "e" * 64
    assert simulation.settle().phase == "Planning"
    assert not simulation.change.status.frozen
    simulation.finish(reason="PlanReady")
    assert simulation.settle().phase == "AwaitingApproval"


def test_what_a_target_has_drifted_in_is_told_everywhere_and_no_longer_than_it_matters() -> None:
    simulation = Simulation.of()
    simulation.to_first_step()
    before = simulation.change.status
    simulation.finish("Failed", "SchemaDrifted", message="table public.t: owner was a, is b")
    simulation.fingerprint = "sha256:" + "e" * 64
    decision = simulation.settle()
    after = simulation.change.status
    assert decision.phase == "Planning" and "owner was a, is b" in decision.message
    assert "owner was a, is b" in after.message
    (left,) = [one for one in after.history if one.phase == "Applying"]
    assert (left.reason, left.outcome, left.message) == (
        "SchemaDrifted",
        "Restarted",
        "table public.t: owner was a, is b",
    )
    (event,) = [one for one in announcements(before, after) if one.reason == "SchemaDrifted"]
    assert event.warning and "owner was a, is b" in event.message
    simulation.finish(reason="PlanReady")
    simulation.settle()
    simulation.edit(retry="again")
    decision = simulation.settle()
    assert decision.phase == "Planning" and "owner" not in decision.message


def test_a_drift_before_a_backfill_is_planned_anew_too() -> None:
    fill = {"name": "fill", "backfill": {"table": "t", "set": {"a": "1"}, "where": "a IS NULL"}}
    simulation = Simulation.of(merged(CHANGE, migration={"steps": [{**fill, "rollback": {"notNeeded": "test"}}]}))
    simulation.to_first_step()
    simulation.finish("Failed", "SchemaDrifted")
    assert simulation.settle().phase == "Planning"


def test_suspend_stops_a_backfill_and_it_goes_on_where_it_stood() -> None:
    simulation = Simulation.of()
    simulation.to_first_step()
    simulation.finish()
    simulation.settle()
    assert simulation.running().task == Task.BACKFILL
    simulation.edit(suspend=True)
    decision = simulation.settle()
    assert (decision.phase, decision.reason) == ("Waiting", "Suspended")
    assert not [job for job in simulation.jobs.values() if not job.finished]
    simulation.policy = SchemaPolicySpec.model_validate({"backfill": {"workPercent": 20}})
    simulation.edit(suspend=False)
    assert simulation.settle().phase == "Backfilling"
    assert simulation.running().attempt == 2
    assert (
        job_order(simulation.world(), CreateJob(task=Task.BACKFILL, step="fill", attempt=2)).request.policy
        == simulation.policy
    )


def test_abort_before_anything_is_applied_just_ends() -> None:
    simulation = Simulation.of()
    simulation.settle()
    simulation.edit(abort={"reason": "not needed any more"})
    decision = simulation.settle()
    assert decision.phase == "Aborted"
    assert "not needed any more" in decision.message
    assert simulation.created[1:] == []


def test_abort_during_the_backfill_stops_it_and_rolls_back() -> None:
    simulation = Simulation.of()
    simulation.to_first_step()
    simulation.finish()
    simulation.settle()
    simulation.edit(abort={"reason": "wrong currency"})
    assert simulation.settle().phase == "RollingBack"
    assert simulation.running().task == Task.ROLLBACK
    simulation.finish(proven=True)
    decision = simulation.settle()
    assert (decision.phase, decision.final) == ("Aborted", True)
    assert "wrong currency" in decision.message
    assert [step.state for step in simulation.change.status.steps] == ["RolledBack", "RolledBack", "Pending"]


def test_abort_past_an_irreversible_step_is_refused_and_can_be_taken_back() -> None:
    steps = [
        {"name": "drop", "sql": "ALTER TABLE t DROP COLUMN old", "rollback": {"irreversible": {"reason": "gone"}}},
        {"name": "fill", "backfill": {"table": "t", "set": {"c": "'x'"}}, "rollback": {"notNeeded": "none"}},
    ]
    simulation = Simulation.of(merged(CHANGE, migration={"steps": steps}))
    simulation.to_first_step()
    simulation.finish(backup={"size_bytes": 1, "sha256": "x", "rows": 1, "proved_by": "Restore"})
    simulation.settle()
    simulation.finish()
    simulation.settle()
    simulation.edit(abort={"reason": "stop"})
    simulation.settle()
    simulation.finish("Failed", "AbortRefused")
    assert simulation.settle().reason == "AbortRefused"
    simulation.edit(abort=None)
    assert simulation.settle().phase == "Backfilling"


def test_deleting_lets_the_job_on_the_target_finish_and_then_the_object_go() -> None:
    simulation = Simulation.of()
    simulation.to_first_step()
    simulation.delete()
    simulation.settle()
    assert not simulation.removed
    simulation.finish()
    simulation.one_pass()
    assert simulation.removed
    assert not [job for job in simulation.jobs.values() if not job.finished]


def test_deleting_does_not_wait_for_a_job_that_never_begins() -> None:
    simulation = Simulation.of()
    simulation.to_first_step()
    job = simulation.running()
    simulation.jobs[job.name] = job.model_copy(update={"state": "Pending"})
    simulation.delete()
    simulation.settle()
    assert not simulation.removed, "it may have begun since it was looked at"
    problem = JobProblem(reason=Reason.IMAGE_UNAVAILABLE, message="no such image")
    simulation.jobs[job.name] = job.model_copy(update={"state": "Pending", "problem": problem})
    simulation.settle()
    assert simulation.removed


def test_deleting_before_anything_is_applied_stops_what_runs() -> None:
    simulation = Simulation.of()
    simulation.settle()
    simulation.delete()
    simulation.settle()
    assert not simulation.jobs


def test_the_same_change_made_again_is_recognised_from_the_ledger() -> None:
    simulation = Simulation.of()
    simulation.settle()
    ledger = {"state": "Completed", "plan_digest": "sha256:" + "1" * 64, "completed_at": "2026-11-01T00:00:00Z"}
    simulation.finish(reason="AlreadyApplied", ledger=ledger)
    decision = simulation.settle()
    assert (decision.phase, decision.reason) == ("Completed", "AlreadyApplied")


def test_a_change_whose_object_was_deleted_half_way_goes_on_where_the_ledger_stands() -> None:
    simulation = Simulation.of()
    simulation.settle()
    ledger = {
        "state": "Open",
        "plan_digest": "sha256:" + "1" * 64,
        "steps_done": ["add"],
        "approvals": [{"approved_by": "olga@example.com", "at": "2026-11-01T00:00:00Z", "approval": "a"}],
    }
    plan = {"server_version": "18.1", "fingerprint": simulation.fingerprint, "relations": ["public.t"]}
    simulation.finish(reason="ResumedFromLedger", ledger=ledger, plan=plan)
    assert simulation.settle().phase == "Backfilling"
    assert simulation.change.status.approved_by == "olga@example.com"


def test_a_plan_whose_frozen_copy_was_removed_is_made_again() -> None:
    simulation = Simulation.of()
    simulation.to_approval()
    simulation.stored = None
    simulation.settle()
    assert (simulation.running().task, simulation.running().attempt) == (Task.PLAN, 2)


def test_a_wiped_status_loses_nothing() -> None:
    simulation = Simulation.of()
    simulation.to_first_step()
    simulation.finish()
    simulation.settle()
    blank = type(simulation.change).model_validate({"metadata": simulation.change.metadata, "spec": simulation.change.spec})
    simulation.change = blank
    simulation.settle()
    assert simulation.running().task == Task.BACKFILL
    assert simulation.change.status.frozen


def test_a_job_that_waits_for_a_lock_tells_who_is_in_the_way() -> None:
    simulation = Simulation.of()
    simulation.to_first_step()
    job = simulation.running()
    who = "pid 7, user report (nightly), idle in transaction since 30 s"
    simulation.jobs[job.name] = job.model_copy(update={"progress": Progress(text="waits", blocked_by=who)})
    decision = simulation.settle()
    assert (decision.phase, decision.reason) == ("Applying", "WaitingForLock")
    assert who in decision.message
    condition = {c.type: c for c in simulation.change.status.conditions}["WaitingForLock"]
    assert (condition.status, condition.message) == ("True", who)
    simulation.jobs[job.name] = job.model_copy(update={"progress": Progress(text="it has its locks")})
    decision = simulation.settle()
    assert decision.reason == "ApplyRunning"
    condition = {c.type: c for c in simulation.change.status.conditions}["WaitingForLock"]
    assert (condition.status, condition.message) == ("False", "")
    simulation.finish()
    assert simulation.settle().phase == "Backfilling"


def test_a_backfill_that_holds_tells_for_what() -> None:
    simulation = Simulation.of()
    simulation.to_first_step()
    simulation.finish()
    simulation.settle()
    job = simulation.running()
    behind = "replica east is 120 MiB behind (replicaLagMebibytes is 64)"
    simulation.jobs[job.name] = job.model_copy(update={"progress": Progress(text="holds", held_by=behind)})
    decision = simulation.settle()
    assert (decision.phase, decision.reason) == ("Backfilling", "BackfillHeld")
    assert behind in decision.message
    simulation.jobs[job.name] = job.model_copy(update={"progress": Progress(text="10 %")})
    assert simulation.settle().reason == "BackfillRunning"


def test_a_step_that_would_stall_the_application_is_undone_and_says_what_to_do() -> None:
    simulation = Simulation.of()
    simulation.to_first_step()
    simulation.finish("Failed", "StallBudgetExceeded", steps_done=())
    assert simulation.settle().phase == "RollingBack"
    simulation.finish(proven=True)
    assert simulation.settle().phase == "Blocked"


def at_risk(simulation: Simulation) -> str:
    return {c.type: c.status for c in simulation.change.status.conditions}["DataAtRisk"]


def test_a_step_that_leaves_an_unproven_state_is_not_undone_by_itself() -> None:
    simulation = Simulation.of()
    simulation.to_first_step()
    simulation.finish("Failed", "StateUnproven")
    decision = simulation.settle()
    assert (decision.phase, decision.reason, decision.step) == ("Blocked", "StateUnproven", "add")
    assert "docs/how-to/data-at-risk.md" in decision.message
    assert simulation.live() == []
    assert at_risk(simulation) == "True"
    simulation.edit(retry="mended")
    assert simulation.settle().phase == "Applying"
    assert at_risk(simulation) == "True", "it is at risk until the step is done"
    simulation.finish("Retry", "WaitingForLock")
    simulation.settle()
    assert at_risk(simulation) == "True"
    simulation.later(10)
    simulation.settle()
    simulation.finish()
    assert simulation.settle().phase == "Backfilling"
    assert at_risk(simulation) == "False"


def test_an_abort_undoes_what_stands_and_the_proof_ends_the_risk() -> None:
    simulation = Simulation.of()
    simulation.to_first_step()
    simulation.finish("Failed", "StateUnproven")
    simulation.settle()
    simulation.edit(abort={"reason": "too strange"})
    assert simulation.settle().phase == "RollingBack"
    assert at_risk(simulation) == "True"
    simulation.finish("Failed", "RollbackFailed", proven=False)
    assert simulation.settle().reason == "RollbackFailed"
    assert at_risk(simulation) == "True"
    simulation.edit(retry="2")
    simulation.settle()
    simulation.finish(proven=True)
    assert simulation.settle().phase == "Aborted"
    assert at_risk(simulation) == "False"


def test_past_an_irreversible_step_an_unproven_state_is_said_to_be_so() -> None:
    steps = [
        {"name": "alter", "sql": "ALTER TABLE t ADD e int", "rollback": {"irreversible": {"reason": "wanted"}}},
        {"name": "add", "sql": "ALTER TABLE t ADD c text", "rollback": {"sql": "ALTER TABLE t DROP c"}},
    ]
    simulation = Simulation.of(merged(CHANGE, migration={"steps": steps}))
    simulation.to_first_step()
    simulation.finish()
    simulation.settle()
    simulation.finish("Failed", "StateUnproven")
    assert simulation.settle().reason == "StateUnproven"
    assert at_risk(simulation) == "True"


def test_a_rollback_that_failed_half_way_lists_what_is_still_applied_and_goes_on() -> None:
    undo = {"sql": "ALTER TABLE t DROP c"}
    steps = [{"name": name, "sql": "ALTER TABLE t ADD c text", "rollback": undo} for name in ("one", "two", "three")]
    simulation = Simulation.of(merged(CHANGE, migration={"steps": steps}))
    simulation.to_first_step()
    for _ in range(2):
        simulation.finish()
        simulation.settle()
    simulation.edit(abort={"reason": "no"})
    simulation.settle()
    simulation.settle()
    simulation.finish("Failed", "RollbackFailed", steps_done=("one",), proven=False)
    decision = simulation.settle()
    assert (decision.phase, decision.reason) == ("Blocked", "RollbackFailed")
    assert "Still applied: one." in decision.message
    states = ["Done", "RolledBack"]
    assert [step.state for step in simulation.change.status.steps[:2]] == states
    simulation.edit(retry="2")
    assert simulation.settle().phase == "RollingBack"
    assert [step.state for step in simulation.change.status.steps[:2]] == states, "it is known while the next Job runs"
    simulation.finish(proven=True, steps_done=())
    assert simulation.settle().phase == "Aborted"
    assert {step.state for step in simulation.change.status.steps[:2]} == {"RolledBack"}


def test_an_abort_that_was_retried_tells_what_was_undone() -> None:
    simulation = Simulation.of()
    simulation.to_first_step()
    simulation.finish()
    simulation.settle()
    simulation.edit(abort={"reason": "no"})
    simulation.settle()
    simulation.settle()
    simulation.finish("Failed", "StateUnproven", proven=False, steps_done=())
    assert simulation.settle().reason == "StateUnproven"
    simulation.edit(retry="mended")
    simulation.settle()
    simulation.finish(proven=True, steps_done=())
    decision = simulation.settle()
    assert decision.phase == "Aborted"
    assert "rollback Done." in decision.message, "and not that nothing had been applied"
