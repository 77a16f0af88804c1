"""pg_restore's complaints: which count, and what is said of them."""

import pytest

from schemachange_operator.runner.rehearsal.restore import _complaints, _stop

OLD_SERVER = """pg_restore: while INITIALIZING:
pg_restore: error: could not execute query: ERROR:  unrecognized configuration parameter "transaction_timeout"
Command was: SET transaction_timeout = 0;
pg_restore: warning: errors ignored on restore: 1
"""


def extension(detail: str) -> str:
    return (
        f"pg_restore: while PROCESSING TOC:\npg_restore: error: could not execute query: ERROR:  {detail}\nCommand was: x\n"
    )


def test_a_newer_program_than_the_server_is_no_failure() -> None:
    assert list(_complaints(OLD_SERVER)) == []


@pytest.mark.parametrize(
    "detail",
    [
        'extension "postgis" is not available',
        'could not open extension control file "/usr/share/postgresql/15/extension/postgis.control": No such file',
    ],
)
def test_a_missing_extension_is_named(detail: str) -> None:
    complaints = list(_complaints(OLD_SERVER + extension(detail)))
    assert len(complaints) == 1
    stop = _stop(complaints)
    assert stop.reason == "RehearsalRestoreFailed"
    assert "lacks the extension postgis" in stop.message
    assert "spec.rehearsal.image" in stop.message


def test_any_other_failure_is_quoted() -> None:
    assert "something odd" in _stop(list(_complaints(extension("something odd")))).message
