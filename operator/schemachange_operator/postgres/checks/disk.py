"""Whether the disk has room for what the step writes anew."""

from psycopg import errors

from schemachange_operator.api.reason import Reason
from schemachange_operator.core.circumstances import size
from schemachange_operator.core.disk_room import TOLD_BYTES, Need, free_bytes, rewritten
from schemachange_operator.core.errors import TryLater
from schemachange_operator.postgres.checks.about import About
from schemachange_operator.postgres.queries import query
from schemachange_operator.postgres.session import Session


def check(session: Session, about: About) -> tuple[str, ...]:
    """Tell what is needed where the disk's size is not known. Raises TryLater(DiskTooSmall) where it does not fit."""
    foretold = rewritten(about.planned) if about.planned else ()
    row = session.execute(query("check_disk_tables"), {"relations": list(foretold)}).fetchone() if foretold else None
    if row is None or not row["bytes"]:
        return ()
    needed = Need(tuple(row["relations"]), row["bytes"])
    if about.disk_mebibytes is None:
        return _not_known(needed)
    free = free_bytes(about.disk_mebibytes, _bytes(session, "databases") + _bytes(session, "log"))
    if needed.bytes > free:
        raise TryLater(
            Reason.DISK_TOO_SMALL,
            f"{about.title}: {needed.sentence()}, and at most {size(free)} ({free} bytes) are free: spec.diskMebibytes of the"
            " PostgresDatabase less the databases and the log. Nothing was run; tried again later. Make room, or enlarge the disk"
            " and say so in spec.diskMebibytes.",
        )
    return ()


def _not_known(needed: Need) -> tuple[str, ...]:
    if needed.bytes < TOLD_BYTES:
        return ()
    return (
        f"{needed.sentence()}. How much room the server's disk has left is not known: SQL cannot tell. With"
        " spec.diskMebibytes of the PostgresDatabase it is reckoned before each step.",
    )


def _bytes(session: Session, what: str) -> int:
    """None of it where the login may not ask: what is free is then less than is said."""
    try:
        row = session.execute(query(f"check_disk_{what}")).fetchone()
    except errors.InsufficientPrivilege:
        return 0
    return int(row["bytes"]) if row else 0
