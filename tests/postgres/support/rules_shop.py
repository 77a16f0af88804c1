"""The shop that the rules' examples are about: on a real server, and as the facts that a rule is given."""

from pathlib import Path

from postgres.support.database import Database
from schemachange_operator.core.catalog_facts import CatalogFacts, catalog_facts
from schemachange_operator.core.plan import TableSize
from schemachange_operator.postgres.catalog import take_snapshot

SHOP = Path(__file__).parents[2] / "unit" / "rules" / "shop.sql"

SMALL = "public.regions"

ROWS = """
INSERT INTO customers SELECT g, 'name ' || g FROM generate_series(1, 20) g;
INSERT INTO orders (id, customer_id, total, quantity, code, placed_at, state, external_id, amount)
  SELECT g, g, 1, 1, 'code ' || g, '2026-01-01', 'sad', g, 1 FROM generate_series(1, 20) g;
INSERT INTO invoices SELECT g, g, 'r' || g FROM generate_series(1, 20) g;
INSERT INTO letters SELECT g, 'body' FROM generate_series(1, 20) g;
INSERT INTO events SELECT g, '2025-06-01' FROM generate_series(1, 20) g;
INSERT INTO events_2026 SELECT g, '2026-06-01' FROM generate_series(1, 20) g;
INSERT INTO regions SELECT g, 'region ' || g FROM generate_series(1, 10) g;
REFRESH MATERIALIZED VIEW order_totals;
"""


def build(database: Database) -> None:
    """Make the shop, with a few rows; only a superuser can make a foreign server out of nothing."""
    database.superuser.execute(
        "CREATE FOREIGN DATA WRAPPER far; CREATE SERVER far FOREIGN DATA WRAPPER far;"
        f" GRANT USAGE ON FOREIGN SERVER far TO {database.migration_role}"
    )
    database.as_owner(SHOP.read_text() + ROWS)


def facts(database: Database) -> CatalogFacts:
    """What the product reads of it, with sizes as of a shop in use."""
    snapshot = take_snapshot(database.superuser)
    tables = [*snapshot["table"], *(name for name, view in snapshot["view"].items() if view["kind"] == "m")]
    sizes = [
        TableSize(relation=name, rows=10 if name == SMALL else 1_000_000, bytes=2**13 if name == SMALL else 2**30)
        for name in tables
    ]
    return catalog_facts(snapshot, sizes, "15.0", ("public",))
