"""What the ten examples do not show: other sources of SQL, the application's tests, suspend, freeze, windows, order."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

from playground import examples
from playground.installation import POSTGRES_IMAGE, SYSTEM_NAMESPACE
from playground.kubectl import Kubectl, KubectlError, Manifest
from playground.patience import wait_for
from playground.shop import Shop
from playground.stories.evidence import catalog, has_column, ledger_state


def channel(**spec: Any) -> Manifest:
    """The smallest example, with some members of its spec replaced."""
    change = examples.change("07-orders-channel.yaml")
    change["spec"] |= spec
    return change


def config_map(name: str, data: dict[str, str]) -> Manifest:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data}


def test_sql_from_a_config_map_is_frozen_before_it_runs(shop: Shop) -> None:
    sql = {"up.sql": "ALTER TABLE orders ADD COLUMN channel text", "down.sql": "ALTER TABLE orders DROP COLUMN channel"}
    shop.kubectl.apply(config_map("channel-sql", sql), shop.namespace)
    source = {"name": "channel-sql"}
    name = shop.apply(
        channel(migration={"sqlFrom": {**source, "key": "up.sql"}}, rollback={"sqlFrom": {**source, "key": "down.sql"}})
    )
    first = shop.wait_for_plan(name)["status"]["plan"]["digest"]
    shop.kubectl.apply(
        config_map("channel-sql", {**sql, "up.sql": "ALTER TABLE orders ADD COLUMN channel int"}), shop.namespace
    )
    shop.kubectl.merge("schg", name, shop.namespace, {"metadata": {"annotations": {"looked": "again"}}})
    wait_for("another plan", lambda: _digest(shop, name) not in (None, first) or None, describe=lambda: shop.describe(name))
    shop.carry_out(name)
    assert (
        shop.ask(
            "SELECT atttypid::regtype::text FROM pg_attribute WHERE attname = 'channel' AND attrelid = 'orders'::regclass"
        )
        == "integer"
    )


def _digest(shop: Shop, name: str) -> str | None:
    status = shop.status(name)
    return status["plan"]["digest"] if status.get("phase") == "AwaitingApproval" else None


PSQL = ["sh", "-c", '$(ls -d /usr/lib/postgresql/*/bin | tail -1)/psql -v ON_ERROR_STOP=1 -c "$QUESTION" "$DATABASE_URL"']


@pytest.mark.parametrize(
    ("question", "passes"),
    [
        ("INSERT INTO orders (customer_id, amount, channel) SELECT id, 1, 'web' FROM customers LIMIT 1", True),
        ("SELECT no_such FROM orders", False),
    ],
    ids=["pass", "fail"],
)
def test_the_applications_own_tests_run_against_the_changed_database(shop: Shop, question: str, passes: bool) -> None:
    command = [part.replace("$QUESTION", question) for part in PSQL]
    name = shop.apply(channel(test={"appTests": {"image": POSTGRES_IMAGE, "command": command}}))
    shop.approve(name)
    if passes:
        status = shop.wait(name, "Completed")
        assert "Testing" in [record["phase"] for record in status["history"]]
        assert has_column(shop, "orders", "channel")
        assert shop.ask("SELECT count(*) FROM orders WHERE channel = 'web'") == 0, "the tests ran beside the target"
    else:
        status = shop.wait(name, "Blocked", "AppTestsFailed")
        assert 'column "no_such" does not exist' in status["message"]
        assert ledger_state(shop, name) is None
        assert not has_column(shop, "orders", "channel")


def test_suspend_holds_a_backfill_and_the_content_is_frozen_meanwhile(shop: Shop) -> None:
    example = examples.change("09-orders-weight.yaml")
    example["spec"]["migration"]["steps"][1]["backfill"] |= {"batchSize": 1000, "pause": 500}
    name = shop.apply(example)
    shop.approve(name)
    shop.wait(name, "Backfilling")
    filled = "SELECT count(*) FROM orders WHERE weight IS NOT NULL"
    wait_for("the first rows", lambda: shop.ask(filled) or None, 60)
    shop.kubectl.merge("schg", name, shop.namespace, {"spec": {"suspend": True}})
    shop.wait(name, "Waiting", "Suspended")
    wait_for("the Job to go", lambda: None if _running_jobs(shop) else True, 60)
    stood = shop.ask(filled)
    assert 0 < stood < 20_000
    with pytest.raises(KubectlError, match="frozen"):
        shop.apply(example, migration={"sql": "SELECT 1"}, rollback={"notNeeded": "x"})
    shop.kubectl.merge("schg", name, shop.namespace, {"spec": {"suspend": False}})
    status = shop.wait(name, "Completed")
    assert shop.ask(filled) == 20_000
    assert next(step for step in status["steps"] if step["name"] == "fill")["attempts"] == 2
    with pytest.raises(KubectlError, match="frozen"):
        shop.apply(example, migration={"sql": "SELECT 1"}, rollback={"notNeeded": "x"})


def _running_jobs(shop: Shop) -> list[Manifest]:
    return [job for job in shop.kubectl.list("jobs", shop.namespace) if job["status"].get("active")]


@contextmanager
def blocked_by_a_report(shop: Shop) -> Iterator[str]:
    """A change that is approved while a transaction reads the table that it needs."""
    name = shop.apply(channel())
    shop.wait_for_plan(name)
    with shop.server.session(shop.database) as blocker:
        blocker.execute("SET application_name = 'nightly-report'")
        blocker.execute("BEGIN")
        blocker.execute("SELECT count(*) FROM orders")
        shop.approve(name)
        yield name


def test_a_blocked_lock_is_told_with_its_blocker_and_got_in_the_end(open_shop: Callable[..., Shop]) -> None:
    shop = open_shop()
    with blocked_by_a_report(shop) as name:
        status = shop.wait(name, "Applying", "WaitingForLock")
        assert "nightly-report" in status["message"]
        assert not has_column(shop, "orders", "channel")
    shop.wait(name, "Completed")
    assert has_column(shop, "orders", "channel")


def test_the_blocker_stands_in_a_condition_while_the_one_job_waits_and_no_longer(open_shop: Callable[..., Shop]) -> None:
    shop = open_shop()
    with blocked_by_a_report(shop) as name:
        condition = _condition(shop.wait(name, "Applying", "WaitingForLock"), "WaitingForLock")
        assert condition["status"] == "True"
        assert "nightly-report" in condition["message"]
        assert len(_running_jobs(shop)) == 1, "it is told while the Job waits, not after it has given up"
        assert "nightly-report" in shop.kubectl.run("get", "schg", name, "-n", shop.namespace, "-o", "wide")
    status = shop.wait(name, "Completed")
    assert [step["attempts"] for step in status["steps"]] == [1]
    assert _condition(status, "WaitingForLock")["status"] == "False"


@contextmanager
def reporter(shop: Shop) -> Iterator[psycopg.Connection[Any]]:
    """A session of a role of its own: nobody but a superuser may end a superuser's. The operator's login may end it."""
    role = f"{shop.database}_report"
    with shop.server.session() as administrator:
        administrator.execute(f"GRANT pg_read_all_stats, pg_signal_backend TO {shop.login}")
        administrator.execute(f"CREATE ROLE {role} LOGIN PASSWORD '{shop.password}' IN ROLE {shop.owner_role}")
        try:
            with shop.server.session(shop.database, role, shop.password) as session:
                yield session
        finally:
            administrator.execute(f"DROP ROLE {role}")


def test_a_session_that_the_policy_allows_to_end_is_ended_and_told(open_shop: Callable[..., Shop]) -> None:
    shop = open_shop(policy={"name": "impatient"})
    rule = {"applicationName": "nightly-report", "action": "Terminate"}
    policy = {"kind": "SchemaPolicy", "metadata": {"name": "impatient"}, "spec": {"locks": {"endBlockers": [rule]}}}
    shop.kubectl.apply({"apiVersion": "schemachange.dev/v1alpha1", **policy}, shop.namespace)
    name = shop.apply(channel())
    shop.wait_for_plan(name)
    with reporter(shop) as blocker:
        blocker.execute("SET application_name = 'nightly-report'")
        blocker.execute("BEGIN")
        blocker.execute("SELECT count(*) FROM orders")
        shop.approve(name)
        status = shop.wait(name, "Completed")
        with pytest.raises(psycopg.OperationalError):
            blocker.execute("SELECT 1")
    ended = [notice for notice in status["notices"] if notice["reason"] == "BlockerEnded"]
    assert [("was cancelled" in one["message"], "was terminated" in one["message"]) for one in ended] == [
        (True, False),
        (False, True),
    ]
    assert all("nightly-report" in notice["message"] for notice in ended)
    assert shop.kubectl.run("describe", "schg", name, "-n", shop.namespace).count("BlockerEnded") >= len(ended)


def _condition(status: Manifest, kind: str) -> Manifest:
    return next(one for one in status["conditions"] if one["type"] == kind)


def test_a_drifted_table_is_planned_anew_before_anything_is_applied(shop: Shop) -> None:
    name = shop.apply(channel(apply={"window": "always"}, suspend=True))
    first = shop.wait_for_plan(name)["status"]["plan"]["digest"]
    shop.approve(name)
    shop.wait(name, "Waiting", "Suspended")
    with shop.server.session(shop.database) as session:
        session.execute(f"SET ROLE {shop.owner_role}")
        session.execute("ALTER TABLE orders ADD COLUMN drifted int")
    shop.kubectl.merge("schg", name, shop.namespace, {"spec": {"suspend": False}})
    wait_for("another plan", lambda: _digest(shop, name) not in (None, first) or None, describe=lambda: shop.describe(name))
    assert not has_column(shop, "orders", "channel")
    status = shop.status(name)
    told = [notice["message"] for notice in status["notices"] if notice["reason"] == "SchemaDrifted"]
    assert len(told) == 1 and "column public.orders.drifted added" in told[0]
    assert [one["phase"] for one in status["history"] if one["reason"] == "SchemaDrifted"] == ["Applying"]
    assert "column public.orders.drifted added" in shop.kubectl.run("describe", "schg", name, "-n", shop.namespace)
    shop.carry_out(name)
    assert has_column(shop, "orders", "channel")


def test_an_assertion_that_does_not_hold_blocks_and_abort_undoes(shop: Shop) -> None:
    before = catalog(shop)
    name = shop.apply(channel(verify=[{"name": "cheap", "sql": "SELECT max(amount) < 50 FROM orders"}]))
    shop.approve(name)
    status = shop.wait(name, "Blocked", "AssertionFailed")
    assert "cheap" in status["message"]
    assert has_column(shop, "orders", "channel")
    shop.kubectl.merge("schg", name, shop.namespace, {"spec": {"abort": {"reason": "prices are higher"}}})
    shop.wait(name, "Aborted")
    assert catalog(shop) == before


def test_a_change_used_from_a_namespace_that_is_not_allowed_is_refused(open_shop: Callable[..., Shop]) -> None:
    owner, other = open_shop(rows=10), open_shop(rows=10)
    name = other.apply(channel(database={"name": "orders", "namespace": owner.namespace}))
    assert owner.namespace in other.wait(name, "Blocked", "DatabaseNotAllowed", seconds=30)["message"]
    owner.kubectl.merge("pgdb", "orders", owner.namespace, {"spec": {"allowedNamespaces": [other.namespace]}})
    other.wait(name, "AwaitingApproval", mended=True)
    assert owner.kubectl.list("jobs", other.namespace) == [], "Jobs run in the database's namespace"


def test_nothing_of_the_watch_engine_is_left_on_objects(shop: Shop) -> None:
    name = shop.apply(channel())
    shop.carry_out(name)
    change = shop.change(name)
    assert "finalizers" not in change["metadata"]
    assert "kopf" not in json.dumps([change, shop.kubectl.get("pgdb", "orders", shop.namespace)])
    assert "annotations" not in change["metadata"]


def test_describe_alone_tells_a_newcomer(shop: Shop) -> None:
    name = shop.apply(channel())
    shop.carry_out(name)
    told = shop.kubectl.run("describe", "schg", name, "-n", shop.namespace)
    for word in (
        "Applied and verified",
        "olga@example.com",
        "Planning",
        "AwaitingApproval",
        "Verifying",
        "SchemaChangeApplied",
        "sha256:",
    ):
        assert word in told
    columns = shop.kubectl.run("get", "schg", name, "-n", shop.namespace)
    assert columns.split()[:5] == ["NAME", "PHASE", "STEP", "DATABASE", "REASON"]


def test_two_replicas_run_and_one_leads(kubectl: Kubectl) -> None:
    pods = kubectl.list("pods", SYSTEM_NAMESPACE, "app.kubernetes.io/name=schemachange-operator")
    lease = kubectl.list("leases", SYSTEM_NAMESPACE)[0]
    assert len(pods) >= 2
    assert lease["spec"]["holderIdentity"]
