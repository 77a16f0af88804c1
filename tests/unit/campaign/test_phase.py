"""What a fault met, in words, from what the runner had asked by then."""

import pytest

from campaign.phase import BETWEEN, phase

ADD = "ALTER TABLE orders ADD COLUMN a int"
INTENT = "-- about to run\nINSERT INTO schemachange.step (a, state) VALUES ($1, 'Intent', $2)"
CREATE = "CREATE TABLE schemachange.step (state text CHECK (state IN ('Intent', 'Done')))"
CASES = [
    ("", "during", "", [], BETWEEN),
    ("apply", "before", "connect", [], "connecting"),
    ("apply", "after", "BEGIN", [CREATE], "getting ready"),
    ("apply", "after", "COMMIT", [INTENT], "after the intent"),
    ("apply", "before", f"  {ADD};", ["BEGIN"], "before the statement"),
    ("apply", "during", ADD.replace(" ", "\n"), ["BEGIN"], "in the statement"),
    ("apply", "before", "SELECT 1", ["BEGIN", ADD], "between statement and COMMIT"),
    ("apply", "before", "COMMIT", ["BEGIN", ADD], "at COMMIT"),
    ("apply", "after", "COMMIT", ["BEGIN", ADD], "answer of COMMIT"),
    ("apply", "during", "SELECT 1", ["BEGIN", ADD, "COMMIT"], "after COMMIT"),
    ("backfill", "before", "BEGIN", [], "backfill"),
    ("rollback", "before", "COMMIT", [], "rollback (COMMIT)"),
    ("prove", "during", "x", [], "proof of the backup"),
]


@pytest.mark.parametrize(("command", "place", "text", "earlier", "met"), CASES)
def test_phase(command: str, place: str, text: str, earlier: list[str], met: str) -> None:
    assert phase(command, place, text, earlier, (ADD,)) == met
