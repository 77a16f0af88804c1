"""Whatever happens in whatever order: never two Jobs on the target, never unapproved, and in the end it ends."""

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from schemachange_operator.api.vocabulary import Task
from schemachange_operator.core.world import IN_FLIGHT_FINALIZER, TOUCHING
from unit.phases.simulation import CHANGE, Simulation, merged

STEPS = CHANGE["spec"]["migration"]["steps"]
LATER = ["WaitingForLock", "DatabaseUnreachable", "RelationsHeld", "Stopped"]


class AnyOrder(RuleBasedStateMachine):
    """The cluster, people and chance against one change; `target` is what the ledger of a real target would say."""

    @initialize(steps_done=st.integers(-1, 3))
    def begin(self, steps_done: int) -> None:
        self.simulation = Simulation.of(merged(CHANGE, migration={"steps": STEPS}))
        self.target: list[str] = []
        self.edits = 0
        if steps_done >= 0:
            self.simulation.to_first_step()
        for _ in range(steps_done):
            self.all_goes_well()

    @rule()
    def one_pass(self) -> None:
        self.simulation.one_pass()

    @rule()
    def all_goes_well(self) -> None:
        self.simulation.settle()
        if self.live():
            self.job_is_done()
            self.simulation.settle()

    @rule(seconds=st.sampled_from([1, 10, 400]))
    def time_passes(self, seconds: int) -> None:
        self.simulation.later(seconds)

    @precondition(lambda self: self.live())
    @rule()
    def job_is_done(self) -> None:
        job = self.simulation.running()
        self._on_target(job.task, job.step)
        self.simulation.finish(proven=True if job.task == Task.ROLLBACK else None, steps_done=tuple(self.target))

    @precondition(lambda self: self.live())
    @rule()
    def job_is_done_but_its_answer_is_lost(self) -> None:
        job = self.simulation.running()
        self._on_target(job.task, job.step)
        self.simulation.lose()

    @precondition(lambda self: self.live())
    @rule(reason=st.sampled_from(LATER))
    def job_has_to_be_tried_again(self, reason: str) -> None:
        self.simulation.finish("Retry", reason)

    @precondition(lambda self: self.live() and self.simulation.running().task == Task.APPLY)
    @rule()
    def statement_fails(self) -> None:
        self.simulation.finish("Failed", "StatementFailed", steps_done=tuple(self.target))

    @precondition(lambda self: self.simulation.change.status.phase == "AwaitingApproval")
    @rule(by=st.sampled_from(["olga@example.com", "mallory@example.com", "ada@example.com"]))
    def somebody_approves(self, by: str) -> None:
        self.simulation.approve(by=by)

    @rule(suspend=st.booleans())
    def suspend(self, suspend: bool) -> None:
        self.simulation.edit(suspend=suspend)

    @rule()
    def retry(self) -> None:
        self.edits += 1
        self.simulation.edit(retry=str(self.edits))

    @precondition(lambda self: not self.simulation.change.status.frozen)
    @rule(number=st.integers(0, 3))
    def edit(self, number: int) -> None:
        changed = {**STEPS[0], "sql": f"ALTER TABLE t ADD c varchar({number + 1})"}
        self.simulation.edit(migration={"steps": [changed, *STEPS[1:]]})

    @rule()
    def jobs_vanish(self) -> None:
        self.simulation.jobs = {}

    @precondition(lambda self: self.edits > 1)
    @rule()
    def abort(self) -> None:
        self.simulation.edit(abort={"reason": "no"})

    def live(self) -> bool:
        return any(not job.finished for job in self.simulation.jobs.values())

    def _on_target(self, task: Task, step: str) -> None:
        if task in (Task.APPLY, Task.BACKFILL) and step not in self.target:
            self.target.append(step)
        if task == Task.ROLLBACK:
            self.target.clear()

    @invariant()
    def never_two_jobs_on_the_target(self) -> None:
        if hasattr(self, "simulation"):
            touching = [job for job in self.simulation.jobs.values() if not job.finished and job.task in TOUCHING]
            assert len(touching) <= 1

    @invariant()
    def what_touches_the_target_is_approved_frozen_and_held(self) -> None:
        if hasattr(self, "simulation") and any(
            not job.finished and job.task in TOUCHING for job in self.simulation.jobs.values()
        ):
            status = self.simulation.change.status
            assert status.frozen
            assert status.approved_by == "olga@example.com"
            assert IN_FLIGHT_FINALIZER in self.simulation.change.metadata.finalizers

    @invariant()
    def what_is_on_the_target_is_frozen(self) -> None:
        if hasattr(self, "simulation") and self.target:
            assert self.simulation.change.status.frozen

    @invariant()
    def an_end_is_true(self) -> None:
        if not hasattr(self, "simulation"):
            return
        status = self.simulation.change.status
        if status.phase == "Completed":
            assert self.target == ["add", "fill", "require"]
        if status.phase == "Aborted":
            assert self.target == []


AnyOrder.TestCase.settings = settings(
    max_examples=150, stateful_step_count=60, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
TestAnyOrder = AnyOrder.TestCase
