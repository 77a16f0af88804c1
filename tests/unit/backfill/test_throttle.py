"""A backfill holds at once, goes on only after it has been calm for a while, and never holds for what cannot be read any more."""

import pytest

from schemachange_operator.core.backfill.throttle import Reading, Throttle

LIMIT = 100
COURSES = [
    ("never over", [0, 100, 99, 100], "----"),
    ("over, then calm twice", [101, 75, 75], "HH-"),
    ("between the two limits it stays as it was", [101, 90, 100, 76, 90], "HHHHH"),
    ("one calm reading is not enough", [101, 10, 90, 10, 10], "HHHH-"),
    ("and again", [101, 10, 10, 101, 10, 10], "HH-HH-"),
    ("a limit of nothing", [0], "-"),
]


def at(value: float, limit: float = LIMIT) -> Reading:
    return Reading("lag", value, limit, f"{value} behind")


@pytest.mark.parametrize(("values", "course"), [case[1:] for case in COURSES], ids=[case[0] for case in COURSES])
def test_hysteresis(values: list[float], course: str) -> None:
    throttle, seen = Throttle(), ""
    for value in values:
        throttle = throttle.judged([at(value)])
        seen += "H" if throttle.text else "-"
    assert seen == course


def test_yes_and_no_is_a_limit_of_nothing() -> None:
    held = Throttle().judged([at(1, 0)])
    assert held.text == "1 behind"
    assert held.judged([at(0, 0)]).text == "1 behind", "what held it is said until it is over"
    assert held.judged([at(0, 0)]).judged([at(0, 0)]).text == ""


def test_all_that_holds_is_said_in_order_and_what_was_not_read_stays() -> None:
    held = Throttle().judged([at(200)]).judged([at(300), Reading("disk", 2, 1, "full")])
    assert held.text == "300 behind; full"
    assert held.judged([]).text == held.text
    assert held.judged([at(0)]).judged([at(0)]).text == "full"
    assert held.without("lag").text == "full"
