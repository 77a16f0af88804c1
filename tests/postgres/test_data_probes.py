"""What the plan asks of the target's rows: the answer is what the server does when the statement runs."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from postgres.support.database import Database
from postgres.support.planning import Planning
from schemachange_operator.core.plan import Probe
from schemachange_operator.core.probes.expressions import HARMLESS
from schemachange_operator.core.probes.question import Question, Rows
from schemachange_operator.runner.analysis.facts import FACTS, Facts, read_facts
from schemachange_operator.runner.analysis.probing import ask
from schemachange_operator.runner.environment import Environment
from schemachange_operator.runner.output import Output
from testcluster.servers import Server

SECRET = "s3cret-v4lue"
TABLES = f"""
CREATE DOMAIN score AS integer;
CREATE TYPE mood AS ENUM ('sad', 'glad');
CREATE TABLE makers (id integer PRIMARY KEY, name text);
CREATE TABLE things (
  id integer PRIMARY KEY, maker integer, code text, note text, size bigint, price numeric(10, 2), points score, temper mood,
  room integer, period int4range, flags bit varying(8), free text);
CREATE TABLE labels (thing integer, label varchar(20), lang text);
CREATE TABLE logs (at date, kind text) PARTITION BY RANGE (at);
CREATE TABLE logs_rest PARTITION OF logs DEFAULT;
CREATE TABLE logs_2025 (at date, kind text);
CREATE TABLE sorts (kind text, id integer) PARTITION BY LIST (kind);
CREATE TABLE sorts_a (kind text, id integer);
INSERT INTO makers VALUES (1, 'one');
INSERT INTO things VALUES
  (1, 1, 'a', NULL, 5, 12.5, 3, 'sad', 1, '[1,5)', '1', 'x'),
  (2, 7, 'A', '{SECRET}', 50000000000, 99999.99, -3, 'glad', 1, '[4,9)', '10101010', 'y'),
  (3, NULL, 'b', '12', 7, 1, NULL, NULL, 2, '[4,9)', '1010', 'z');
INSERT INTO labels VALUES (1, '{SECRET}', 'en'), (1, 'x', NULL), (1, 'x', NULL);
INSERT INTO logs_2025 VALUES ('2025-03-01', 'x'), ('2026-03-01', 'x');
INSERT INTO logs VALUES ('2024-06-01', '{SECRET}');
INSERT INTO sorts_a VALUES ('a', 1), (NULL, 2);
ALTER TABLE things ADD CONSTRAINT maker_known FOREIGN KEY (maker) REFERENCES makers NOT VALID;
ALTER TABLE things ADD CONSTRAINT small CHECK (size < 1000) NOT VALID;
"""

ASKED: tuple[tuple[str, int], ...] = (
    ("ALTER TABLE things ALTER note SET NOT NULL", 1),
    ("ALTER TABLE things ALTER code SET NOT NULL", 0),
    ("ALTER TABLE things ADD CONSTRAINT c CHECK (note IS NOT NULL)", 1),
    ("ALTER TABLE things ADD UNIQUE (code)", 0),
    ("ALTER TABLE things ADD UNIQUE (room)", 1),
    ("CREATE UNIQUE INDEX ON things (lower(code))", 1),
    ("CREATE UNIQUE INDEX ON things (room) WHERE size < 1000", 0),
    ("CREATE UNIQUE INDEX ON things (room) WHERE lower(free) <> 'z'", 1),
    ("CREATE UNIQUE INDEX ON labels (label, lang)", 0),
    ("ALTER TABLE things DROP CONSTRAINT things_pkey;\nALTER TABLE things ADD PRIMARY KEY (maker)", 1),
    ("ALTER TABLE labels ADD PRIMARY KEY (thing, label)", 1),
    ("ALTER TABLE things ADD FOREIGN KEY (maker) REFERENCES makers", 1),
    ("ALTER TABLE labels ADD FOREIGN KEY (thing) REFERENCES things (id)", 0),
    ("ALTER TABLE things VALIDATE CONSTRAINT maker_known", 1),
    ("ALTER TABLE things VALIDATE CONSTRAINT small", 1),
    ("ALTER TABLE things ADD CONSTRAINT n CHECK (size > 0 AND char_length(code) = 1) NOT VALID;\n"
     "ALTER TABLE things VALIDATE CONSTRAINT n", 0),
    ("ALTER TABLE things ADD CHECK (things.size < 100)", 1),
    ("ALTER TABLE things ADD CHECK (10 / (size - 5) > 0)", 1),
    ("ALTER DOMAIN score ADD CONSTRAINT positive CHECK (VALUE > 0)", 1),
    ("ALTER DOMAIN score ADD CONSTRAINT high CHECK (VALUE < 100 OR VALUE IS NULL)", 0),
    ("ALTER DOMAIN score SET NOT NULL", 1),
    ("ALTER TABLE things ALTER note TYPE varchar(5)", 1),
    ("ALTER TABLE things ALTER code TYPE varchar(5)", 0),
    ("ALTER TABLE things ALTER note TYPE varchar(5) USING note::varchar(5)", 0),
    ("ALTER TABLE things ALTER size TYPE integer", 1),
    ("ALTER TABLE things ALTER room TYPE smallint", 0),
    ("ALTER TABLE things ALTER price TYPE numeric(6, 2)", 1),
    ("ALTER TABLE things ALTER price TYPE numeric(6, 1)", 1),
    ("ALTER TABLE things ALTER note TYPE integer USING note::integer", 1),
    ("ALTER TABLE things ALTER note TYPE integer USING nullif(regexp_replace(note, '\\D', '', 'g'), '')::integer", 0),
    ("ALTER TABLE things ALTER flags TYPE bit(4)", 1),
    ("ALTER TABLE things ALTER flags TYPE varbit(4)", 1),
    ("CREATE TYPE new_mood AS ENUM ('sad');\nALTER TABLE things ALTER temper TYPE new_mood USING temper::text::new_mood", 1),
    ("CREATE TYPE new_mood AS ENUM ('sad', 'glad');\nALTER TABLE things ALTER temper TYPE new_mood USING temper::text::new_mood",
     0),
    ("ALTER TABLE things ALTER code TYPE mood USING code::mood", 1),
    ("ALTER TABLE things ADD EXCLUDE USING gist (room WITH =, period WITH &&)", 1),
    ("ALTER TABLE things ADD EXCLUDE USING gist (id WITH =, period WITH &&)", 0),
    ("ALTER TABLE things ADD EXCLUDE USING gist (room WITH =, period WITH &&) WHERE (id > 1)", 0),
    ("ALTER TABLE logs ATTACH PARTITION logs_2025 FOR VALUES FROM ('2025-01-01') TO ('2026-01-01')", 1),
    ("ALTER TABLE logs ATTACH PARTITION logs_2025 FOR VALUES FROM ('2025-01-01') TO ('2027-01-01')", 0),
    ("CREATE TABLE logs_2024 PARTITION OF logs FOR VALUES FROM ('2024-01-01') TO ('2025-01-01')", 1),
    ("CREATE TABLE logs_old PARTITION OF logs FOR VALUES FROM (MINVALUE) TO ('2024-01-01')", 0),
    ("ALTER TABLE sorts ATTACH PARTITION sorts_a FOR VALUES IN ('a')", 1),
    ("ALTER TABLE sorts ATTACH PARTITION sorts_a FOR VALUES IN ('a', NULL)", 0),
)  # fmt: skip
"""A change of one step, and whether it fails on these rows."""


Plan = Callable[..., Planning]


@pytest.fixture
def shop(database: Database) -> Database:
    database.superuser.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    database.as_owner(TABLES)
    return database


@pytest.fixture
def plan(shop: Database, throwaway: Server, tmp_path: Path) -> Plan:
    def make(*steps: dict[str, Any], **members: Any) -> Planning:
        full = [{"undo": {"notNeeded": "a test"}, **step} for step in steps]
        return Planning(shop, throwaway, tmp_path, full, members=members)

    return make


def facts(planning: Planning) -> Facts:
    (planning.folders.work / FACTS).unlink(missing_ok=True)
    report = planning.run("analyse")
    assert SECRET not in report.message + planning.log.getvalue()
    if report.reason == "RuleViolated":
        planning.members["policy"] = {**planning.members.get("policy", {}), "rules": {"data-violates": "Warn"}}
        report = planning.run("analyse")
    assert report.outcome == "Done", report
    found = read_facts(planning.folders.work)
    assert SECRET not in found.model_dump_json()
    return found


def fails(database: Database, text: str) -> bool:
    try:
        with database.superuser.transaction(force_rollback=True):
            database.superuser.execute(text)
    except (psycopg.IntegrityError, psycopg.DataError):
        return True
    return False


def test_an_answer_is_what_the_server_does(shop: Database, plan: Plan) -> None:
    wrong = []
    for text, expected in ASKED:
        assert fails(shop, text) == bool(expected), text
        probes = facts(plan({"name": "one", "sql": text})).probes
        answers = {probe.answer for probe in probes}
        if not probes or "NotAsked" in answers or ("Violated" in answers) != bool(expected):
            wrong.append((text, probes))
    assert wrong == []


def only(planning: Planning) -> tuple[Facts, Probe]:
    found = facts(planning)
    (probe,) = found.probes
    return found, probe


def test_a_violation_stops_the_change_before_anything_is_tried(plan: Plan) -> None:
    step = {"name": "one", "sql": "SELECT 1;\nALTER TABLE things ALTER note SET NOT NULL"}
    report = plan(step).run("analyse")
    assert (report.outcome, report.reason) == ("Failed", "RuleViolated")
    assert "data-violates" in report.message and "rows with NULL in note: 1 found" in report.message
    waived = {"record": {"waivers": [{"rule": "data-violates", "reason": "they are gone by then"}]}}
    report = plan(step, **waived).run("analyse")
    assert report.outcome == "Done"


@pytest.mark.parametrize(
    "before",
    [
        {"name": "mend", "sql": "UPDATE things SET note = '' WHERE note IS NULL"},
        {"name": "mend", "backfill": {"table": "things", "set": {"note": "''"}, "where": "note IS NULL"}},
        {"name": "mend", "sql": "DO $$ BEGIN EXECUTE 'UPDATE ' || 'things'; END $$"},
        {"name": "mend", "sql": "TRUNCATE things"},
    ],
    ids=["update", "backfill", "opaque", "truncate"],
)
def test_rows_that_an_earlier_step_may_mend_stop_nothing(plan: Plan, before: dict[str, Any]) -> None:
    found, probe = only(plan(before, {"name": "one", "sql": "ALTER TABLE things ALTER note SET NOT NULL"}))
    assert (probe.answer, probe.rows, probe.reason) == ("Violated", 1, "step mend changes rows before")
    assert "data-violates" not in {one.rule for one in found.findings}


def test_a_later_step_mends_nothing(plan: Plan) -> None:
    found, probe = only(
        plan(
            {"name": "one", "sql": "ALTER TABLE things ALTER note SET NOT NULL"},
            {"name": "late", "sql": "UPDATE things SET note = '' WHERE note IS NULL"},
        )
    )
    assert probe.reason == ""
    assert "data-violates" in {one.rule for one in found.findings}


NOT_ASKED = (
    ("ALTER TABLE things ADD CHECK (maker_of(id) > 0)", "function"),
    ("ALTER TABLE things ADD CHECK (pg_sleep(1) IS NULL)", "function"),
    ("ALTER TABLE things ADD CHECK (public.char_length(code) > 0)", "function"),
    ("ALTER TABLE things ALTER code TYPE integer USING length((SELECT 'x'))", "function"),
    ("CREATE TABLE later (id integer PRIMARY KEY);\nALTER TABLE labels ADD FOREIGN KEY (thing) REFERENCES later", "before the change"),
    ("ALTER TABLE things RENAME note TO remark;\nALTER TABLE things ALTER remark SET NOT NULL", "42703"),
)  # fmt: skip


@pytest.mark.parametrize(("text", "why"), NOT_ASKED)
def test_what_cannot_be_asked_says_why(plan: Plan, text: str, why: str) -> None:
    _, probe = only(plan({"name": "one", "sql": text}))
    assert probe.answer == "NotAsked" and why in probe.reason


def test_too_dear_and_too_slow_a_question_is_not_asked(plan: Plan, shop: Database) -> None:
    step = {"name": "one", "sql": "ALTER TABLE things ALTER note SET NOT NULL"}
    _, probe = only(plan(step, policy={"probes": {"maxCost": 0}}))
    assert probe.answer == "NotAsked" and "limit is 0" in probe.reason
    shop.as_owner("TRUNCATE labels; INSERT INTO labels SELECT g, g, 'x' FROM generate_series(1, 30000) g")
    slow = {"name": "one", "sql": "ALTER TABLE labels ADD EXCLUDE USING gist (thing WITH <>, lang WITH <>)"}
    _, probe = only(plan(slow, policy={"probes": {"maxCost": 1_000_000_000, "timeoutSeconds": 1}}))
    assert (probe.answer, probe.reason) == ("NotAsked", "it took longer than the 1 s that the policy gives it")


def test_a_table_that_somebody_holds_is_not_waited_for(plan: Plan, shop: Database) -> None:
    planning = plan({"name": "one", "sql": "SELECT 1"})
    environment = Environment(planning.request(), planning.content, None, planning.folders, Output(planning.log))
    question = Question("one", 1, "public.things", "rows with NULL in note", Rows("note IS NULL"))
    with shop.another_superuser() as other, other.transaction(), shop.session(read_only=True) as session:
        (probe,) = ask(environment, session, (question,))
        assert probe.answer == "Violated"
        other.execute("LOCK TABLE things")
        (probe,) = ask(environment, session, (question,))
    assert (probe.answer, probe.reason) == ("NotAsked", "another session holds the table")


def test_what_exists_only_after_the_change_is_not_asked(plan: Plan) -> None:
    text = (
        "ALTER TABLE things ADD COLUMN a int;\nALTER TABLE things ALTER a SET NOT NULL;\nALTER TABLE things ADD UNIQUE (a);\n"
        "ALTER TABLE things ADD CHECK (a > 0);\nCREATE TABLE n (id int);\nALTER TABLE n ALTER id SET NOT NULL;\n"
        "ALTER TABLE things ALTER room TYPE bigint;\nALTER TABLE things ALTER note TYPE text;\n"
        "ALTER TABLE things ADD CHECK (size < 5) NOT VALID"
    )
    assert facts(plan({"name": "one", "sql": text})).probes == ()


def test_the_functions_that_a_probe_may_call_only_compute(shop: Database) -> None:
    rows = shop.query(
        "SELECT proname::text AS name, bool_or(provolatile = 'v') AS volatile FROM pg_proc"
        " WHERE pronamespace = 'pg_catalog'::regnamespace AND proname = ANY (%s) GROUP BY proname",
        [list(HARMLESS)],
    )
    assert {row["name"] for row in rows if row["volatile"]} == set()
    missing = HARMLESS - {row["name"] for row in rows}
    assert missing <= ({"regexp_like", "to_ascii"} if shop.server.major < 15 else set())
