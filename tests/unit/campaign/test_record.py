"""Runs are values; what was run is kept, and not run again."""

from pathlib import Path

import pytest

from campaign.record import Played, Records, Result
from campaign.scenario import Scenario
from testcluster.shell import CommandError

RUN = Scenario("runner", "one-step", "sigkill", "before-17", 3)


def played(*findings: str, run: Scenario = RUN) -> Played:
    result = Result(str(run), "at COMMIT", "Completed", findings, 1.5, {"PostgreSQL": "18"})
    return Played(result, {"course.txt": "what happened\n"})


def test_a_run_is_read_as_it_is_written() -> None:
    assert Scenario.parse(str(RUN)) == RUN


@pytest.mark.parametrize("text", ["", "runner:one-step:sigkill:3", "runner:a:b:c:x", "runner:a:b:c:1:2"])
def test_what_names_no_run_is_refused(text: str) -> None:
    with pytest.raises(CommandError, match="is not a run"):
        Scenario.parse(text)


def test_chance_is_the_same_for_the_same_run_and_purpose() -> None:
    again = Scenario.parse(str(RUN))
    assert RUN.chance("fault").random() == again.chance("fault").random()
    assert RUN.chance("fault").random() != RUN.chance("major").random()


def test_what_is_recorded_is_known_to_the_next_campaign(tmp_path: Path) -> None:
    Records(tmp_path).add(played())
    again = Records(tmp_path)
    assert again.known() == {str(RUN)}
    (result,) = again.results()
    assert (result.run, result.phase, result.findings, result.commit) == (RUN, "at COMMIT", (), again.commit)
    again.product = "another"
    assert again.known() == set()


def test_the_last_of_the_same_run_counts(tmp_path: Path) -> None:
    records = Records(tmp_path)
    records.add(played("lost"))
    records.add(played())
    assert [one.findings for one in records.results()] == [()]


def test_a_line_that_was_cut_off_is_left_out(tmp_path: Path) -> None:
    records = Records(tmp_path)
    records.add(played())
    with (tmp_path / "runs.jsonl").open("a") as file:
        file.write('{"scenario": "runner:')
    assert len(list(Records(tmp_path).results())) == 1


def test_after_a_line_that_was_cut_off_the_next_is_read(tmp_path: Path) -> None:
    records = Records(tmp_path)
    (tmp_path / "runs.jsonl").write_text('{"scenario": "runner:')
    records.add(played())
    assert records.known() == {str(RUN)}


def test_a_violation_keeps_its_trace(tmp_path: Path) -> None:
    records = Records(tmp_path)
    records.add(played())
    assert not records.place(str(RUN)).exists()
    records.add(played("client: 1 acknowledged rows are lost"))
    assert (records.place(str(RUN)) / "findings.txt").read_text() == "client: 1 acknowledged rows are lost\n"
    assert (records.place(str(RUN)) / "course.txt").read_text() == "what happened\n"
