"""The network: a connection reset, an answer that never comes, a server that does not notice that its client is gone."""

import signal

from campaign.faults.fault import Boundary, Fault
from campaign.proxy import Link
from campaign.stage import Stage


def reset(stage: Stage, link: Link | None) -> None:
    """One connection, or at a time all of them."""
    if link is not None:
        link.reset()
    else:
        stage.proxy.each(Link.reset)


def reset_all(stage: Stage, _: Link | None) -> None:
    """All of them."""
    stage.proxy.each(Link.reset)


def lose_answer(_: Stage, link: Link | None) -> None:
    """The server has answered; nobody hears it, and the connection is gone."""
    if link is not None:
        link.reset()


def commits(boundary: Boundary) -> bool:
    """Answers that tell that something is done for good."""
    text = boundary.text.upper()
    return text.startswith("COMMIT") or "CONCURRENTLY" in text or "ADD VALUE" in text


def half_open(stage: Stage, _: Link | None) -> None:
    """The runner's node is gone; PostgreSQL finds that out seconds later, for each session at its own time."""
    stage.proxy.each(Link.drop_client)
    if (current := stage.current) is not None:
        current.signal(signal.SIGKILL)
    for link in list(stage.proxy.links):
        stage.later(stage.chance.choice((0.0, 0.5, 2.0, 4.0)), link.drop_server)


FAULTS = {
    "reset": Fault(reset),
    "reset-all": Fault(reset_all),
    "lost-answer": Fault(lose_answer, places=("after",), meets=commits, at_times=False),
    "half-open": Fault(half_open),
}
