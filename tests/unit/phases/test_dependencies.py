"""Which changes before this one the runner looks up in the ledger: those of the same database."""

from schemachange_operator.api.vocabulary import Task
from schemachange_operator.core.order import dependencies, run_request
from schemachange_operator.core.outcome import CreateJob
from schemachange_operator.core.world import Sibling
from unit.phases.simulation import CHANGE, Simulation, merged

HERE, ELSEWHERE = ("shop", "orders"), ("shop", "customers")


def sibling(name: str, database: tuple[str, str] = HERE, namespace: str = "shop") -> Sibling:
    return Sibling(namespace, name, f"uid-{name}", "Completed", database=database)


def test_only_those_of_the_same_database_are_looked_up() -> None:
    simulation = Simulation.of(merged(CHANGE, dependsOn=[{"name": "before"}, {"name": "beside"}]))
    simulation.siblings = (
        sibling("before"),
        sibling("beside", ELSEWHERE),
        sibling("other"),
        sibling("before", HERE, "else"),
    )
    assert dependencies(simulation.world()) == ("before",)
    assert run_request(simulation.world(), CreateJob(Task.PLAN, "", 1)).depends_on == ("before",)
