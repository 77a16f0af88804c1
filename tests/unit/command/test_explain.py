"""`schg explain`: what it prints of a reason, of all, and of a word that is none."""

from collections.abc import Callable

import pytest

from schemachange_operator.api.explanations import EXPLANATIONS
from schemachange_operator.api.reason import Reason
from schemachange_operator.command.explain import WIDTH
from schemachange_operator.command.main import main

Explain = Callable[..., tuple[int, str, str]]


@pytest.fixture
def explain(capsys: pytest.CaptureFixture[str]) -> Explain:
    def run(*words: str) -> tuple[int, str, str]:
        code = main(["explain", *words])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


@pytest.mark.parametrize("reason", EXPLANATIONS)
def test_a_reason_is_told_whole(explain: Explain, reason: Reason) -> None:
    code, text, complaint = explain(reason.value)
    assert (code, complaint) == (0, "")
    one, told = EXPLANATIONS[reason], " ".join(text.split())
    assert [part for part in (reason.meaning, one.state, one.way_on, one.by_itself) if part not in told] == []
    assert [line for line in text.splitlines()[1:] if len(line) > WIDTH] == []


def test_a_reason_is_found_in_any_case(explain: Explain) -> None:
    assert explain("waitingforlock") == explain("WaitingForLock")


def test_a_reason_at_which_nothing_stops_is_told_as_such(explain: Explain) -> None:
    assert "Nothing stops here" in explain("PlanReady")[1]


def test_without_a_reason_all_are_listed(explain: Explain) -> None:
    code, text, _ = explain()
    assert code == 0
    assert [reason for reason in EXPLANATIONS if f"  {reason.value} " not in text or reason.meaning not in text] == []


def test_a_word_that_is_no_reason_is_wrong_usage_and_the_nearest_one_is_named(explain: Explain) -> None:
    code, text, complaint = explain("WaitForLock")
    assert (code, text) == (3, "")
    assert "Is WaitingForLock meant?" in complaint
