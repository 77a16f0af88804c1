"""Sets everything up, tells the ten stories in one shop, and sums up."""

import sys
import traceback
from collections.abc import Callable

import psycopg

from demo.keeper import Keeper
from demo.killing import invite
from demo.terminal import Terminal
from demo.watcher import Watcher, phases_and_times
from playground.busy_client import BusyClient
from playground.installation import POSTGRES, prepare
from playground.kubectl import KubectlError, administrator
from playground.server import Server
from playground.shop import Shop
from playground.stories import STORIES, Story
from testcluster.providers import current_cluster

ROWS = 300_000
PATIENCE = 4.0
TROUBLE = (AssertionError, KubectlError, psycopg.Error)
"""What a story ends with when it goes otherwise; the next one is told all the same."""
NAMESPACE = "shop"
COLUMNS = """
SELECT string_agg(attname, ', ' ORDER BY attnum) FROM pg_attribute
WHERE attrelid = to_regclass('{}') AND attnum > 0 AND NOT attisdropped
"""


def main() -> int:
    """0 when every story went as told."""
    terminal = Terminal()
    terminal.title("Setting up: cluster, images, operator, database server (the first time takes a while)")
    terminal.say("Once the stories begin, kill whatever you like, as often as you like: the commands are said then.")
    prepare()
    with Server(administrator(), POSTGRES) as server:
        shop = Shop(NAMESPACE, server, rows=ROWS, patience=PATIENCE)
        terminal.title(f"Opening a shop with {ROWS:,} orders, and a client that reads and writes all the while")
        shop.close_and_wait()
        shop.open()
        client = BusyClient(shop).start()
        invite(terminal, shop, current_cluster())
        with Keeper(current_cluster(), terminal.say), Watcher(shop, terminal.say) as watcher:
            failed = tell_all(terminal, shop, client)
            try:
                summary(terminal, shop, watcher, client)
            except TROUBLE as error:
                terminal.bad(f"no summary: {error}")
    for name in failed:
        terminal.bad(f"{name}: not as told")
    farewell(terminal)
    return 1 if failed else 0


def tell_all(terminal: Terminal, shop: Shop, client: BusyClient) -> list[str]:
    """All stories, and after each the worst that the client has felt so far; the names of those that went otherwise."""
    failed = []
    for number, (name, story) in enumerate(STORIES.items(), 1):
        if not told(terminal, shop, number, name, story):
            failed.append(name)
        felt = client.felt() or {}
        terminal.say(f"the client's worst call so far: {felt.get('worst_ms')} ms ({felt.get('worst_call')})")
    return failed


def told(terminal: Terminal, shop: Shop, number: int, name: str, story: Story) -> bool:
    """One story; whether it went as told."""
    terminal.title(f"{number}. {name}")
    tell: Callable[[str], None] = terminal.good
    try:
        story(shop, tell)
    except TROUBLE as error:
        terminal.bad(str(error) or traceback.format_exc(limit=-1))
        terminal.say("(whoever kills in the very moment that a story looks at spoils the story, not the change)")
        terminal.say(f"look: kubectl -n {shop.namespace} describe schg; kubectl -n {shop.namespace} get jobs,pods")
        return False
    return True


def summary(terminal: Terminal, shop: Shop, watcher: Watcher, client: BusyClient) -> None:
    """Each change, what the client felt, and the state of the database."""
    terminal.title("What became of each change")
    rows = [(name, s["phase"], s.get("reason", ""), phases_and_times(s)) for name, s in watcher.seen.items()]
    terminal.table(("change", "phase", "reason", "phases and times"), rows)
    felt = client.felt() or {}
    terminal.title("What the client felt")
    terminal.say(
        f"{felt.get('calls', 0):,} calls, {felt.get('failures', 0)} failed {felt.get('last_error', '')}; mean {felt.get('mean_ms')} ms,"
        f" worst {felt.get('worst_ms')} ms ({felt.get('worst_call')})"
    )
    terminal.title("The state of the database")
    terminal.say(f"orders: {shop.ask('SELECT count(*) FROM orders'):,} rows")
    for table in ("orders", "customers", "vouchers"):
        terminal.say(f"{table}: {shop.ask(COLUMNS.format(table))}")
    with shop.server.session(shop.database) as session:
        found = session.execute(
            "SELECT name, state, opened_at::time(0) AS opened, closed_at::time(0) AS closed FROM schemachange.change ORDER BY opened_at"
        )
        ledger = [tuple(str(value) for value in row.values()) for row in found]
    terminal.table(("ledger: change", "state", "opened", "closed"), ledger)


def farewell(terminal: Terminal) -> None:
    """Where to look on."""
    kubectl = administrator()
    terminal.title("The cluster is still up. Look around:")
    terminal.say(f"export KUBECONFIG={kubectl.kubeconfig}")
    terminal.say(f"{kubectl.program} -n {NAMESPACE} get schg -o wide")
    terminal.say(f"{kubectl.program} -n {NAMESPACE} describe schg orders-currency")
    terminal.say("make clean takes everything away again")


if __name__ == "__main__":
    sys.exit(main())
