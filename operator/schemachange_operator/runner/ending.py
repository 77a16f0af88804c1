"""Ending sessions in the way, as far as the policy's allow-list goes: cancel first, end later, once each."""

import time
from collections.abc import Sequence

from schemachange_operator.api.policy import BlockerRule
from schemachange_operator.api.reason import Reason
from schemachange_operator.core.blocker import Blocker, rule_for, rule_words
from schemachange_operator.postgres import blockers
from schemachange_operator.postgres.session import Session
from schemachange_operator.runner.output import Output

GRACE = 2.0
"""Seconds that a cancelled session has to let go before it is ended."""


class Ending:
    """What has been done to whom."""

    def __init__(self, rules: Sequence[BlockerRule], output: Output, title: str, step: str) -> None:
        self._rules = rules
        self._output = output
        self._title = title
        self._step = step
        self._cancelled: dict[int, float] = {}
        self._final: set[int] = set()

    def consider(self, session: Session, found: Sequence[Blocker]) -> None:
        """End those of the blockers that the policy names."""
        for blocker in found:
            rule = rule_for(blocker, self._rules)
            if rule is not None and blocker.pid not in self._final:
                self._one(session, blocker, rule)

    def _one(self, session: Session, blocker: Blocker, rule: BlockerRule) -> None:
        since = self._cancelled.get(blocker.pid)
        if since is None:
            self._cancelled[blocker.pid] = time.monotonic()
            if rule.action == "Cancel":
                self._final.add(blocker.pid)
            self._tell(blocker, rule, "cancelled", done=blockers.end(session, blocker, terminate=False))
        elif time.monotonic() - since >= GRACE:
            self._final.add(blocker.pid)
            self._tell(blocker, rule, "terminated", done=blockers.end(session, blocker, terminate=True))

    def _tell(self, blocker: Blocker, rule: BlockerRule, how: str, *, done: bool) -> None:
        event = "blocker_ended" if done else "blocker_not_ended"
        hint = "" if done else "gone already, or the login may not: GRANT pg_signal_backend to it"
        self._output.event(event, how=how, blocker=blocker.sentence(), **({"why": hint} if hint else {}))
        said = f"was {how}" if done else f"could not be {how} ({hint})"
        self._output.notice(
            Reason.BLOCKER_ENDED if done else Reason.BLOCKER_NOT_ENDED,
            f"{self._title} waits for a lock, and in the way was {blocker.sentence()}: it {said}. The policy allows it:"
            f" locks.endBlockers has {rule_words(rule)}.",
            self._step,
        )
