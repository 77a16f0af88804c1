"""ALTER CONSTRAINT … ENFORCED (18): measured, the foreign key is checked under ACCESS EXCLUSIVE."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.rule import Rule

RULE = Rule(
    id="alter-constraint-enforced",
    finds="ALTER CONSTRAINT … ENFORCED",
    effect="every row is looked up in the other table while reads and writes wait.",
    recipe="Drop the constraint; add it as NOT VALID; validate it in another step.",
    bad="ALTER TABLE orders ADD CONSTRAINT orders_customer FOREIGN KEY (customer_id) REFERENCES customers NOT ENFORCED;\n"
    "-- next step\nALTER TABLE orders ALTER CONSTRAINT orders_customer ENFORCED;",
    good="ALTER TABLE invoices ALTER CONSTRAINT invoices_order DEFERRABLE;",
    lock="AccessExclusive",
    since=18,
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    for command in place.commands("AT_AlterConstraint"):
        change = command["def"].get("atalter_constraint", {})
        if change.get("alter_enforceability") and change.get("is_enforced") and place.large(place.table):
            yield Hit(place.table, f"{change.get('conname')} is proved at once")
