"""A session in the way of a lock: who it is, in words, and whether the policy allows to end it."""

from collections.abc import Sequence
from dataclasses import dataclass

from schemachange_operator.api.policy import BlockerRule
from schemachange_operator.core.sql.redaction import redact

QUERY_SHOWN = 120
"""Characters of a query in a message."""
PREPARED = 0
"""The process number under which prepared transactions appear: they have no session."""


@dataclass(frozen=True)
class Blocker:
    """A session in the way, as pg_stat_activity shows it to the login."""

    pid: int
    user: str
    application_name: str = ""
    state: str = ""
    seconds: int | None = None
    """Age of its transaction."""
    query: str = ""
    """What it runs, or ran last, as it is: with literals."""
    backend_type: str = ""
    """client backend, autovacuum worker, walsender, …; empty where the login may not see it."""
    ours: bool = False
    """Whether it logged in as we do."""

    @property
    def visible(self) -> bool:
        """Whether the login may see more of it than its name."""
        return bool(self.backend_type)

    def sentence(self) -> str:
        """One phrase for people, without literals."""
        if self.pid == PREPARED:
            return "a prepared transaction (see pg_prepared_xacts; COMMIT PREPARED or ROLLBACK PREPARED ends it)"
        name = f" ({self.application_name})" if self.application_name else ""
        who = f"pid {self.pid}, user {self.user}{name}" if self.user else f"pid {self.pid}{name}"
        if not self.visible:
            return f"{who}, what it does is not visible (GRANT pg_read_all_stats to the operator's login shows it)"
        kind = "" if self.backend_type == "client backend" else f", {self.backend_type}"
        age = "" if self.seconds is None else f" since {self.seconds} s"
        return f"{who}{kind}, {self.state or 'working'}{age}{self._query()}"

    def _query(self) -> str:
        text = " ".join(redact(self.query).split())
        if not text:
            return ""
        short = text if len(text) <= QUERY_SHOWN else f"{text[: QUERY_SHOWN - 1]}…"
        return f"{', last query' if self.state.startswith('idle') else ', query'}: {short}"


def rule_for(blocker: Blocker, rules: Sequence[BlockerRule]) -> BlockerRule | None:
    """The first rule of the policy that allows to end a blocker; None when none does.

    Only sessions of clients are ever ended, and only those that can be seen: never replication, vacuum of any kind, prepared
    transactions or our own sessions, whatever a rule says.
    """
    if blocker.ours or blocker.pid == PREPARED or blocker.backend_type != "client backend":
        return None
    return next((rule for rule in rules if _matches(blocker, rule)), None)


def rule_words(rule: BlockerRule) -> str:
    """A rule as it stands in the policy."""
    members = rule.model_dump(by_alias=True, exclude_defaults=True)
    return ", ".join(f"{name}: {value}" for name, value in members.items())


def _matches(blocker: Blocker, rule: BlockerRule) -> bool:
    return (
        bool(rule.user or rule.application_name)
        and rule.user in ("", blocker.user)
        and rule.application_name in ("", blocker.application_name)
        and rule.state in ("", blocker.state)
        and blocker.seconds is not None
        and blocker.seconds >= rule.older_than_seconds
    )


def sentences(blockers: Sequence[Blocker]) -> str:
    """All of them in one phrase."""
    return "; ".join(blocker.sentence() for blocker in blockers) or "nobody that could be seen"
