"""After a failover to an asynchronous standby: what was lost is found out and done again, once; nothing else is."""

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from psycopg import errors

from postgres.support.change import Change, steps
from postgres.support.database import Database, create_roles, make_database
from postgres.support.standby import Standby
from postgres.support.waiting import wait_for
from schemachange_operator.api.database import Connection
from schemachange_operator.api.database import Standby as Standing
from schemachange_operator.core.errors import Stop, TryLater
from schemachange_operator.postgres.ledger_history import check, read_history
from schemachange_operator.postgres.session import connect
from schemachange_operator.runner.programs import connection_variables
from testcluster.servers import Server

ORDERS = (
    "CREATE TABLE orders (id bigint PRIMARY KEY, note text); INSERT INTO orders SELECT n, 'x' FROM generate_series(1, 50) n"
)
ADD = {"name": "add", "sql": "ALTER TABLE orders ADD COLUMN currency text; ALTER TABLE orders ADD COLUMN code text"}
FILL = {"name": "fill", "backfill": {"table": "orders", "set": {"currency": "'EUR'"}, "where": "currency IS NULL"}}
INDEX = {"name": "index", "sql": "CREATE INDEX CONCURRENTLY orders_code ON orders (code)"}
NEXT = {"name": "next", "sql": "ALTER TABLE orders ALTER COLUMN currency SET DEFAULT 'EUR'"}
ALL = (ADD, FILL, INDEX, NEXT)
COLUMNS = "SELECT attname FROM pg_attribute WHERE attrelid = 'orders'::regclass AND attnum > 0 ORDER BY attnum"
BLOCKED = Path(__file__).parents[2] / "docs" / "how-to" / "blocked.md"


@pytest.fixture(scope="module")
def settings() -> dict[str, str]:
    return {"wal_level": "replica", "max_wal_senders": "4", "synchronous_standby_names": "", "wal_keep_size": "64MB"}


class Pair:
    """A primary, its standby, and a change that is under way."""

    def __init__(self, primary: Server, standby: Standby, database: Database, root: Path) -> None:
        self.primary, self.standby, self.before = primary, standby, database
        database.as_owner(ORDERS)
        self.change = Change(database, root, steps(*ALL))
        standby.caught_up(database)

    def fail_over(self) -> Database:
        self.before.superuser.close()
        self.primary.kill()
        self.change = replace_database(self.change, self.standby.promote(self.before))
        return self.change.database

    def on(self, step: str, attempt: int = 2) -> Any:
        return self.change.run("backfill" if step == "fill" else "apply", step, attempt=attempt)


def replace_database(change: Change, database: Database) -> Change:
    """The same change, planned as before, on the server that answers now."""
    moved = object.__new__(Change)
    moved.__dict__.update({**change.__dict__, "database": database})
    return moved


@pytest.fixture
def pair(server: Server, settings: dict[str, str], tmp_path: Path) -> Iterator[Pair]:
    with Server(server.major, settings=settings) as primary:
        create_roles(primary)
        database = make_database(primary)
        with Standby(primary, settings=settings) as standby:
            yield Pair(primary, standby, database, tmp_path)


def finish(pair: Pair, *names: str) -> None:
    for name in names:
        report = pair.on(name, attempt=3)
        assert report.outcome == "Done", report.message
    assert pair.change.run("verify").reason == "Completed"
    database = pair.change.database
    assert [row["attname"] for row in database.query(COLUMNS)] == ["id", "note", "currency", "code"]
    assert database.query("SELECT FROM orders WHERE currency IS NULL") == []
    assert database.value("SELECT count(*) FROM pg_index WHERE NOT indisvalid") == 0
    with database.session() as session:
        assert check(session) == ()
        timelines = [one.row["timeline"] for one in read_history(session) if one.event == "RunnerBegan"]
    assert timelines[-1] == 2


def test_a_step_that_was_not_lost_is_not_done_again(pair: Pair) -> None:
    pair.on("add", attempt=1)
    pair.standby.caught_up(pair.before)
    pair.fail_over()
    again = pair.on("add")
    assert (again.outcome, again.already_done) == ("Done", True)
    assert [event["now"][1] for event in pair.change.events() if event["event"] == "server_changed"] == [2]
    finish(pair, "fill", "index", "next")


def test_all_steps_lost_are_done_again(pair: Pair) -> None:
    pair.standby.cut_off(pair.before)
    for step in ("add", "fill", "index"):
        assert pair.on(step, attempt=1).outcome == "Done"
    database = pair.fail_over()
    report = pair.on("next")
    assert (report.outcome, report.reason, report.steps_done) == ("Retry", "StepsLost", ()), report.message
    assert "add, fill, index" in report.message
    assert "timeline 2" in report.message
    assert [row["attname"] for row in database.query(COLUMNS)] == ["id", "note"]
    finish(pair, "add", "fill", "index", "next")


def test_some_steps_lost_are_done_again(pair: Pair) -> None:
    assert pair.on("add", attempt=1).outcome == "Done"
    pair.standby.caught_up(pair.before)
    pair.standby.cut_off(pair.before)
    for step in ("fill", "index", "next"):
        assert pair.on(step, attempt=1).outcome == "Done"
    pair.fail_over()
    report = pair.change.run("verify")
    assert (report.outcome, report.reason, report.steps_done) == ("Retry", "StepsLost", ("add",)), report.message
    finish(pair, "fill", "index", "next")


@pytest.mark.parametrize("replicated", [(), ("add",)])
def test_a_catalog_that_does_not_agree_with_the_ledger_is_not_touched(pair: Pair, replicated: tuple[str, ...]) -> None:
    for step in replicated:
        pair.on(step, attempt=1)
    pair.standby.caught_up(pair.before)
    pair.standby.cut_off(pair.before)
    for step in ("add", "fill", "index")[len(replicated) :]:
        pair.on(step, attempt=1)
    database = pair.fail_over()
    database.as_owner("ALTER TABLE orders ADD COLUMN half_restored int")
    report = pair.on("next")
    assert (report.outcome, report.reason, report.steps_done) == ("Failed", "StateUnproven", replicated), report.message
    assert "not as the ledger left it" in report.message
    if not replicated:
        report = pair.change.run("rollback", steps_done=("add", "fill", "index"))
        assert (report.outcome, report.reason, report.proven) == ("Failed", "StateUnproven", False)
    database.as_owner("ALTER TABLE orders DROP COLUMN half_restored")
    assert pair.on("next").reason in {"StepsLost", "StateUnproven"}


def test_an_index_that_was_being_built_is_built_again(pair: Pair) -> None:
    for step in ("add", "fill"):
        pair.on(step, attempt=1)
    with closing(pair.before.another_superuser()) as writer:
        writer.execute("BEGIN")
        writer.execute("UPDATE orders SET note = 'y' WHERE id = 1")
        process = pair.change.start("apply", "index")
        wait_for(
            pair.before, "SELECT FROM pg_stat_activity WHERE query LIKE 'CREATE INDEX CONC%' AND wait_event_type = 'Lock'"
        )
        pair.standby.caught_up(pair.before)
        database = pair.fail_over()
        assert process.report().reason == "DatabaseUnreachable"
    assert database.query("SELECT indisvalid AS v FROM pg_index WHERE indexrelid = 'orders_code'::regclass") == [
        {"v": False}
    ]
    finish(pair, "index", "next")


def test_a_backfill_goes_on_from_the_checkpoint_that_arrived(pair: Pair) -> None:
    pair.on("add", attempt=1)
    pair.before.superuser.execute(
        "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN PERFORM pg_sleep(0.02); RETURN NEW; END$$;"
        "CREATE TRIGGER slow BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION slow()"
    )
    process = pair.change.start("backfill", "fill")
    wait_for(pair.before, "SELECT FROM schemachange.backfill WHERE batches = 1")
    pair.standby.caught_up(pair.before)
    pair.standby.cut_off(pair.before)
    wait_for(pair.before, "SELECT FROM schemachange.backfill WHERE batches >= 3")
    database = pair.fail_over()
    assert process.report().outcome == "Retry"
    arrived = database.value("SELECT batches FROM schemachange.backfill")
    assert 1 <= arrived < 3
    database.superuser.execute("DROP TRIGGER slow ON orders")
    finish(pair, "fill", "index", "next")


def test_a_standby_is_not_worked_on(pair: Pair) -> None:
    connection = pair.before.connection.model_copy(update={"port": pair.standby.port})
    with pytest.raises(TryLater, match="leads to the primary") as raised:
        pair.change.run("apply", "add", connection=connection)
    assert raised.value.reason == "ServerUnsupported"
    assert pair.on("add", attempt=1).outcome == "Done"


def test_a_ledger_that_came_with_a_copy_is_not_trusted(pair: Pair) -> None:
    pair.on("add", attempt=1)
    pair.before.superuser.execute("UPDATE schemachange.change SET system_identifier = 7")
    report = pair.on("fill")
    assert (report.outcome, report.reason) == ("Failed", "StateUnproven"), report.message
    assert "has the system identifier 7" in report.message or "system identifier 7;" in report.message
    report = pair.change.run("rollback", abort_reason="moved")
    assert report.outcome == "Failed" or report.proven


def test_a_ledger_that_came_with_a_copy_is_trusted_again_as_the_page_says(pair: Pair) -> None:
    pair.on("add", attempt=1)
    pair.before.superuser.execute("UPDATE schemachange.change SET system_identifier = 7")
    assert pair.on("fill").reason == "StateUnproven"
    (block,) = re.findall(r"```sql\n(.*?)```", BLOCKED.read_text(), re.DOTALL)
    assert pair.before.superuser.execute(block).rowcount == 1
    assert pair.on("fill", attempt=2).outcome == "Done"


def test_a_plan_made_on_another_server_is_made_again(pair: Pair) -> None:
    moved = replace_database(pair.change, pair.before)
    moved.plan = moved.plan.model_copy(update={"system_identifier": "7"})
    report = moved.run("apply", "add")
    assert (report.outcome, report.reason, report.steps_done) == ("Failed", "SchemaDrifted", ()), report.message
    assert "system identifier 7" in report.message


def test_a_completed_change_that_a_failover_lost_is_found_out_by_the_next(pair: Pair) -> None:
    first = Change(pair.before, pair.change.root, steps(ADD))
    pair.standby.cut_off(pair.before)
    first.apply_all()
    assert first.run("verify").reason == "Completed"
    depends_on = (first.name,)
    assert next_change(first).run("apply", "a", depends_on=depends_on).outcome == "Done"
    pair.fail_over()
    lost = next_change(replace_database(first, pair.change.database))
    for command, task in (("analyse", "plan"), ("apply", "apply")):
        refused = answer(lost, command, task, depends_on)
        assert (refused.reason, "has nothing of it" in refused.message) == ("DependencyLost", True), refused.message
        assert "shop/orders-currency" in refused.message
    assert lost.database.value("SELECT to_regclass('made')") is None
    again = replace_database(first, pair.change.database)
    assert again.run("apply", "add", attempt=2).outcome == "Done"
    assert "has it as Open" in answer(lost, "apply", "apply", depends_on).message
    assert again.run("verify").reason == "Completed"
    assert lost.run("apply", "a", depends_on=depends_on).outcome == "Done"


def next_change(first: Change) -> Change:
    return first.another("next", relations=("public.made",), steps=steps({"name": "a", "sql": "CREATE TABLE made (id int)"}))


def answer(change: Change, command: str, task: str, depends_on: tuple[str, ...]) -> Any:
    try:
        return change.run(command, "a", task=task, depends_on=depends_on)
    except Stop as error:
        return error


def both(pair: Pair) -> Connection:
    """The address of the primary with its standby beside it."""
    return pair.before.connection.model_copy(update={"standbys": (Standing(host="127.0.0.1", port=pair.standby.port),)})


def test_whichever_of_several_servers_takes_writes_is_worked_on(pair: Pair) -> None:
    connection = both(pair)
    turned = connection.model_copy(
        update={"port": pair.standby.port, "standbys": (Standing(host="127.0.0.1", port=connection.port),)}
    )
    assert pair.change.run("apply", "add", connection=turned).outcome == "Done"
    pair.standby.caught_up(pair.before)
    pair.fail_over()
    for step, command in (("fill", "backfill"), ("index", "apply"), ("next", "apply")):
        report = pair.change.run(command, step, attempt=3, connection=connection)
        assert report.outcome == "Done", report.message
    assert pair.change.run("verify", connection=connection).reason == "Completed"


def test_the_plan_and_its_dump_are_made_on_the_primary_of_several(pair: Pair) -> None:
    connection = both(pair)
    turned = connection.model_copy(
        update={"port": pair.standby.port, "standbys": (Standing(host="127.0.0.1", port=connection.port),)}
    )
    credentials = pair.before.credentials
    for one in (connection, turned):
        with connect(one, credentials, "test", read_only=True) as session:
            assert session.info.port == connection.port
            with pytest.raises(errors.ReadOnlySqlTransaction):
                session.execute("CREATE TABLE made ()")
        with connection_variables(one, credentials, "test") as variables:
            asked = subprocess.run(
                ["psql", "-XAtc", "SELECT pg_is_in_recovery()"],
                env={**os.environ, **variables},
                capture_output=True,
                check=True,
            )
            assert asked.stdout.decode().strip() == "f"


def test_of_several_servers_none_takes_writes(pair: Pair) -> None:
    connection = both(pair)
    pair.before.superuser.close()
    pair.primary.kill()
    for read_only in (False, True):
        with pytest.raises(TryLater) as raised:
            connect(connection, pair.before.credentials, "test", read_only=read_only)
        assert raised.value.reason == "ServerUnsupported", raised.value.message
        assert "goes on by itself" in raised.value.message
