"""The server's own vacuum of the table, which frees the room that the next batches could use."""

from schemachange_operator.api.throttle_rules import ThrottleRules
from schemachange_operator.core.backfill.throttle import Reading
from schemachange_operator.postgres.session import Session
from schemachange_operator.postgres.signals.signal import Subject, row


class Vacuum:
    """Whether one runs that the policy wants to be let finish."""

    name = "vacuum"

    def watched(self, rules: ThrottleRules) -> bool:
        """Whether any is."""
        return rules.vacuum != "Ignore"

    def read(self, session: Session, subject: Subject) -> Reading:
        """Vacuums."""
        wraparound = subject.rules.vacuum == "Wraparound"
        found = row(session, "vacuum", schema=subject.table.name[0], table=subject.table.name[1], wraparound=wraparound)
        what = "against wraparound" if wraparound else "or analyze by the server"
        text = f"a vacuum {what} runs on {found['relation']} (vacuum is {subject.rules.vacuum})"
        return Reading(self.name, found["running"], 0, text)
