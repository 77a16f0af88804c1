"""Options of the whole test suite."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--pg", default="14,15,18", help="major versions of PostgreSQL to test with, for example 15,18")
