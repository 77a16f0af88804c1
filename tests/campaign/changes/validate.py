"""A constraint that is added unproved and validated in a step of its own."""

from campaign.changes.change import ChangeClass, step

THERE = "EXISTS (SELECT FROM pg_constraint WHERE conname = 'orders_note' AND convalidated)"
CHANGE = ChangeClass(
    steps=(
        step("check", "ALTER TABLE orders ADD CONSTRAINT orders_note CHECK (note IS NOT NULL) NOT VALID",
             "ALTER TABLE orders DROP CONSTRAINT orders_note"),
        step("validate", "ALTER TABLE orders VALIDATE CONSTRAINT orders_note"),
    ),
    proofs={"Completed": (THERE,), "RolledBack": (f"NOT {THERE}",)},
)  # fmt: skip
