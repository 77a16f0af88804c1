"""Whose approval counts, and of what."""

from datetime import timedelta
from typing import Any

import pytest

from schemachange_operator.api.policy import ApprovalRules, SchemaPolicySpec
from schemachange_operator.core.finding import Finding
from unit.phases.simulation import CHANGE, Simulation, merged

REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"by": "mallory@example.com"}, "not an owner"),
    ({"by": "ada@example.com", "onBehalfOf": "orders-owners"}, "the author cannot approve"),
    ({"planDigest": "sha256:" + "0" * 64}, "another plan digest"),
    ({"change": {"name": "change", "uid": "another"}}, "another object of this name"),
    ({"database": {"name": "customers", "namespace": "shop"}}, "another database"),
    ({"by": "eve@example.com", "onBehalfOf": "customers-owners"}, "not an owner"),
]


@pytest.mark.parametrize(("approval", "why"), REFUSED)
def test_an_approval_that_does_not_count_says_why(approval: dict[str, Any], why: str) -> None:
    simulation = Simulation.of()
    simulation.to_approval()
    simulation.approve(**approval)
    decision = simulation.settle()
    assert decision.phase == "AwaitingApproval"
    assert why in decision.message
    assert [record.valid for record in simulation.change.status.approvals] == [False]
    simulation.approve()
    assert simulation.settle().phase == "Applying"


def test_a_member_of_an_owning_group_may_approve() -> None:
    simulation = Simulation.of()
    simulation.to_approval()
    simulation.approve(by="otto@example.com", onBehalfOf="orders-owners")
    assert simulation.settle().phase == "Applying"


def test_two_approvals_have_to_come_from_two_people() -> None:
    simulation = Simulation.of(merged(CHANGE, approval={"count": 2}))
    simulation.to_approval()
    simulation.approve()
    simulation.approve()
    assert simulation.settle().phase == "AwaitingApproval"
    simulation.approve(by="otto@example.com", onBehalfOf="orders-owners")
    assert simulation.settle().phase == "Applying"


def test_the_policy_is_the_floor() -> None:
    simulation = Simulation.of()
    simulation.policy = SchemaPolicySpec(approvals=ApprovalRules(count=2))
    simulation.to_approval()
    simulation.approve()
    assert "1 of 2" in simulation.settle().message


def finding(**changes: Any) -> Finding:
    return Finding.model_validate({"rule": "drop-table", "severity": "Approve", "step": "add", "message": "gone", **changes})


def test_a_finding_can_ask_for_a_second_approval() -> None:
    simulation = Simulation.of()
    simulation.findings = (finding(), finding(severity="Warn"), finding(severity="Warn", style=True))
    simulation.to_approval()
    simulation.approve()
    assert "1 of 2" in simulation.settle().message
    plan = simulation.change.status.plan
    assert plan and plan.findings == "1 Approve, 1 Warn, 1 style"


def test_a_waived_finding_asks_for_nothing() -> None:
    simulation = Simulation.of()
    simulation.findings = (finding(waived="the table is not used"),)
    simulation.to_approval()
    simulation.approve()
    assert simulation.settle().phase == "Applying"


def test_a_waiver_is_part_of_what_is_approved() -> None:
    simulation = Simulation.of()
    simulation.to_approval()
    before = simulation.change.status.plan
    simulation.edit(waivers=[{"rule": "drop-table", "reason": "nobody uses it"}])
    simulation.to_approval()
    after = simulation.change.status.plan
    assert before and after and before.digest != after.digest


def test_an_approval_older_than_the_admission_policy_does_not_count() -> None:
    simulation = Simulation.of()
    simulation.to_approval()
    simulation.now -= timedelta(days=60)
    simulation.approve()
    simulation.now += timedelta(days=60)
    assert "older than the admission policy" in simulation.settle().message


def test_a_rejection_blocks_until_the_change_is_edited() -> None:
    simulation = Simulation.of()
    simulation.to_approval()
    simulation.approve(decision="Rejected", comment="wrong type")
    decision = simulation.settle()
    assert (decision.phase, decision.reason) == ("Blocked", "ApprovalRejected")
    assert "wrong type" in decision.message
    simulation.edit(migration={"sql": "ALTER TABLE t ADD c varchar"}, rollback={"sql": "ALTER TABLE t DROP c"})
    assert simulation.settle().phase == "Planning"


def test_an_edit_voids_plan_and_approval() -> None:
    simulation = Simulation.of()
    simulation.to_approval()
    digest = simulation.change.status.plan.digest  # type: ignore[union-attr]
    simulation.approve(by="mallory@example.com")
    simulation.settle()
    simulation.edit(migration={"sql": "ALTER TABLE t ADD c varchar"}, rollback={"sql": "ALTER TABLE t DROP c"})
    simulation.settle()
    simulation.finish(reason="PlanReady")
    assert simulation.settle().phase == "AwaitingApproval"
    assert simulation.change.status.plan.digest != digest  # type: ignore[union-attr]


def test_a_plan_of_the_same_inputs_has_the_same_digest_so_a_retry_keeps_the_approval() -> None:
    simulation = Simulation.of()
    simulation.to_first_step()
    simulation.finish("Failed", "StatementFailed", steps_done=())
    simulation.settle()
    simulation.finish(reason="StepDone", proven=True)
    assert simulation.settle().reason == "RolledBackAfterFailure"
    simulation.edit(retry="2")
    simulation.settle()
    simulation.finish(reason="PlanReady")
    assert simulation.settle().phase == "Applying"
