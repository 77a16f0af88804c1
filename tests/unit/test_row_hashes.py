"""Which columns' values are not the same any more."""

import pytest

from schemachange_operator.postgres.row_hashes import TableRows


@pytest.mark.parametrize(
    ("before", "now", "changed"),
    [
        (TableRows(2, {"a": "1", "b": "2"}), TableRows(2, {"b": "2", "a": "1"}), ()),
        (TableRows(2, {"a": "1", "b": "2"}), TableRows(2, {"b": "3", "a": "1"}), ("b",)),
        (TableRows(2, {"a": "1", "b": "2"}), TableRows(3, {"b": "2", "a": "1"}), ("a", "b")),
        (TableRows(2, {"a": "1"}), TableRows(), ("a",)),
        (TableRows(0, {"a": "0"}), TableRows(), ()),
        (TableRows(), TableRows(0, {"a": "0"}), ()),
    ],
)
def test_changed(before: TableRows, now: TableRows, changed: tuple[str, ...]) -> None:
    assert before.changed(now) == changed
