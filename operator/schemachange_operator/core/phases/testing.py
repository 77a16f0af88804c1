"""Testing: the application's own tests where declared; otherwise the rehearsal stands, as long as it is fresh."""

from datetime import datetime, timedelta

from schemachange_operator.api.reason import Reason
from schemachange_operator.api.vocabulary import Phase, Task
from schemachange_operator.core.evidence import moment, stamp
from schemachange_operator.core.outcome import Done, Outcome
from schemachange_operator.core.phases.planning import resumed
from schemachange_operator.core.phases.work import work
from schemachange_operator.core.world import World


def step(world: World) -> tuple[Phase, Outcome]:
    """Nothing is tested once it has begun on the target."""
    if resumed(world) or world.status.frozen:
        return Phase.TESTING, Done(Reason.TESTED, "Tested before it began.")
    tests = world.change.spec.test.app_tests
    if tests is None and world.now < stands_until(world):
        return Phase.TESTING, Done(
            Reason.REHEARSAL_STANDS, f"The rehearsal stands as the test until {stamp(stands_until(world))}."
        )
    doing = "Testing in the throw-away database" + (f" with {tests.image}" if tests else ", since the rehearsal is too old")
    return Phase.TESTING, work(world, Task.TEST, "", Reason.TEST_RUNNING, doing)


def stands_until(world: World) -> datetime:
    """Until when the rehearsal may stand as the test."""
    plan = world.status.plan
    hours = world.policy.rehearsal.max_age_hours if world.policy else 0
    made = moment(plan.planned_at) if plan and plan.planned_at else world.now
    return made + timedelta(hours=hours)
