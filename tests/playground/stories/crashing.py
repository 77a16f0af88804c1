"""Pods deleted in the middle: nothing twice, no row left out."""

from collections.abc import Callable

from playground import examples
from playground.installation import SYSTEM_NAMESPACE
from playground.kubectl import Manifest
from playground.patience import wait_for
from playground.shop import Shop
from playground.stories.evidence import ledger_state, steps_done

Tell = Callable[[str], None]

COUNTER = """
CREATE TABLE filled (id bigint);
GRANT INSERT ON filled TO PUBLIC;
CREATE FUNCTION count_fill() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF to_jsonb(OLD) ->> 'total' IS NULL AND to_jsonb(NEW) ->> 'total' IS NOT NULL THEN
    INSERT INTO public.filled VALUES (NEW.id);
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER count_fill AFTER UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION count_fill();
"""
"""Notes each row that is filled, by a trigger that stands before the change is planned."""


def pods_deleted(shop: Shop, tell: Tell) -> None:
    """The operator while a step applies, the runner while rows are filled."""
    with shop.server.session(shop.database) as session:
        session.execute(COUNTER)
    rows = int(shop.ask("SELECT count(*) FROM orders"))
    name = shop.apply(example_for(rows))
    shop.approve(name)
    wait_for_running_step(shop, name, "Applying")
    shop.kubectl.run(
        "delete", "pods", "-n", SYSTEM_NAMESPACE, "-l", "app.kubernetes.io/name=schemachange-operator", "--wait=false"
    )
    tell("the operator's pods are deleted while a step applies")
    shop.wait(name, "Backfilling")
    wait_for("the first rows", lambda: shop.ask("SELECT count(*) FROM orders WHERE total IS NOT NULL") or None, 60)
    uid = shop.change(name)["metadata"]["uid"]
    shop.kubectl.run("delete", "pods", "-n", shop.namespace, "-l", f"schemachange.dev/change-uid={uid}", "--wait=false")
    tell("the runner's pod is deleted while rows are filled")
    assert shop.ask("SELECT count(*) FROM orders WHERE total IS NULL") > 0, "the pod was deleted after the last row"
    status = shop.wait(name, "Completed", seconds=300)
    assert steps_done(shop, name) == "add,fill"
    assert ledger_state(shop, name) == "Completed"
    assert shop.ask("SELECT count(*) FROM orders WHERE total IS NULL") == 0
    assert shop.ask("SELECT count(*) FROM orders WHERE total <> round(amount * 1.19, 2)") == 0
    assert next(step for step in status["steps"] if step["name"] == "fill")["attempts"] > 1
    assert shop.ask("SELECT count(*) FROM (SELECT id FROM filled GROUP BY id HAVING count(*) > 1) AS twice") == 0
    assert shop.ask("SELECT count(*) FROM filled") >= rows
    with shop.server.session(shop.database) as session:
        session.execute("DROP FUNCTION count_fill() CASCADE; DROP TABLE filled")
    tell("both went on by themselves; every row was filled once")


def example_for(rows: int) -> Manifest:
    """The example, with batches so large that the backfill takes some ten seconds whatever the table's size."""
    example = examples.change("08-orders-total.yaml")
    example["spec"]["migration"]["steps"][1]["backfill"]["batchSize"] = max(100, rows // 40)
    return example


def wait_for_running_step(shop: Shop, name: str, phase: str) -> None:
    shop.wait(name, phase)
    # Of this database only: other shops have sleeping statements on the same server.
    question = """
      SELECT count(*) FROM pg_stat_activity
      WHERE datname = current_database() AND application_name LIKE 'schemachange/%' AND wait_event = 'PgSleep'
    """
    wait_for("the statement to run", lambda: shop.ask(question) or None, 60, lambda: shop.describe(name))
