"""What docs/how-to/locks.md shows, is so: its policy ends whom it names, its SQL runs, its message is what is told."""

import re
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml

from postgres.support.change import Change, steps
from postgres.support.database import Database
from schemachange_operator.api.policy import LockRules, SchemaPolicySpec

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "locks.md").read_text()
GRANTS, LOOK = re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)
(POLICY,) = (yaml.safe_load(text) for text in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL))
(MESSAGE,) = re.findall(r"```\n(pid .*)\n```", PAGE)
ADD = {"name": "add", "sql": "ALTER TABLE orders ADD COLUMN currency text"}


@pytest.fixture
def orders(database: Database) -> Database:
    database.as_owner("CREATE TABLE orders (id bigint PRIMARY KEY)")
    database.superuser.execute(GRANTS.replace("shop_schemachange", "operator_login"))
    database.superuser.execute(
        "DO $$BEGIN IF to_regrole('report') IS NULL THEN CREATE ROLE report LOGIN PASSWORD 'report'; END IF; END$$"
    )
    database.superuser.execute("GRANT SELECT ON orders TO report")
    return database


def adding(database: Database, root: Path, **changes: Any) -> Change:
    (rule,) = POLICY["spec"]["locks"]["endBlockers"]
    locks = {**POLICY["spec"]["locks"], "endBlockers": [{**rule, **changes}]}
    return Change(database, root, steps(ADD), policy=SchemaPolicySpec.model_validate({"locks": locks}))


def report(database: Database) -> psycopg.Connection[Any]:
    url = database.server.url(database.connection.database, user="report").replace(":postgres@", ":report@")
    session = psycopg.connect(url, autocommit=True, application_name="nightly-report")
    session.execute("BEGIN")
    session.execute("SELECT FROM orders")
    return session


def test_whom_the_page_s_policy_names_is_ended_and_the_message_is_as_the_page_shows(
    orders: Database, tmp_path: Path
) -> None:
    change = adding(orders, tmp_path, olderThanSeconds=0)
    session = report(orders)
    assert change.run("apply", "add").outcome == "Done"
    (line, *_) = [event for event in change.events() if event["event"] == "blocker_ended"]
    assert without_numbers(line["blocker"]) == without_numbers(MESSAGE)
    assert not orders.query("SELECT FROM pg_stat_activity WHERE pid = %s", [session.info.backend_pid])
    session.close()


def test_a_session_that_is_younger_than_the_page_says_is_spared(orders: Database, tmp_path: Path) -> None:
    change = adding(orders, tmp_path)
    change.policy = change.policy.model_copy(
        update={"locks": change.policy.locks.model_copy(update={"patience_seconds": 2})}
    )
    with report(orders) as session:
        assert change.run("apply", "add").reason == "WaitingForLock"
        assert session.execute("SELECT 1").fetchone()


def test_the_page_s_questions_find_and_end_a_session(orders: Database) -> None:
    look, end = LOOK.strip().split("\n")
    session = report(orders)
    pid = session.info.backend_pid
    (found,) = orders.query(look.replace("4711", str(pid)))
    assert (found["usename"], found["application_name"]) == ("report", "nightly-report")
    assert orders.value(end.replace("4711", str(pid))) is True
    with pytest.raises(psycopg.OperationalError):
        session.execute("SELECT 1")


def test_the_page_s_defaults_are_the_defaults() -> None:
    defaults = {name: str(value) if value else "none" for name, value in LockRules().model_dump(by_alias=True).items()}
    told = dict(re.findall(r"^\| `(\w+)` \| (\d+|none) \|", PAGE, re.MULTILINE))
    assert len(told) == 4
    assert told.items() <= defaults.items()


def without_numbers(text: str) -> str:
    return re.sub(r"\d+", "…", text)
