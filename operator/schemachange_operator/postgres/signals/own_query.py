"""A query of the policy's own."""

from typing import Any

from schemachange_operator.api.throttle_rules import ThrottleRules
from schemachange_operator.core.backfill.throttle import Reading
from schemachange_operator.postgres import preflight
from schemachange_operator.postgres.session import Session
from schemachange_operator.postgres.signals.signal import Subject, Unreadable


class OwnQuery:
    """Whether it answers true."""

    name = "query"

    def watched(self, rules: ThrottleRules) -> bool:
        """Whether there is one."""
        return bool(rules.query)

    def read(self, session: Session, subject: Subject) -> Reading:
        """0 or 1. Raises Unreadable for any answer but one row with one boolean."""
        trusted: Any = subject.rules.query
        session.execute(preflight.become(subject.migration_role))
        cursor = session.execute(trusted)
        rows = cursor.fetchmany(2) if cursor.description else []
        values = list(rows[0].values()) if len(rows) == 1 and len(cursor.description or ()) == 1 else []
        if not values or not isinstance(values[0], bool):
            raise Unreadable("it has to answer one row with one boolean")
        return Reading(self.name, int(values[0]), 0, "the policy's own query says so (query)")
