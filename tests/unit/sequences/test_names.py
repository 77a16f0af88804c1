"""Names that PostgreSQL would choose, and names as SQL."""

import pytest

from schemachange_operator.core.sequences.names import LONGEST, _joined
from schemachange_operator.core.sequences.writing import quoted


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("orders", "orders"), ("Orders", '"Orders"'), ("my table", '"my table"'), ("user", '"user"'), ("order", '"order"'),
        ("values", '"values"'), ("a$1", "a$1"), ("1a", '"1a"'), ('a"b', '"a""b"'), ("größe", '"größe"'), ("_x", "_x"),
        ("", '""'), ("between", '"between"'), ("authorization", '"authorization"'), ("a-b", '"a-b"'), ("name", "name"),
    ],
)  # fmt: skip
def test_names_are_quoted_where_they_have_to_be(name: str, expected: str) -> None:
    assert quoted(name) == expected


def test_long_names_are_cut_as_the_server_cuts_them() -> None:
    assert _joined("t" * 60, "c" * 10, "check") == f"{'t' * 46}_{'c' * 10}_check"
    assert _joined("t" * 40, "c" * 40, "fkey") == f"{'t' * 29}_{'c' * 28}_fkey"
    assert len(_joined("ü" * 40, "ü" * 40, "key").encode()) <= LONGEST
    assert _joined("orders", "", "pkey") == "orders_pkey"
