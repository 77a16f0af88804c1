"""Real servers, one of each major version for the whole run, and a fresh database for each test."""

import os
from collections import defaultdict
from collections.abc import Iterator

import pytest

from postgres.support.database import Database, fresh_database
from postgres.support.effect_cases import COVERED
from postgres.support.own_server import server_with_roles
from postgres.support.planning import cleared
from testcluster.postgres_binaries import NEWEST_MAJOR, find_server
from testcluster.servers import Server


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "server" in metafunc.fixturenames:
        majors = sorted(int(major) for major in metafunc.config.getoption("--pg").split(","))
        if metafunc.definition.get_closest_marker("newest_only"):
            majors = majors[-1:]
        metafunc.parametrize("server", majors, indirect=True, scope="session", ids=[f"pg{major}" for major in majors])


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "/tests/postgres/" in str(item.path):
            item.add_marker(pytest.mark.postgres)
            # Tests of one file on one server stay together: they share what is dear to make.
            parameters = getattr(item, "callspec", None)
            major = parameters.params.get("server", "") if parameters else ""
            item.add_marker(pytest.mark.xdist_group(f"{item.path.name}-{major}"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Reports come from every worker; what a worker counts for itself stays there."""
    covered: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    for report in (*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")):
        for name, value in report.user_properties:
            if name == COVERED and report.when == "call":
                covered[value[0]].append((value[1], value[2]))
    for major, families in sorted(covered.items()):
        cases, opaque = (sum(counts) for counts in zip(*families, strict=True))
        terminalreporter.write_line(
            f"effects on PostgreSQL {major}: {cases - opaque} statements as foretold, {opaque} said to be opaque"
        )


@pytest.fixture(scope="session")
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    with server_with_roles(request.param) as started:
        yield started


@pytest.fixture
def database(server: Server) -> Iterator[Database]:
    with fresh_database(server) as fresh:
        yield fresh


@pytest.fixture(scope="session", autouse=True)
def client_programs() -> Iterator[None]:
    """pg_dump and pg_restore are at least as new as the newest server, as in the image."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", f"{find_server(NEWEST_MAJOR)}:{os.environ['PATH']}")
        yield


@pytest.fixture(scope="session")
def spare_server(server: Server) -> Iterator[Server]:
    with Server(server.major, settings={"wal_level": "logical"}) as started:
        yield started


@pytest.fixture
def throwaway(spare_server: Server) -> Iterator[Server]:
    """The throw-away server of a rehearsal."""
    with cleared(spare_server) as empty:
        yield empty
