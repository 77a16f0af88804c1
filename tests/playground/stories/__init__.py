"""The ten examples, carried out and looked at: in the database itself, not only in status.

Each story takes a shop and a way to tell what happens. The cluster tests run each in a shop of its own; the demo runs all of
them in one, while a client reads and writes.
"""

from collections.abc import Callable

from playground.shop import Shop
from playground.stories import approving, crashing, destroying, failing, ordinary, stopping

Tell = Callable[[str], None]
Story = Callable[[Shop, Tell], None]

STORIES: dict[str, Story] = {
    "additive, in five steps": ordinary.five_steps,
    "an index, concurrently": ordinary.index_concurrently,
    "destructive, with a backup": destroying.drop_a_column,
    "fails on the target's data, then mended": failing.third_statement_fails,
    "a rollback that forgets something": failing.half_a_rollback,
    "two changes in the wrong order": ordinary.wrong_order,
    "who may approve": approving.who_may_approve,
    "pods deleted in the middle": crashing.pods_deleted,
    "aborted during the backfill": stopping.abort_during_the_backfill,
    "deleted while it applies, and made again": stopping.deleted_and_made_again,
}
