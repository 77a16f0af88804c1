"""pg_terminate_backend: of the session that asks, of the others, of all."""

from campaign.faults.fault import Fault
from campaign.proxy import Link
from campaign.stage import Stage

OURS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND starts_with(application_name, 'schemachange/')"
)


def own(stage: Stage, link: Link | None) -> None:
    """The session on whose connection the boundary is; at a time, any one."""
    with stage.superuser() as session:
        if link is not None and link.backend:
            session.execute("SELECT pg_terminate_backend(%s)", (link.backend,))
        else:
            session.execute(
                f"{OURS} AND pid = (SELECT min(pid) FROM pg_stat_activity WHERE application_name ~ '^schemachange/')"
            )


def others(stage: Stage, link: Link | None) -> None:
    """The sessions beside it: the lock's, the guard's."""
    with stage.superuser() as session:
        session.execute(f"{OURS} AND pid <> %s", (link.backend if link else 0,))


def every(stage: Stage, _: Link | None) -> None:
    """All of them."""
    with stage.superuser() as session:
        session.execute(OURS)


FAULTS = {"end-session": Fault(own), "end-other-sessions": Fault(others), "end-all-sessions": Fault(every)}
