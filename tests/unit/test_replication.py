"""Replicas against the policy's limits: judged by what is known, never guessed."""

from typing import Any

import pytest

from schemachange_operator.api.policy import ReplicationRules
from schemachange_operator.core.replication import behind, hidden, too_far_behind

MEBIBYTE = 1024 * 1024


def row(seconds: float | None, mebibytes: float | None, state: str = "streaming") -> dict[str, Any]:
    count = None if mebibytes is None else int(mebibytes * MEBIBYTE)
    return {"name": "east", "state": state, "sync_state": "async", "lag_seconds": seconds, "lag_bytes": count}


def rules(seconds: int | None = None, mebibytes: int | None = None) -> ReplicationRules:
    return ReplicationRules(max_lag_seconds=seconds, max_lag_mebibytes=mebibytes)


CASES = [
    (row(10_000, 10_000), rules(), False),
    (row(11, 0), rules(seconds=10), True),
    (row(10, 10_000), rules(seconds=10), False),
    (row(None, 10_000), rules(seconds=10), False),
    (row(0, 2), rules(mebibytes=1), True),
    (row(10_000, 1), rules(mebibytes=1), False),
    (row(11, 1), rules(seconds=10, mebibytes=1), True),
    (row(None, None, ""), rules(seconds=10, mebibytes=1), False),
    (row(None, None, "backup"), rules(mebibytes=1), False),
]


@pytest.mark.parametrize(("one", "limits", "refused"), CASES)
def test_a_replica_over_a_limit_is_named(one: dict[str, Any], limits: ReplicationRules, refused: bool) -> None:
    found = too_far_behind([one, row(0, 0)], limits)
    assert len(found) == refused
    assert all(words.startswith("east (") for words in found)


def test_a_lag_worth_a_word_needs_no_limit() -> None:
    assert len(behind([row(31, 0), row(0, 129), row(29, 127)])) == 2


def test_only_what_has_no_state_is_hidden() -> None:
    assert hidden([row(None, None, ""), row(None, None, "backup"), row(0, 0)]) == 1


def test_limits_in_words() -> None:
    assert rules(30, 512).words() == "30 s and 512 MiB"
    assert (rules().limited, rules(1).limited, rules(None, 1).limited) == (False, True, True)
