"""The independent checker: reads databases and folders after a run, and shares no code with the operator."""

from collections.abc import Callable

import psycopg
from psycopg.rows import dict_row

from campaign.checks import backup_folder, catalog_state, client_rows, debris, effects, ledger_chain, ledger_steps, sessions
from campaign.checks.reading import Session, catalog
from campaign.facts import Facts

__all__ = ["CHECKS", "catalog", "check", "ledger_dump"]

Check = Callable[[Session, Facts], list[str]]

CHECKS: dict[str, Check] = {
    "catalog": catalog_state.check,
    "effects": effects.check,
    "ledger steps": ledger_steps.check,
    "ledger chain": ledger_chain.check,
    "debris": debris.check,
    "sessions": sessions.check,
    "client": client_rows.check,
    "backups": backup_folder.check,
}


def check(facts: Facts) -> tuple[str, ...]:
    """Every violation, as a sentence; none is what is wanted."""
    with psycopg.connect(facts.url, autocommit=True, row_factory=dict_row, application_name="checker") as session:
        return tuple(f"{name}: {found}" for name, one in CHECKS.items() for found in _found(one, session, facts))


def _found(one: Check, session: Session, facts: Facts) -> list[str]:
    try:
        return one(session, facts)
    except psycopg.Error as error:
        return [f"cannot be checked: {error.diag.message_primary or type(error).__name__}"]


def ledger_dump(url: str) -> str:
    """The ledger as text, for the trace of a violation."""
    with psycopg.connect(url, autocommit=True, row_factory=dict_row, application_name="checker") as session:
        if session.execute("SELECT to_regclass('schemachange.entry') AS there").fetchone() == {"there": None}:
            return "no ledger\n"
        rows = session.execute("SELECT sequence, written_at, event, content FROM schemachange.entry ORDER BY sequence")
        return "".join(f"{row['sequence']} {row['written_at']} {row['event']} {row['content']}\n" for row in rows)
