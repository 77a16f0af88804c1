"""The operator on a real cluster, set up by `python -m playground prepare`; a namespace and a database for each test."""

import hashlib
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from playground.installation import POSTGRES
from playground.kubectl import Kubectl, administrator
from playground.server import Server
from playground.shop import Shop


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "/tests/cluster/" in str(item.path):
            item.add_marker(pytest.mark.cluster)


def short_name(test: str) -> str:
    """Readable first, unique second: tests run side by side, and long names have long beginnings in common."""
    readable = re.sub(r"[^a-z0-9]+", "-", test.removeprefix("test_").lower())[:26].strip("-")
    return f"{readable}-{hashlib.sha256(test.encode()).hexdigest()[:6]}"


@pytest.fixture(scope="session")
def kubectl() -> Kubectl:
    return administrator()


@pytest.fixture(scope="session")
def server(kubectl: Kubectl) -> Iterator[Server]:
    with Server(kubectl, POSTGRES) as server:
        yield server


@pytest.fixture
def open_shop(request: pytest.FixtureRequest, kubectl: Kubectl, server: Server) -> Iterator[Callable[..., Shop]]:
    """Opens shops whose PostgresDatabase differs from the ordinary one; closes them at the end."""
    opened: list[Shop] = []

    def make(rows: int = 20_000, **database: Any) -> Shop:
        shop = Shop(f"t-{short_name(request.node.name)}-{len(opened)}", server, kubectl, rows=rows)
        shop.close_and_wait()
        opened.append(shop.open(**database))
        return shop

    yield make
    for shop in opened:
        shop.close()


@pytest.fixture
def shop(open_shop: Callable[..., Shop]) -> Shop:
    return open_shop()
