"""Who may approve what."""

from collections.abc import Callable

from playground import examples
from playground.kubectl import KubectlError
from playground.patience import wait_for
from playground.shop import AUTHOR, OWNER, OWNERS_GROUP, STRANGER, Shop
from playground.stories.evidence import has_column

Tell = Callable[[str], None]


def refused(attempt: Callable[[], None]) -> str:
    """What the API server says to an approval that it refuses. Raises AssertionError when it does not."""
    try:
        attempt()
    except KubectlError as error:
        return str(error)
    raise AssertionError("the approval was accepted")


def who_may_approve(shop: Shop, tell: Tell) -> None:
    """A stranger and a forger are refused by the API server; author and old digest are not counted; the owner is."""
    name = shop.apply(examples.change("07-orders-channel.yaml"))
    old = shop.wait_for_plan(name)["status"]["plan"]["digest"]
    assert "approve" in refused(lambda: shop.approve(name, by=STRANGER))
    assert "approvedBy" in refused(lambda: shop.approve(name, by=STRANGER, approvedBy=OWNER))
    assert "onBehalfOf" in refused(lambda: shop.approve(name, by=OWNER, onBehalfOf="somebody-elses-group"))
    tell("a stranger and two forgers are refused by the API server")
    shop.approve(name, by=AUTHOR)
    _wait_for_word(shop, name, "the author cannot approve")
    shop.apply(
        examples.change("07-orders-channel.yaml"), migration={"sql": "ALTER TABLE orders ADD COLUMN channel varchar(20)"}
    )
    wait_for("a new plan", lambda: _digest(shop, name) not in (None, old) or None, describe=lambda: shop.describe(name))
    shop.approve(name, planDigest=old)
    _wait_for_word(shop, name, "another plan digest")
    assert not has_column(shop, "orders", "channel")
    tell("the author and an old digest are not counted")
    shop.approve(name, "otto@example.com", OWNERS_GROUP, onBehalfOf=OWNERS_GROUP)
    status = shop.wait(name, "Completed")
    assert status["approvedBy"] == "otto@example.com"
    assert has_column(shop, "orders", "channel")
    tell("a member of the owning group approves the plan as it is now: completed")


def _wait_for_word(shop: Shop, name: str, word: str) -> None:
    wait_for(word, lambda: word in shop.status(name).get("message", "") or None, 30, lambda: shop.describe(name))
    assert shop.status(name)["phase"] == "AwaitingApproval"


def _digest(shop: Shop, name: str) -> str | None:
    status = shop.status(name)
    return status.get("plan", {}).get("digest") if status.get("phase") == "AwaitingApproval" else None
