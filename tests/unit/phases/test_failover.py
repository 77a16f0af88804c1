"""A failover has undone steps that were recorded as done: they are done again, from where the ledger stands."""

import pytest

from schemachange_operator.api.vocabulary import Task
from unit.phases.simulation import CHANGE, Simulation, merged

STEPS = [
    {"name": name, "sql": f"ALTER TABLE t ADD {name} text", "rollback": {"sql": f"ALTER TABLE t DROP {name}"}}
    for name in ("one", "two", "three")
]


@pytest.mark.parametrize(("left", "again"), [((), ["one", "two", "three"]), (("one",), ["two", "three"])])
def test_steps_that_were_lost_are_done_again(left: tuple[str, ...], again: list[str]) -> None:
    simulation = Simulation.of(merged(CHANGE, migration={"steps": STEPS}))
    simulation.to_first_step()
    for _ in ("one", "two"):
        simulation.finish()
        simulation.settle()
    assert simulation.running().step == "three"
    assert simulation.world().steps_done() == ("one", "two")
    simulation.finish("Retry", "StepsLost", steps_done=left)
    done = []
    for _ in again:
        simulation.settle()
        done.append(simulation.running().step)
        simulation.later(10)
        simulation.finish()
    assert done == again
    simulation.settle()
    assert simulation.running().task == Task.VERIFY
    assert len(simulation.created) == len(set(simulation.created))


def test_steps_that_were_lost_before_the_verification_are_done_again() -> None:
    simulation = Simulation.of(merged(CHANGE, migration={"steps": STEPS}))
    simulation.to_first_step()
    for _ in STEPS:
        simulation.finish()
        simulation.settle()
    assert simulation.running().task == Task.VERIFY
    simulation.finish("Retry", "StepsLost", steps_done=("one", "two"))
    decision = simulation.settle()
    assert (decision.phase, simulation.running().step) == ("Applying", "three")
    assert simulation.change.status.frozen
