"""Table 13.2 of PostgreSQL's documentation is symmetric, and CONCURRENTLY waits for more than its lock."""

import itertools

import pytest

from schemachange_operator.core.lock_conflicts import conflict, waits_for
from schemachange_operator.core.plan import LOCK_ORDER, Effect, PlannedStatement

MODES = LOCK_ORDER[1:]


def test_the_table_is_symmetric_and_has_as_many_conflicts_as_the_documentation() -> None:
    pairs = [(held, wanted) for held, wanted in itertools.product(MODES, MODES) if conflict(held, wanted)]
    assert len(pairs) == 38
    assert all((wanted, held) in pairs for held, wanted in pairs)


def test_what_is_no_lock_is_in_nobodys_way() -> None:
    assert not any(conflict("", mode) or conflict(mode, "") for mode in MODES)


@pytest.mark.parametrize(
    ("kind", "lock", "wanted"),
    [
        ("CREATE INDEX CONCURRENTLY", "ShareUpdateExclusive", "Share"),
        ("DROP INDEX CONCURRENTLY", "ShareUpdateExclusive", "AccessExclusive"),
        ("ALTER TABLE", "ShareUpdateExclusive", "ShareUpdateExclusive"),
    ],
)
def test_what_a_statement_waits_for(kind: str, lock: str, wanted: str) -> None:
    effects = (Effect(relation="public.t", lock=lock), Effect(relation="public.read"))
    statement = PlannedStatement(
        number=1, kind=kind, text="", transactional=True, destructive=False, predicted_lock=lock, effects=effects
    )
    assert waits_for(statement) == {"public.t": wanted}
