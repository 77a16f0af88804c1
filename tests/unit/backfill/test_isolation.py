"""Rows that fail are found one by one, and cost no more than a few halvings each."""

import random

import pytest

from schemachange_operator.core.backfill.aside import MOST, RowAside, listed, too_many
from schemachange_operator.core.backfill.isolation import Trouble


def filled(rows: int, failing: set[int], usual: int) -> tuple[set[int], set[int], int]:
    """Go over so many rows as a backfill does: filled, set aside, and how many batches that took."""
    done: set[int] = set()
    aside: set[int] = set()
    trouble, position, batches = Trouble(), 0, 0
    while position < rows:
        batches += 1
        size = trouble.size(usual)
        assert 1 <= size <= usual
        page = set(range(position, min(position + size, rows)))
        if page & failing:
            trouble = trouble.after_failure(size)
            if size > 1:
                continue
            aside |= page
        else:
            trouble = trouble.after_success(len(page))
            done |= page
        position += len(page)
    return done, aside, batches


@pytest.mark.parametrize("failing", [set(), {0}, {999}, {500}, {0, 1, 2}, {127, 128}, set(range(0, 1000, 100))])
@pytest.mark.parametrize("usual", [1, 2, 7, 128, 5000])
def test_exactly_the_failing_rows_are_set_aside(failing: set[int], usual: int) -> None:
    done, aside, batches = filled(1000, failing, usual)
    assert (done, aside) == (set(range(1000)) - failing, failing)
    assert batches <= 1000 / usual + 1 + len(failing) * 2 * (usual.bit_length() + 1)


def test_wherever_they_are() -> None:
    chance = random.Random(3)
    for _ in range(200):
        failing = {chance.randrange(300) for _ in range(chance.randrange(12))}
        done, aside, _ = filled(300, failing, chance.randrange(1, 100))
        assert (len(done), aside) == (300 - len(failing), failing)


def test_a_list_names_the_first_and_says_where_the_others_are() -> None:
    rows = [RowAside([str(number), "x"], "division by zero") for number in range(12)]
    text = listed(["id", "kind"], rows)
    assert text.startswith("id 0, kind x: division by zero; id 1, kind x:")
    assert text.endswith("and 2 more, all in schemachange.step.detail")
    assert "more" not in listed(["id", "kind"], rows[:10])


def test_too_many() -> None:
    assert [too_many(count, 0) for count in (0, MOST, MOST + 1)] == [False, False, True]
    assert [too_many(count, 500) for count in (MOST + 1, 500, 501)] == [False, False, True]
