"""ALTER TABLE … DETACH PARTITION … CONCURRENTLY."""

from campaign.changes.change import ChangeClass, step

ATTACHED = "EXISTS (SELECT FROM pg_inherits WHERE inhrelid = 'public.events_2025'::regclass)"
CHANGE = ChangeClass(
    schema="""
    CREATE TABLE events (at date NOT NULL, id int) PARTITION BY RANGE (at);
    CREATE TABLE events_2025 PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
    CREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
    INSERT INTO events SELECT '2025-06-01'::date + n, n FROM generate_series(1, 20) n;
    """,
    steps=(
        step("detach", "ALTER TABLE events DETACH PARTITION events_2025 CONCURRENTLY",
             "ALTER TABLE events ATTACH PARTITION events_2025 FOR VALUES FROM ('2025-01-01') TO ('2026-01-01')"),
        step("comment", "COMMENT ON TABLE events IS 'younger than 2026'", "COMMENT ON TABLE events IS NULL"),
    ),
    client_reads="SELECT count(*) FROM events",
    relations=("public.events", "public.events_2025"),
    proofs={
        "Completed": (f"NOT {ATTACHED}", "(SELECT count(*) FROM events_2025) = 20", "(SELECT count(*) FROM events) = 0"),
        "RolledBack": (ATTACHED, "(SELECT count(*) FROM events) = 20"),
    },
)  # fmt: skip
