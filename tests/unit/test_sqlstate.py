"""Errors of a connection that never came about, by their words."""

import psycopg

from schemachange_operator.api.reason import Reason
from schemachange_operator.core.errors import Stop
from schemachange_operator.postgres.sqlstate import reason_of


def test_a_pooler_that_refuses_our_settings_is_called_a_pooler() -> None:
    said = 'connection to server at "10.0.0.1", port 6432 failed: FATAL:  unsupported startup parameter: options'
    error = reason_of(psycopg.OperationalError(said))
    assert isinstance(error, Stop) and error.reason == Reason.SERVER_UNSUPPORTED and "pooler" in error.message
