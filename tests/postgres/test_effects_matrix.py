"""What is foretold of each statement, against servers: locks, rewrites and scans of every relation, stronger or weaker alike."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from postgres.support.database import fresh_database
from postgres.support.effect_cases import COVERED, MEASURED, Case, families, written
from postgres.support.effect_measure import Bench, bench
from schemachange_operator.core.catalog_facts import catalog_facts
from schemachange_operator.core.content import Content
from schemachange_operator.core.effects import Foretold, foretell
from schemachange_operator.core.plan import LOCK_ORDER, Effect
from schemachange_operator.core.sql.statement import read_statements
from testcluster.servers import Server

TRIES = 12
"""A lock that is held for less than a millisecond is not seen at each try."""

Effects = dict[str, Effect]


@pytest.fixture(scope="session")
def matrix(server: Server) -> Iterator[Bench]:
    with fresh_database(server) as database, bench(database) as ready:
        yield ready


def foretold(ready: Bench, case: Case, major: int) -> Foretold:
    """What the product says of a case, by its own snapshot of the database."""
    catalog = catalog_facts(ready.prepare(case), (), f"{major}.0", ("public",), case.zone)
    step = {"name": "only", "sql": case.statement, "undo": {"notNeeded": "test"}}
    return foretell(Content.model_validate({"steps": [step]}), catalog)["only", 1]


def measured(ready: Bench, case: Case, told: Effects) -> Effects:
    """What the server did; a statement that is its own transaction is tried until all that is foretold was seen."""
    seen = ready.measure(case)
    (statement,) = read_statements(case.statement)
    for _ in range(0 if statement.transactional else TRIES):
        if not differences(case, told, seen):
            break
        ready.prepare(case)
        seen = _joined(seen, ready.measure(case))
    return seen


def _joined(one: Effects, other: Effects) -> Effects:
    found = dict(other)
    for name, effect in one.items():
        beside = found.get(name, Effect(relation=name))
        found[name] = Effect(
            relation=name,
            lock=max(effect.lock, beside.lock, key=LOCK_ORDER.index),
            rewrites=effect.rewrites or beside.rewrites,
            scans=effect.scans or beside.scans,
        )
    return found


def differences(case: Case, told: Effects, seen: Effects) -> list[str]:
    """In words: every relation of which something else was foretold than seen."""
    found = []
    for name in sorted(told.keys() | seen.keys()):
        expected, actual = (effects.get(name, Effect(relation=name)) for effects in (told, seen))
        if expected == actual or (case.at_most and _within(actual, expected)):
            continue
        found.append(f"{case.family}: {case.name}: {name}: foretold {written(expected)}, seen {written(actual)}")
    return found


def _within(actual: Effect, limit: Effect) -> bool:
    weaker = LOCK_ORDER.index(actual.lock) <= LOCK_ORDER.index(limit.lock)
    return weaker and actual.rewrites <= limit.rewrites and actual.scans <= limit.scans


@pytest.mark.parametrize("family", list(families()))
def test_what_is_foretold_is_what_the_server_does(
    family: str, server: Server, matrix: Bench, record_property: Callable[[str, object], None]
) -> None:
    cases = [case for case in families()[family] if case.runs_on(server.major)]
    assert cases, f"{family} has no case for PostgreSQL {server.major}"
    wrong: list[str] = []
    recorded: dict[str, dict[str, str]] = {}
    opaque = 0
    for case in sorted(cases, key=lambda one: one.setup):
        told = foretold(matrix, case, server.major)
        effects = {one.relation: one for one in told.effects}
        seen = measured(matrix, case, effects)
        # What differs from run to run is recorded as foretold.
        shown = effects if case.at_most else seen
        recorded[case.name] = {name.removeprefix("public."): written(one) for name, one in sorted(shown.items())}
        if told.opaque:
            opaque += 1
        else:
            wrong += differences(case, effects, seen)
    record_property(COVERED, (server.major, len(cases), opaque))
    assert not wrong, "\n" + "\n".join(wrong)
    assert opaque < len(cases)
    assert kept(family, server.major, recorded) == recorded


def kept(family: str, major: int, recorded: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    """What docs/reference/locks.md is written from; a file that is missing is written, for the next run to compare."""
    path = MEASURED / f"{major}" / f"{family}.json"
    ordered = {case.name: recorded[case.name] for case in families()[family] if case.name in recorded}
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(ordered, indent=1) + "\n")
        pytest.fail(f"{path.relative_to(Path.cwd())} was missing and is written; run the test again")
    found: dict[str, dict[str, str]] = json.loads(path.read_text())
    return found


def test_each_statement_that_is_said_to_be_opaque_is_one_that_cannot_be_foretold(server: Server, matrix: Bench) -> None:
    opaque = {
        case.name: told.opaque
        for cases in families().values()
        for case in cases
        if case.runs_on(server.major) and (told := foretold(matrix, case, server.major)).opaque
    }
    assert opaque == OPAQUE


OPAQUE = {
    "DO block with EXECUTE of a text that is made": "EXECUTE of a text that is made when it runs",
    "DO block that calls a function": "what the function fresh does is not looked into",
    "SELECT of a function": "what the function fresh does is not looked into",
    "CALL of a procedure": "what the procedure does is not looked into",
    "UPDATE of a table with a trigger": "the trigger trg_touch of public.trg runs",
    "DELETE from a table with a rule": "a rule of public.mods writes the statement anew",
}
