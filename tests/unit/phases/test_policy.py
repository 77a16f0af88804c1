"""What a policy asks of the procedure: backups, the order of Expand and Contract, waivers that have a place."""

from typing import Any

import pytest

from schemachange_operator.api.policy import BackupRules, CompatibilityRules, SchemaPolicySpec
from schemachange_operator.api.vocabulary import Task
from schemachange_operator.core.content import Content, ContentStep, Undo
from schemachange_operator.core.destruction import backup_steps
from schemachange_operator.core.plan import Effect, PlanDocument, PlannedStatement, PlannedStep
from schemachange_operator.core.world import Sibling
from unit.phases.simulation import CHANGE, DATABASE, Simulation, merged

STEPS = {
    "add": "ALTER TABLE t ADD c text",
    "drop": "ALTER TABLE t DROP c",
    "write": "UPDATE t SET c = 1 WHERE id = 1",
    "hidden": "WITH x AS (UPDATE t SET c = 1 RETURNING 1) SELECT * FROM x",
    "code": "DO $$ BEGIN NULL; END $$",
    "read": "SELECT 1",
    "retype": "ALTER TABLE t ALTER c TYPE int",
}
ASKED: tuple[tuple[tuple[str, ...], set[str]], ...] = (
    ((), {"drop", "retype"}),
    (("Destructive",), {"drop", "retype"}),
    (("DataChanges",), {"drop", "retype", "write", "hidden", "code"}),
    (("Rewrites",), {"drop", "retype", "read"}),
    (("Always",), {"drop", "retype", "add"}),
)


def planned(name: str) -> PlannedStep:
    """`read` is foretold to write a table anew: what a step is, its text alone does not say."""
    effects = (Effect(relation="public.t", rewrites=name == "read"),)
    statement = PlannedStatement(
        number=1, kind="", text="", transactional=True, destructive=False, predicted_lock="", effects=effects
    )
    return PlannedStep(name=name, kind="Transaction", statements=(statement,), destroys=name in {"drop", "retype"})


@pytest.mark.parametrize(("required_for", "expected"), ASKED)
def test_backups_are_taken_before_what_the_policy_names_and_always_before_what_destroys(
    required_for: tuple[str, ...], expected: set[str]
) -> None:
    content = Content(steps=tuple(ContentStep(name=n, sql=sql, undo=Undo(not_needed="x")) for n, sql in STEPS.items()))
    document = PlanDocument(
        content_digest="", server_version="18", fingerprint="", relations=(), steps=tuple(planned(n) for n in STEPS)
    )
    assert set(backup_steps(content, document, required_for)) == expected


def with_backups(*required_for: Any, database: dict[str, Any] = DATABASE) -> Simulation:
    simulation = Simulation.of(database=database)
    simulation.policy = SchemaPolicySpec(backup=BackupRules(required_for=required_for))
    return simulation


def test_a_backup_that_the_policy_asks_for_stands_before_the_first_step() -> None:
    simulation = with_backups("Always")
    simulation.to_first_step()
    assert simulation.running().task == Task.BACKUP
    assert simulation.change.status.plan and simulation.change.status.plan.backed_up == ("add",)


def test_without_a_place_for_it_the_change_is_blocked_before_anything_runs() -> None:
    decision = with_backups("DataChanges", database=merged(DATABASE, backup=None)).settle()
    assert decision.reason == "NoBackupPlace" and "step fill" in decision.message


CONTRACT = merged(
    CHANGE, compatibility="Contract", migration={"sql": "ALTER TABLE t DROP c"}, rollback={"irreversible": {"reason": "x"}}
)


def sibling(name: str, compatibility: str, phase: str = "Completed") -> Sibling:
    return Sibling("shop", name, name, phase, compatibility=compatibility)


ORDER: tuple[tuple[list[str], tuple[Sibling, ...], str, str], ...] = (
    ([], (), "Blocked", "ExpandMissing"),
    (["moved"], (), "Pending", "DependencyMissing"),
    (["moved"], (sibling("moved", "Additive"),), "Blocked", "ExpandMissing"),
    (["moved"], (sibling("moved", "Expand", "Testing"),), "Pending", "DependencyNotCompleted"),
    (["moved"], (sibling("moved", "Expand", ""),), "Pending", "DependencyNotCompleted"),
    (["moved"], (sibling("moved", "Expand"),), "Planning", "PlanRunning"),
    (["a", "moved"], (sibling("a", "Additive"), sibling("moved", "Expand")), "Planning", "PlanRunning"),
)


@pytest.mark.parametrize(("names", "siblings", "phase", "reason"), ORDER)
def test_a_contract_follows_its_expand(names: list[str], siblings: tuple[Sibling, ...], phase: str, reason: str) -> None:
    simulation = Simulation.of(merged(CONTRACT, dependsOn=[{"name": name} for name in names]))
    simulation.siblings = siblings
    decision = simulation.settle()
    assert (decision.phase, decision.reason) == (phase, reason)
    if reason == "ExpandMissing":
        assert "spec.dependsOn" in decision.message and "contractNeedsExpand" in decision.message


def test_a_policy_can_leave_a_contract_alone() -> None:
    simulation = Simulation.of(CONTRACT)
    simulation.policy = SchemaPolicySpec(compatibility=CompatibilityRules(contract_needs_expand=False))
    assert simulation.settle().phase == "Planning"


def test_a_contract_that_has_begun_is_not_asked_again_for_what_git_has_pruned() -> None:
    simulation = Simulation.of(merged(CONTRACT, dependsOn=[{"name": "moved"}]))
    simulation.siblings = (sibling("moved", "Expand"),)
    simulation.to_first_step()
    frozen = simulation.change.status.model_copy(update={"frozen": True})
    simulation.change = simulation.change.model_copy(update={"status": frozen})
    simulation.siblings = ()
    assert simulation.settle().reason != "ExpandMissing"


WAIVERS = (
    ({"step": "nowhere"}, "spec.waivers[0].step", "add, fill, require"),
    ({"step": "add", "statement": 2}, "spec.waivers[0].statement", "only 1"),
    ({"statement": 7}, "spec.waivers[0].statement", "only 1"),
    ({"step": "fill", "statement": 1}, "spec.waivers[0].statement", "only 0"),
)


@pytest.mark.parametrize(("place", "field", "known"), WAIVERS)
def test_a_waiver_of_a_place_that_is_not_there_blocks(place: dict[str, Any], field: str, known: str) -> None:
    simulation = Simulation.of(merged(CHANGE, waivers=[{"rule": "drop-table", "reason": "x", **place}]))
    decision = simulation.settle()
    assert (decision.phase, decision.reason) == ("Blocked", "WaiverWithoutPlace")
    assert field in decision.message and known in decision.message


def test_another_word_for_the_application_makes_another_plan() -> None:
    cycles = {Simulation.of(merged(CHANGE, compatibility=word)).world().cycle for word in ("Additive", "Expand")}
    assert len(cycles) == 2
