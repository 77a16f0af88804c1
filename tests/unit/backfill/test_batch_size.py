"""Batches grow to what the target time allows and come back when the server slows down; rests keep the share of work."""

import pytest

from schemachange_operator.core.backfill.batch_size import FIRST, FLOOR, BatchSize, first
from schemachange_operator.core.backfill.rest import rest


def settled(size: BatchSize, rows_a_second: float, batches: int = 200) -> list[BatchSize]:
    """Sizes of so many batches on a server of that speed."""
    sizes = [size]
    for _ in range(batches):
        sizes.append(sizes[-1].after(sizes[-1].rows, sizes[-1].rows / rows_a_second))
    return sizes


@pytest.mark.parametrize("rows_a_second", [100, 3_000, 20_000, 90_000])
def test_batches_settle_where_they_take_the_time_that_is_wanted(rows_a_second: int) -> None:
    wanted = rows_a_second * 0.1
    seconds = [size.rows / rows_a_second for size in settled(first(10_000, 0.1), rows_a_second)[50:]]
    assert max(seconds) <= 0.1 * 1.3
    assert sum(seconds) / len(seconds) > 0.1 * 0.6, f"{wanted} rows would be right"


def test_the_largest_is_never_exceeded_and_one_row_never_undercut() -> None:
    quick = settled(first(7_000, 0.1), 1e9)
    assert (quick[0].rows, quick[-1].rows, max(size.rows for size in quick)) == (FIRST, 7_000, 7_000)
    assert {size.rows for size in settled(first(30, 60), 1e9)} == {30}
    assert settled(first(10_000, 0.1), 0.5)[-1].rows == 1
    size = first(1, 0.1)
    assert (size.rows, size.cut_off().rows, size.after(1, 9).rows) == (1, 1, 1)


def test_a_server_that_slows_down_is_followed_within_a_few_batches() -> None:
    fast = settled(first(10_000, 0.1), 50_000)[-1]
    slow = settled(fast, 2_000, 5)
    assert fast.rows > 3_000
    assert slow[-1].rows <= 260


def test_a_busy_machine_does_not_make_batches_so_small_that_nothing_goes_forward() -> None:
    size = settled(first(10_000, 0.1), 20_000)[-1]
    for _ in range(50):
        # Whatever its rows, a batch waits for the processor.
        size = size.after(size.rows, 0.4)
    assert size.rows == FLOOR
    assert size.cut_off().rows < FLOOR, "somebody waited behind it"


def test_the_short_batch_at_the_end_says_nothing() -> None:
    size = first(10_000, 0.1)
    assert size.after(FIRST - 1, 0.0001) == size
    assert size.after(FIRST - 1, 10).rows < size.rows, "but one that was slow does"


@pytest.mark.parametrize(
    ("busy", "percent", "least", "seconds"),
    [(0.1, 100, 0, 0), (0.1, 50, 0, 0.1), (0.1, 80, 0, 0.025), (0.1, 80, 1.5, 1.5), (0, 10, 0, 0)],
)
def test_rests(busy: float, percent: int, least: float, seconds: float) -> None:
    assert rest(busy, percent, least) == pytest.approx(seconds)
