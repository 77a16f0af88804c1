"""Whether every row that the application was promised is there, once, and none that it never wrote."""

from campaign.cluster.application import Writes
from playground.shop import Shop

INSERTED = "SELECT (amount - 1000000)::bigint AS n, count(*) AS times FROM orders WHERE amount BETWEEN 1000000 AND 4999999 GROUP BY 1"
UPDATED = "SELECT id AS n, floor(amount / 5000000)::bigint AS times FROM orders WHERE amount >= 5000000"


def check(shop: Shop, writes: Writes, *, lossy: bool) -> tuple[str, ...]:
    """Every violation, as a sentence. `lossy`: an asynchronous standby took over, which loses what it had not received."""
    with shop.server.session(shop.database) as session:
        inserted = {int(row["n"]): int(row["times"]) for row in session.execute(INSERTED).fetchall()}
        updated = {int(row["n"]): int(row["times"]) for row in session.execute(UPDATED).fetchall()}
    found = {**inserted, **updated}
    lost = [] if lossy else sorted(n for n in writes.done if n not in found)
    twice = sorted(n for n, times in found.items() if times != 1)
    made_up = sorted(n for n in found if n <= writes.last and n not in writes.done and n not in writes.uncertain)
    told = ((lost, "lost"), (twice, "there more than once"), (made_up, "never written"))
    return tuple(f"{len(rows)} rows of the application are {what}: {rows[:5]}" for rows, what in told if rows)
