"""Nothing half: no invalid index, no copy of one, no partition that is half detached, no prepared transaction."""

from campaign.checks.reading import Session, rows
from campaign.facts import Facts

INVALID = """
SELECT i.indexrelid::regclass::text AS name FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE (NOT indisvalid OR NOT indisready OR NOT indislive) AND n.nspname <> 'pg_toast'
"""
COPIES = r"""
SELECT c.oid::regclass::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relname ~ '_cc(new|old)[0-9]*$' AND n.nspname <> 'pg_toast'
"""
HALF_DETACHED = "SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhdetachpending"
NOT_VALIDATED = "SELECT conname AS name FROM pg_constraint WHERE NOT convalidated"
PREPARED = "SELECT gid AS name FROM pg_prepared_xacts WHERE database = current_database()"


def check(session: Session, _: Facts) -> list[str]:
    """Look for each kind."""
    kinds = {
        "an invalid index": INVALID,
        "a copy of an index": COPIES,
        "a partition that is half detached": HALF_DETACHED,
        "a constraint that was not validated": NOT_VALIDATED,
        "a prepared transaction": PREPARED,
    }
    return [f"{what} is left: {row['name']}" for what, query in kinds.items() for row in rows(session, query)]
