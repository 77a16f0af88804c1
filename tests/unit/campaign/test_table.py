"""The figures in the docs."""

from campaign.record import Result
from campaign.scenario import Scenario
from campaign.table import NOTHING, section

RESULTS = [
    Result(
        str(Scenario("runner", change, fault, "-", seed)),
        phase,
        ended,
        findings,
        1.0,
        {"PostgreSQL": major},
        ("healed",),
        "p",
        "c",
    )
    for change, fault, seed, phase, ended, findings, major in (
        ("one-step", "sigkill", 1, "at COMMIT", "Completed", (), "18"),
        ("one-step", "sigkill", 2, "at COMMIT", "Completed", ("lost",), "14"),
        ("aborted", "sigkill", 7, "rollback", "RolledBack", (), "18"),
        ("aborted", "none", 1, "", "RolledBack", (), "18"),
    )
]


def test_runs_violations_seeds_and_versions_are_told() -> None:
    text = section("runner", RESULTS, 3)
    assert "**4 runs, 1 violations**; 3 of the runs with the operator's sources as they are now." in text
    assert "Seeds 1 to 7; commits c; PostgreSQL 14, 18." in text
    assert "Ended: Completed 2, RolledBack 2." in text


def test_each_fault_is_told_with_what_it_met() -> None:
    lines = section("runner", RESULTS, 3).splitlines()
    assert f"| fault | at COMMIT | {NOTHING} | rollback | all |" in lines
    assert "| sigkill | 2 **(1 violations)** |  | 1 | 3 |" in lines
    assert "| none |  | 1 |  | 1 |" in lines


def test_each_class_is_told_with_its_faults() -> None:
    lines = section("runner", RESULTS, 3).splitlines()
    assert "| aborted | 1 | 1 | 2 |" in lines


def test_what_was_done_about_it_is_told() -> None:
    lines = section("runner", RESULTS, 3).splitlines()
    assert "| what was done about it | none | sigkill | all |" in lines
    assert "| healed | 1 | 3 | 4 |" in lines
