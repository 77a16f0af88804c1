"""Every query file says what it is for, and is there under the name that the code uses."""

import re
from pathlib import Path

import schemachange_operator.postgres
from schemachange_operator.postgres.queries import query

PACKAGE = Path(schemachange_operator.postgres.__file__).parent


def test_each_query_begins_with_a_comment() -> None:
    for path in sorted((PACKAGE / "queries").glob("*.sql")):
        assert query(path.stem).startswith("-- "), path.name


def test_a_query_that_is_asked_for_exists() -> None:
    for path in PACKAGE.parent.rglob("*.py"):
        for name in re.findall(r'query\("(\w+)"', path.read_text()):
            assert query(name), f"{path.name}: {name}"
