"""The page as a data owner reads it: every part of a plan is on it, the verdict says the gravest, and nothing is made up."""

import re
from pathlib import Path
from typing import Any

import pytest

from schemachange_operator.api.migration import AppTests, Assertion
from schemachange_operator.api.policy import SchemaPolicySpec
from schemachange_operator.api.schema_change import Apply, Backup, ChangeReference
from schemachange_operator.api.schema_change import Test as Tried
from schemachange_operator.core.finding import Finding
from schemachange_operator.core.page.subject import NO_ROLLBACK
from schemachange_operator.core.plan import (
    Circumstance,
    DataProof,
    Difference,
    Effect,
    LockHeld,
    PlanDocument,
    Probe,
    SafeSequence,
    Scan,
)
from unit.page.reading import seen
from unit.page.samples import SIZE, WARNED, change, currency, destructive, document, simple, statement, step, text

GOLDEN = Path(__file__).parents[1] / "kube" / "golden"


def verdict(plan: PlanDocument, **others: Any) -> str:
    found = re.search(r"^\*\*Verdict: (.*)\*\*$", text(plan, **others), re.MULTILINE)
    assert found
    return found[1]


@pytest.mark.parametrize(
    ("name", "plan"), [("plan", currency()), ("plan-simple", simple()), ("plan-destructive", destructive())]
)
def test_the_page_is_as_agreed(name: str, plan: PlanDocument) -> None:
    golden, printed = GOLDEN / f"{name}.md", text(plan)
    if not golden.exists():
        golden.write_text(printed)
        pytest.fail(f"{golden.name} was not there; it is written now, look at it")
    assert printed == golden.read_text()


LARGE = statement("ALTER TABLE orders ALTER total TYPE bigint", rewritten=("public.orders",))
OVER = Finding(rule="lock-budget", severity="Block", step="s", statement=1, message="It is held for too long.")
VIOLATES = Finding(
    rule="data-violates",
    severity="Block",
    step="s",
    statement=1,
    relation="public.orders",
    message="NULL in note: 12 found.",
)
VIOLATED = Probe(step="s", statement=1, relation="public.orders", question="NULL in note", answer="Violated", rows=12)

MENDED = VIOLATED.model_copy(update={"reason": "Step fill may mend them before."})


@pytest.mark.parametrize(
    ("plan", "begins"),
    [
        (simple(), "nothing speaks against it. Nothing is destroyed and every step can be undone."),
        (currency(), "nothing is destroyed and every step can be undone, but there are 2 warnings"),
        (destructive(), "it destroys data, and its rollback cannot bring them back."),
        (document(step("s", LARGE)), "nothing is destroyed and every step can be undone, but there is 1 warning"),
        (document(step("s", irreversible="no way")), "it cannot be undone."),
        (document(step("s", destroys=True)), "it destroys data. Approve it only if"),
        (document(step("s"), probes=(VIOLATED,)), "it would fail on the rows that are there."),
        (document(step("s"), findings=(WARNED.model_copy(update={"severity": "Block"}),)), "the policy blocks it."),
        (document(step("s"), findings=(WARNED.model_copy(update={"severity": "Approve"}),)), "a second person has to agree"),
        (document(step("s"), findings=(WARNED.model_copy(update={"waived": "it is small"}),)), "nothing speaks against it"),
        (document(step("s"), findings=(WARNED.model_copy(update={"style": True}),)), "nothing speaks against it"),
        (document(step("s"), probes=(VIOLATED,), findings=(VIOLATES,)), "it would fail on the rows that are there."),
        (document(step("s"), probes=(MENDED,)), "nothing is destroyed and every step can be undone, but not everything"),
        (document(step("s"), probes=(VIOLATED,), findings=(VIOLATES.model_copy(update={"waived": "they are deleted first"}),)),
         "nothing is destroyed and every step can be undone, but there is 1 warning"),
        (document(step("s"), findings=(OVER,)), "it would take more than the policy's budget allows."),
        (document(step("s"), findings=(OVER, WARNED.model_copy(update={"severity": "Block"}))), "the policy blocks it."),
        (document(step("s"), findings=(OVER.model_copy(update={"waived": "at night"}),)), "nothing speaks against it"),
        (document(step("s"), findings=(WARNED.model_copy(update={"severity": "Note"}),)), "nothing speaks against it"),
        (document(step("s"), rollback_proven=False), "nothing is destroyed and every step has a rollback, but not everything"),
        (document(step("s", statement("CALL x()", opaque="a body"))), "nothing is destroyed and every step can be undone, but not"),
        (document(step("s"), rehearsed=False, rollback_proven=False), "nothing speaks against it in what was read, but it was not"),
        (document(step("s", irreversible=NO_ROLLBACK), rehearsed=False), "nothing speaks against it in what was read, but"),
        (
            document(step("s"), data=(DataProof(relation="t", rows_before=5, rows_after=4),)),
            "its rollback loses data.",
        ),
        (
            document(step("s"), circumstances=(Circumstance(about="Disk", sentence="The disk is full.", warns=True),)),
            "nothing is destroyed and every step can be undone, but there is 1 warning",
        ),
    ],
)  # fmt: skip
def test_the_verdict_says_the_gravest(plan: PlanDocument, begins: str) -> None:
    assert verdict(plan).startswith(begins)


def test_a_plan_that_failed_is_not_judged() -> None:
    assert verdict(simple(), failure="the server is gone").startswith("it cannot be judged yet")
    assert "**The plan is not complete**: the server is gone" in text(simple(), failure="the server is gone")


def test_what_the_rehearsal_refuses_is_to_be_corrected() -> None:
    refused = {"failure": "a view depends on it", "refused": True}
    assert verdict(simple(), **refused).startswith("it cannot be applied as it is: the rehearsal failed.")
    assert "**The rehearsal failed**: a view depends on it" in text(simple(), **refused)


def test_what_fails_on_the_rows_is_said_once_on_top() -> None:
    printed = text(document(step("s"), probes=(VIOLATED,), findings=(VIOLATES,)))
    assert printed.partition("\n| | |")[0].count("NULL in note") == 1


def test_a_waiver_that_nothing_needs_has_its_place() -> None:
    unused = Finding(rule="waiver-unused", severity="Warn", step="", message="It finds nothing.", style=True)
    printed = text(document(step("s"), findings=(unused,)))
    assert "| Warn (style) | `waiver-unused` | the change as a whole | It finds nothing. |" in printed
    assert "nothing speaks against it" in printed


def test_what_the_policy_asks_a_backup_for_is_backed_up() -> None:
    printed = text(currency(), asked_backups=("require",))
    assert "**Back up** what step `require` touches" in printed and "backup and restore (before `require`)" in printed
    assert "directly before step `require`" in printed


@pytest.mark.parametrize(("rows", "count"), [(1_000, 0), (1_000_000, 1)])
def test_reading_a_small_table_is_no_warning(rows: int, count: int) -> None:
    scanning = statement("X", "Share", scanned=(Scan(relation="public.orders", rows=500),))
    size = SIZE.model_copy(update={"rows": rows, "bytes": rows * 100})
    assert text(document(step("s", scanning), sizes=(size,))).count("is read from end to end") == count


def test_the_parts_of_a_new_table_are_told_with_it() -> None:
    found = [("table", "public.t"), ("column", "public.t.id"), ("column", "public.t.a"), ("column", "public.orders.x")]
    plan = document(step("s"), difference=tuple(Difference(kind=kind, name=name, change="added") for kind, name in found))
    told = text(plan).partition("different afterwards")[2]
    assert "- table public.t added, with column `id`, `a`" in told and "- column public.orders.x added" in told


def test_many_differences_stand_by_kind() -> None:
    found = tuple(Difference(kind="index", name=f"public.i{number}", change="added") for number in range(200))
    told = text(document(step("s"), difference=found)).partition("different afterwards")[2]
    assert "- index added, 200 times: `public.i0`, `public.i1`" in told and "and 190 more" in told
    assert len(told.partition("\n## ")[0].splitlines()) < 10


def test_every_part_of_a_plan_is_on_the_page() -> None:
    printed = text(currency())
    expected = (
        "`set-not-null-scans`", "reads all of `public.orders`", "1,000 rows read", "4 KiB of log", "25 min (15 min to 67 min)",
        "a procedure's body", "**opaque**", "rows with NULL in currency", "the column does not exist yet",
        "duplicates in (id)", "2 replicas repeat it", "A transaction is open for 3 h", "NOT VALID;\n-- next step",
        "**Reached the same schema in the rehearsal.**", "order was 1 2, is 1 3", "the same after the rollback",
        "`public.orders` (1,000 rows)",
        "column public.orders.currency added", "3 GiB", "timescaledb", "olga@example.com",
        "rows generated for the rehearsal", "from 1,000 rows to 12,400,000",
    )  # fmt: skip
    assert [part for part in expected if part not in printed] == []


def test_every_section_is_there_in_its_order() -> None:
    assert seen(text(currency())).headings == [
        "Plan of shop/orders-currency", "What speaks against it", "What runs when", "4 statements", "The SQL",
        "Risks and unknowns", "What the rules found: 1 Warn", "Safer steps, ready to paste", "Validation points",
        "What is destroyed", "How to go back", "What is different afterwards", "Sizes on the target", "What comes after",
        "Notes", "To approve",
    ]  # fmt: skip


def test_what_was_not_tried_is_not_claimed() -> None:
    bare = statement("ALTER TABLE orders ADD COLUMN x int", held=(), duration_milliseconds=0.0, wal_bytes=0)
    plan = document(
        step("s", bare, duration_milliseconds=0.0), rehearsed=False, rollback_proven=False, duration_milliseconds=0
    )
    printed = text(plan, policy=None)
    assert not re.search(r"\d+ ms|proven\W|found equal|in the rehearsal \|", printed.partition("## Validation")[0])
    assert "**Not rehearsed**" in printed and "no, not rehearsed" in printed and "Not known without a rehearsal." in printed
    assert "reads and writes of `public.orders` are foretold to wait" in printed


@pytest.mark.parametrize(
    ("mode", "waits"),
    [
        ("AccessExclusive", "reads and writes of `public.orders`"), ("Exclusive", "writes to `public.orders`"),
        ("ShareRowExclusive", "writes to `public.orders`"), ("Share", "writes to `public.orders`"),
        ("ShareUpdateExclusive", "nobody"), ("RowExclusive", "nobody"), ("AccessShare", "nobody"),
    ],
)  # fmt: skip
def test_who_waits_follows_the_lock(mode: str, waits: str) -> None:
    (table, *_) = [one for one in seen(text(document(step("s", statement("X", mode))))).tables if one[0][0] == "step"]
    assert table[1][table[0].index("who waits")] == waits


def test_a_lock_that_was_not_foretold_stands_beside_it() -> None:
    held = (LockHeld(relation="public.customers", mode="ShareRowExclusive"),)
    printed = text(document(step("s", statement("X", effects=(Effect(relation="public.orders", lock="Share"),), held=held))))
    assert "ShareRowExclusive on `public.customers` (foretold: Share)" in printed


def test_the_procedure_is_what_the_change_and_the_policy_say() -> None:
    told = change(
        depends_on=(ChangeReference(name="customers-currency"),),
        test=Tried(app_tests=AppTests(image="shop/tests:1.4")),
        apply=Apply(window="nightly"),
        backup=Backup(always=True, scope="Database", prove_by="Checksum"),
        verify=(Assertion(name="filled", sql="SELECT true"),),
    )
    printed = text(currency(), change=told, approvals=2, policy=SchemaPolicySpec())
    expected = (
        "2 people of the data's owners", "ada@example.com, who wrote it, cannot", "`shop/tests:1.4`",
        "until `customers-currency` is completed", "`nightly` (every day, 01:00 UTC, 60 minutes)",
        "**Back up** what step `add` touches", "the whole database, directly before step `add`", "not restored",
        "in the claim `backups`", "1 assertion about the data (`filled`)", "these assertions hold: `filled`",
        "backfill (`fill`)", "cannot have its lock within 100 ms",
    )  # fmt: skip
    assert [part for part in expected if part not in printed] == []


def test_what_the_rules_found_stands_the_worst_first_and_a_waiver_with_its_reason() -> None:
    found = (
        WARNED.model_copy(update={"rule": "lock-table", "waived": "the table is new"}),
        WARNED,
        WARNED.model_copy(update={"rule": "drop-table", "severity": "Block", "message": "a | b."}),
    )
    printed = text(simple().model_copy(update={"findings": found}))
    assert "| Findings | 1 Block, 1 Warn, 1 waived |" in printed
    assert (
        printed.index("| Block | `drop-table`") < printed.index("| Warn | `set-not-null") < printed.index("| Warn | `lock-")
    )
    assert (
        "a \\| b." in printed
        and "**Waived:** the table is new" in printed
        and "step `require`, statement 1, line 1" in printed
    )


def held_on(relation: str) -> LockHeld:
    return LockHeld(relation=relation, mode="AccessExclusive")


def test_thousands_of_findings_and_statements_stay_readable() -> None:
    statements = tuple(
        statement(f"ALTER TABLE t{number} ADD COLUMN c int", number=number, held=(held_on(f"public.t{number}"),))
        for number in range(1, 10_001)
    )
    found = tuple(
        Finding(rule=rule, severity="Warn", step="s", statement=number, message="It waits.", recipe="Later.")
        for rule in ("add-check-scans", "lock-table")
        for number in range(1, 3_001)
    )
    printed = text(document(step("s", *statements), findings=found))
    before_sql, _, sql = printed.partition("## The SQL")
    assert len(before_sql.splitlines()) < 120 and len(before_sql) < 12_000
    assert "ALTER TABLE, 10,000 times" in before_sql and "1, 2, 3 and 9,997 more" in before_sql
    assert "(3,000 times in all)" in before_sql and "and 2,997 more places" in before_sql
    assert sql.count("ADD COLUMN") == 10_000


def test_many_safer_steps_are_counted() -> None:
    few = tuple(SafeSequence(rule=f"r{number % 5}", step="s", statement=number, sql="SELECT 1;") for number in range(1, 31))
    printed = text(document(step("s"), sequences=few))
    assert printed.count("Not tried in the rehearsal.") == 10 and "20 more, for `r1`, `r2`" in printed
    printed = text(document(step("s"), sequences=tuple(one.model_copy(update={"rule": "r"}) for one in few)))
    assert printed.count("Not tried in the rehearsal.") == 3 and "27 more, for `r`, in the plan's JSON." in printed


@pytest.mark.parametrize(
    ("members", "says"),
    [
        ({"verified": True, "note": "Its rollbacks bring the schema back."}, "**Reached the same schema in the rehearsal.** Its"),
        ({"note": "Not verified: in the rehearsal it failed (no such column)."}, "1. Not verified: in the rehearsal it failed (no"),
        ({"note": "Not verified: the schema differs (index)."}, "statement 1. Not verified: the schema differs (index)."),
        ({}, "statement 1. Not tried in the rehearsal."),
        ({"also": ("s",)}, "For `r`, `s` in step `s`"),
        ({"yaml": "steps:\n- name: a\n"}, "```yaml\nsteps:\n- name: a\n```"),
    ],
)  # fmt: skip
def test_a_safer_way_says_whether_it_was_tried(members: dict[str, Any], says: str) -> None:
    one = SafeSequence(rule="r", step="s", statement=1, sql="SELECT 1;").model_copy(update=members)
    assert says in text(document(step("s"), sequences=(one,)))
    assert (
        "Not tried: there was no rehearsal." in text(document(step("s"), sequences=(one,), rehearsed=False)) or one.verified
    )


def test_plain_sql_is_offered_sql() -> None:
    one = SafeSequence(rule="r", step="s", statement=1, sql="SELECT 1;", yaml="steps: []\n")
    assert "```sql\nSELECT 1;\n```" in text(document(step("s"), sequences=(one,)), change=None).partition("## Safer")[2]


def test_a_lock_stops_others_until_its_step_commits() -> None:
    first = statement("ALTER TABLE orders ADD COLUMN x int")
    trigger = statement("CREATE TRIGGER t", "ShareRowExclusive", number=2, held=())
    function = statement("CREATE FUNCTION f", "", number=3, held=(), effects=(), predicted_lock="")
    (table, *_) = [one for one in seen(text(document(step("s", first, trigger, function)))).tables if one[0][0] == "step"]
    lock, waits = table[0].index("lock"), table[0].index("who waits")
    assert [row[lock] for row in table[1:]] == ["AccessExclusive on `public.orders`", "none", "none"]
    assert [row[waits] for row in table[2:]] == ["reads and writes of `public.orders`, until the step commits"] * 2
