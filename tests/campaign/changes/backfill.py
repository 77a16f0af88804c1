"""A backfill beside the application, by an expression that shows a row that was filled twice."""

from campaign.changes.change import ROWS, ChangeClass, column, step

FILLER = """
ALTER TABLE orders ADD COLUMN currency text;
ALTER TABLE orders ADD COLUMN fills int NOT NULL DEFAULT 0;
CREATE FUNCTION orders_fill() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN NEW.currency := coalesce(NEW.currency, 'EUR'); RETURN NEW; END $$;
CREATE TRIGGER orders_fill BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION orders_fill()
"""
UNFILL = """
DROP TRIGGER orders_fill ON orders; DROP FUNCTION orders_fill();
ALTER TABLE orders DROP COLUMN currency; ALTER TABLE orders DROP COLUMN fills
"""
# Without `where`: nothing but the checkpoint keeps a row from being filled again.
FILL = {
    "table": "orders",
    "set": {"currency": "coalesce(currency, 'EUR')", "fills": "fills + 1"},
    "batchSize": 10,
    "pause": 0,
}
CHANGE = ChangeClass(
    steps=(
        step("add", FILLER, UNFILL),
        {"name": "fill", "backfill": FILL, "undo": {"notNeeded": "goes with add"}},
        step("check", "ALTER TABLE orders ADD CONSTRAINT orders_currency CHECK (currency IS NOT NULL) NOT VALID",
             "ALTER TABLE orders DROP CONSTRAINT orders_currency"),
        step("validate", "ALTER TABLE orders VALIDATE CONSTRAINT orders_currency"),
    ),
    proofs={
        "Completed": (
            "NOT EXISTS (SELECT FROM orders WHERE currency IS NULL)",
            "NOT EXISTS (SELECT FROM orders WHERE fills > 1)",
            f"(SELECT count(*) FROM orders WHERE id <= {ROWS} AND fills = 1) = {ROWS}",
        ),
        "RolledBack": (f"NOT {column('fills')}",),
    },
)  # fmt: skip
