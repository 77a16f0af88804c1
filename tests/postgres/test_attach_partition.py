"""ATTACH PARTITION behind a CHECK: where the rule sees no scan, the server makes none."""

from postgres.support.database import Database
from schemachange_operator.core.catalog_facts import catalog_facts
from schemachange_operator.core.plan import TableSize
from schemachange_operator.postgres.catalog import take_snapshot
from unit.rules.support import hazards

PARENTS = """
CREATE TABLE days (at date, n int) PARTITION BY RANGE (at);
CREATE TABLE numbers (n int NOT NULL, x text) PARTITION BY RANGE (n);
CREATE TABLE wide (n bigint) PARTITION BY RANGE (n);
CREATE TABLE kinds (kind text, n int) PARTITION BY LIST (kind);
CREATE TABLE pairs (a int, b int) PARTITION BY RANGE (a, b);
CREATE TABLE slots (n int) PARTITION BY HASH (n);
CREATE TABLE rest (n int) PARTITION BY LIST (n);
CREATE TABLE rest_one PARTITION OF rest FOR VALUES IN (1);
"""
YEAR = "FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')"
CASES: tuple[tuple[str, str, str, bool], ...] = (
    ("days", "at date NOT NULL, n int, CHECK (at >= '2026-01-01' AND at < '2027-01-01')", YEAR, False),
    ("days", "at date, n int, CHECK (at IS NOT NULL AND at >= '2026-01-01' AND at < '2027-01-01')", YEAR, False),
    ("days", "at date, n int, CHECK (at >= '2026-01-01' AND at < '2027-01-01')", YEAR, True),
    ("days", "at date NOT NULL, n int, CHECK (at >= '2026-01-01'), CHECK (at < '2027-01-01')", YEAR, False),
    ("days", "at date NOT NULL, n int, CHECK (at >= '2026-01-01')", YEAR, True),
    ("days", "at date NOT NULL, n int, CHECK (at >= '2025-01-01' AND at < '2027-01-01')", YEAR, True),
    ("days", "at date NOT NULL, n int, CHECK (n > 0)", YEAR, True),
    ("days", "at date NOT NULL, n int, CHECK (at >= '2026-01-01' OR n > 0)", YEAR, True),
    ("days", "at date NOT NULL, n int, CHECK (at < '2027-01-01')", "FOR VALUES FROM (MINVALUE) TO ('2027-01-01')", False),
    ("numbers", "n int NOT NULL, x text, CHECK (n >= 0 AND n < 100)", "FOR VALUES FROM (0) TO (100)", False),
    ("numbers", "n int NOT NULL, x text, CHECK (n >= 0 AND n <= 99)", "FOR VALUES FROM (0) TO (100)", True),
    ("numbers", "n int NOT NULL, x text, CHECK (n * 1 >= 0 AND n < 100)", "FOR VALUES FROM (0) TO (100)", True),
    ("numbers", "n int NOT NULL, x text, CHECK (n >= 10 AND n < 50)", "FOR VALUES FROM (0) TO (100)", False),
    ("numbers", "n int NOT NULL, x text, CHECK (n > 0 AND n < 100)", "FOR VALUES FROM (0) TO (100)", False),
    ("numbers", "n int NOT NULL, x text, CHECK (n >= -1 AND n < 100)", "FOR VALUES FROM (0) TO (100)", True),
    ("numbers", "n int NOT NULL, x text, CHECK (n >= -5 AND n < 0)", "FOR VALUES FROM (-10) TO (0)", False),
    ("days", "at date NOT NULL, n int, CHECK (at >= '2026-02-01' AND at < '2026-03-01')", YEAR, False),
    ("days", "at date NOT NULL, n int, CHECK (at >= '2026-02-01' AND at < '2027-01-02')", YEAR, True),
    ("wide", f"n bigint NOT NULL, CHECK (n >= {2**62} AND n < {2**62 + 2})", f"FOR VALUES FROM ({2**62}) TO ({2**62 + 2})", False),
    ("wide", f"n bigint NOT NULL, CHECK (n >= {2**62} AND n < {2**62 + 2})", f"FOR VALUES FROM ({2**62 + 1}) TO ({2**62 + 2})", True),
    ("kinds", "kind text, n int, CHECK (kind IN ('a', 'b'))", "FOR VALUES IN ('a', 'b', NULL)", False),
    ("kinds", "kind text NOT NULL, n int, CHECK (kind IN ('a', 'b'))", "FOR VALUES IN ('a', 'b')", False),
    ("kinds", "kind text NOT NULL, n int, CHECK (kind = 'a')", "FOR VALUES IN ('a', 'b')", False),
    ("kinds", "kind text NOT NULL, n int, CHECK (kind IN ('a', 'b'))", "FOR VALUES IN ('a')", True),
    ("kinds", "kind text, n int, CHECK (kind = 'a')", "FOR VALUES IN ('a')", True),
    ("kinds", "kind text, n int, CHECK (kind <> 'a')", "FOR VALUES IN ('a')", True),
    ("pairs", "a int NOT NULL, b int NOT NULL, CHECK (a >= 1)", "FOR VALUES FROM (1, 1) TO (2, 2)", True),
    ("slots", "n int NOT NULL, CHECK (n > 0)", "FOR VALUES WITH (MODULUS 2, REMAINDER 0)", True),
    ("rest", "n int NOT NULL, CHECK (n > 5)", "DEFAULT", True),
)  # fmt: skip
"""Parent, the partition's columns and checks, its bounds, whether the rule says that it is read."""
IMPLIED = "is implied by existing constraints"


def test_where_the_rule_sees_no_scan_the_server_makes_none(database: Database) -> None:
    database.as_owner(PARENTS)
    said: list[str] = []
    database.superuser.add_notice_handler(lambda notice: said.append(notice.message_primary or ""))
    for parent, columns, bounds, scans in CASES:
        database.as_owner(f"CREATE TABLE part ({columns})")
        snapshot = take_snapshot(database.superuser)
        sizes = [TableSize(relation="public.part", rows=1_000_000, bytes=2**30)]
        attach = f"ALTER TABLE {parent} ATTACH PARTITION part {bounds}"
        found = "attach-partition-scans" in hazards(attach, catalog_facts(snapshot, sizes, "15.0", ("public",)))
        assert found == scans, (columns, bounds)
        said.clear()
        with database.superuser.transaction(force_rollback=True):
            database.superuser.execute("SET LOCAL client_min_messages = debug1")
            database.superuser.execute(attach)
        skipped = any(IMPLIED in message for message in said)
        assert skipped or found, (columns, bounds, said)
        database.as_owner("DROP TABLE part")


def test_a_check_of_the_same_change_counts_as_one_of_the_catalog(database: Database) -> None:
    database.as_owner(PARENTS + "CREATE TABLE part (at date NOT NULL, n int)")
    sizes = [TableSize(relation="public.part", rows=1_000_000, bytes=2**30)]
    facts = catalog_facts(take_snapshot(database.superuser), sizes, "15.0", ("public",))
    change = (
        "ALTER TABLE part ADD CONSTRAINT bounds CHECK (at >= '{}' AND at < '2027-01-01') NOT VALID;\n-- next step\n"
        "ALTER TABLE part VALIDATE CONSTRAINT bounds;\n-- next step\nALTER TABLE days ATTACH PARTITION part " + YEAR
    )
    assert hazards(change.format("2026-01-01"), facts) == set()
    assert hazards(change.format("2025-01-01"), facts) == {"attach-partition-scans"}
