"""What a Job tells on its way: kept in status once, and an Event each."""

from schemachange_operator.api.status import Notice, SchemaChangeStatus
from schemachange_operator.core.announcements import announcements
from schemachange_operator.core.notices import NOTICES_KEPT
from unit.phases.simulation import CHANGE, Simulation, merged

STEPS = [{"name": "one", "sql": "ALTER TABLE t ADD one text", "rollback": {"sql": "ALTER TABLE t DROP one"}}]


def notice(reason: str = "BlockerEnded", number: int = 1) -> Notice:
    return Notice(at="2026-11-23T12:00:00Z", reason=reason, message=f"pid {number} was cancelled", step="one")


def at_the_step() -> Simulation:
    simulation = Simulation.of(merged(CHANGE, migration={"steps": STEPS}))
    simulation.to_first_step()
    return simulation


def told(simulation: Simulation, *notices: Notice) -> None:
    job = simulation.running()
    simulation.jobs[job.name] = job.model_copy(update={"notices": notices})


def test_a_notice_of_a_running_job_is_kept_and_its_report_says_it_no_second_time() -> None:
    simulation = at_the_step()
    told(simulation, notice())
    simulation.settle()
    assert simulation.change.status.notices == (notice(),)
    simulation.finish(notices=(notice(), notice(number=2)))
    simulation.settle()
    assert simulation.change.status.notices == (notice(), notice(number=2))


def test_a_job_without_a_report_has_told_nevertheless() -> None:
    simulation = at_the_step()
    told(simulation, notice())
    simulation.lose()
    simulation.settle()
    assert simulation.change.status.notices == (notice(),)


def test_the_last_notices_are_kept() -> None:
    simulation = at_the_step()
    told(simulation, *(notice(number=number) for number in range(NOTICES_KEPT + 5)))
    simulation.settle()
    kept = simulation.change.status.notices
    assert len(kept) == NOTICES_KEPT and kept[-1] == notice(number=NOTICES_KEPT + 4)


def test_what_the_next_try_sees_again_is_not_told_again() -> None:
    simulation = at_the_step()
    told(simulation, notice("WorthKnowing"), notice(number=2))
    simulation.finish("Retry", "WaitingForLock")
    simulation.settle()
    before = simulation.change.status
    simulation.later(10)
    simulation.settle()
    assert simulation.running().attempt == 2
    told(simulation, notice("WorthKnowing").model_copy(update={"at": "2026-11-23T13:00:00Z"}))
    simulation.settle()
    assert sorted(simulation.change.status.notices, key=str) == sorted(before.notices, key=str)
    assert [one for one in announcements(before, simulation.change.status) if one.reason == "WorthKnowing"] == []


def test_each_notice_is_one_event_without_any_change_of_phase() -> None:
    before = SchemaChangeStatus(phase="Applying", step="one", notices=(notice(),))
    after = before.model_copy(update={"notices": (notice(), notice(number=2), notice("WorthKnowing"))})
    ended, known = announcements(before, after)
    assert (ended.reason, ended.message, ended.warning) == ("BlockerEnded", "pid 2 was cancelled", True)
    assert (known.reason, known.warning) == ("WorthKnowing", False)
    assert announcements(after, after) == ()
