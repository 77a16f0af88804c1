"""SQL that tries to leave its transaction or its role can neither forge a row of the ledger nor lose one."""

from pathlib import Path

import pytest

from postgres.support.change import Change, steps
from postgres.support.database import Database
from schemachange_operator.postgres.ledger_history import check

ORDERS = (
    "CREATE TABLE orders (id bigint PRIMARY KEY, note text); INSERT INTO orders SELECT n, 'x' FROM generate_series(1, 9) n"
)
FORGE = "INSERT INTO schemachange.step (change_id, name, state, attempt) VALUES (1, ''forged'', ''Done'', 1)"
BACK = "EXECUTE 'SET ROLE app_owner';"


def escaped(*statements: str) -> str:
    """A DO block that gets back to the login, does something, and becomes the migration role again."""
    body = " ".join(f"EXECUTE '{statement}';" for statement in statements)
    return f"DO $$BEGIN EXECUTE 'RESET ROLE'; {body} {BACK} END$$"


UNSEEN = [
    escaped(FORGE),
    escaped("DELETE FROM schemachange.change"),
    escaped("UPDATE schemachange.change SET state = ''Completed''"),
    escaped("ALTER TABLE schemachange.step DISABLE TRIGGER ALL", FORGE, "ALTER TABLE schemachange.step ENABLE TRIGGER ALL"),
    escaped("SELECT set_config(''schemachange.runner'', '''', false)", FORGE),
    escaped("CREATE TABLE public.child () INHERITS (schemachange.step)"),
    escaped("GRANT INSERT ON schemachange.step TO app_owner"),
    escaped("ALTER TABLE schemachange.step OWNER TO app_owner"),
    escaped("CREATE RULE forged AS ON INSERT TO schemachange.step DO INSTEAD NOTHING"),
    escaped(
        "CREATE OR REPLACE FUNCTION schemachange.refuse() RETURNS trigger LANGUAGE plpgsql AS ''BEGIN RETURN NULL; END''"
    ),
    escaped("DROP TABLE schemachange.statement"),
    escaped("ALTER TABLE schemachange.step ALTER attempt SET DEFAULT 7"),
    escaped("CREATE POLICY forged ON schemachange.step"),
    escaped("ALTER SCHEMA schemachange RENAME TO elsewhere", "CREATE SCHEMA schemachange"),
    escaped("TRUNCATE schemachange.runner"),
]


@pytest.mark.parametrize("sql", UNSEEN)
def test_a_ledger_that_was_written_behind_its_back_is_seen(database: Database, tmp_path: Path, sql: str) -> None:
    database.as_owner(ORDERS)
    change = Change(
        database,
        tmp_path,
        steps({"name": "good", "sql": "ALTER TABLE orders ADD COLUMN a int"}, {"name": "bad", "sql": sql}),
    )
    assert change.run("apply", "good").outcome == "Done"
    before = database.query("SELECT * FROM schemachange.step")
    report = change.run("apply", "bad")
    assert (report.outcome, report.reason, report.steps_done) == ("Failed", "StatementFailed", ("good",)), report.message
    assert database.query("SELECT * FROM schemachange.step") == before
    with database.session() as session:
        assert check(session) == ()


LEAVING = [
    ("DO $$BEGIN COMMIT; END$$", "2D000"),
    ("DO $$BEGIN ROLLBACK; END$$", "2D000"),
    ("CALL ends()", "2D000"),
    ("DO $$BEGIN CALL ends(); END$$", "2D000"),
    ("SELECT ends_too()", "2D000"),
    ("DO $$BEGIN EXECUTE 'COMMIT'; END$$", "0A000"),
    ("DO $$BEGIN EXECUTE 'PREPARE TRANSACTION ''x'''; END$$", "0A000"),
    ("DO $$BEGIN EXECUTE 'RESET ROLE'; END$$", "changed the role"),
    ("DO $$BEGIN EXECUTE 'SET ROLE NONE'; END$$", "changed the role"),
    ("DO $$BEGIN EXECUTE 'SET LOCAL ROLE operator_login'; END$$", "changed the role"),
    ("DO $$BEGIN EXECUTE 'SET SESSION AUTHORIZATION DEFAULT'; END$$", "changed the role"),
    ("DO $$BEGIN EXECUTE 'SET SESSION AUTHORIZATION postgres'; END$$", "42501"),
    ("DO $$BEGIN EXECUTE 'SET session_replication_role = replica'; END$$", "42501"),
    ("SELECT set_config('role', 'none', false) FROM (SELECT 1) AS x", ""),
]


@pytest.mark.parametrize(("sql", "words"), LEAVING)
def test_what_leaves_its_transaction_or_its_role_is_undone(database: Database, tmp_path: Path, sql: str, words: str) -> None:
    database.as_owner(ORDERS)
    database.as_owner("CREATE PROCEDURE ends() LANGUAGE plpgsql AS $$BEGIN COMMIT; END$$")
    database.as_owner("CREATE FUNCTION ends_too() RETURNS int LANGUAGE plpgsql AS $$BEGIN COMMIT; RETURN 1; END$$")
    change = Change(database, tmp_path, steps({"name": "bad", "sql": f"ALTER TABLE orders ADD COLUMN a int; {sql}"}))
    try:
        report = change.run("apply", "bad")
    except Exception as error:
        # The grammar refuses some of them before anything is asked of the server.
        assert "may not change role" in str(error)
    else:
        assert (report.outcome, report.reason, report.steps_done) == ("Failed", "StatementFailed", ()), report.message
        assert words in report.message
        assert database.query("SELECT FROM schemachange.step") == []
        assert database.query("SELECT FROM schemachange.change") == []
    assert database.query("SELECT FROM pg_attribute WHERE attrelid = 'orders'::regclass AND attname = 'a'") == []


HARMLESS = [
    "DO $$BEGIN EXECUTE 'RESET ALL'; END$$; ALTER TABLE public.orders ADD COLUMN a int",
    "SET search_path = pg_temp, public; CREATE TEMP TABLE step (name text); ALTER TABLE public.orders ADD COLUMN a int",
    "CREATE SCHEMA other; CREATE FUNCTION other.pg_current_xact_id() RETURNS xid8 LANGUAGE sql AS $$SELECT '7'::xid8$$;"
    " SET search_path = other, pg_catalog, public; ALTER TABLE orders ADD COLUMN a int",
    "SET LOCAL search_path = pg_temp; CREATE TEMP TABLE pg_class (oid int); ALTER TABLE public.orders ADD COLUMN a int",
    "SET schemachange.runner = 'someone'; ALTER TABLE orders ADD COLUMN a int",
    "SELECT pg_advisory_unlock_all(); ALTER TABLE orders ADD COLUMN a int",
    "SET default_transaction_read_only = on; ALTER TABLE orders ADD COLUMN a int",
]


@pytest.mark.parametrize("sql", HARMLESS)
def test_what_puts_something_in_the_ledgers_way_changes_nothing(database: Database, tmp_path: Path, sql: str) -> None:
    database.as_owner(ORDERS)
    change = Change(database, tmp_path, steps({"name": "a", "sql": sql}))
    report = change.run("apply", "a")
    assert (report.outcome, report.steps_done) == ("Done", ("a",)), report.message
    (noted,) = [event["transaction"] for event in change.events() if event["event"] == "commit"]
    assert database.value("SELECT transaction_id::text FROM schemachange.step") == noted
    assert database.query("SELECT FROM schemachange.entry WHERE content ->> 'runner' IS NULL AND event LIKE 'Step%%'") == []
    with database.session() as session:
        assert check(session) == ()


def test_a_backfills_expression_cannot_write_the_ledger(database: Database, tmp_path: Path) -> None:
    database.as_owner(ORDERS)
    body = f"BEGIN EXECUTE 'RESET ROLE'; EXECUTE '{FORGE}'; {BACK} RETURN 'x'; END"
    database.as_owner(f"CREATE FUNCTION forge() RETURNS text LANGUAGE plpgsql AS $${body}$$")
    database.as_owner("ALTER TABLE orders ADD COLUMN currency text")
    step = {"name": "fill", "backfill": {"table": "orders", "set": {"currency": "forge()"}, "where": "currency IS NULL"}}
    report = Change(database, tmp_path, steps(step)).run("backfill", "fill")
    assert (report.outcome, report.reason) == ("Failed", "BackfillFailed"), report.message
    assert database.query("SELECT FROM schemachange.step WHERE name = 'forged'") == []


def test_an_assertion_cannot_write_the_ledger(database: Database, tmp_path: Path) -> None:
    database.as_owner(ORDERS)
    body = f"BEGIN EXECUTE 'RESET ROLE'; EXECUTE '{FORGE}'; {BACK} RETURN true; END"
    database.as_owner(f"CREATE FUNCTION forge() RETURNS boolean LANGUAGE plpgsql AS $${body}$$")
    add = {"name": "add", "sql": "ALTER TABLE orders ADD COLUMN currency text"}
    change = Change(database, tmp_path, steps(add), verify=[{"name": "forged", "sql": "SELECT forge()"}])
    change.apply_all()
    report = change.run("verify")
    assert (report.outcome, report.reason) == ("Failed", "AssertionFailed"), report.message
    assert database.query("SELECT FROM schemachange.step WHERE name = 'forged'") == []
