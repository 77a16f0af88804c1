"""The ten examples, each in a shop of its own."""

from collections.abc import Callable

import pytest

from playground.shop import Shop
from playground.stories import STORIES


@pytest.mark.parametrize("name", list(STORIES))
def test_example(name: str, open_shop: Callable[..., Shop]) -> None:
    told: list[str] = []
    STORIES[name](open_shop(), told.append)
    assert told
