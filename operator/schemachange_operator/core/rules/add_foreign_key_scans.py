"""ADD FOREIGN KEY without NOT VALID: measured, SHARE ROW EXCLUSIVE on both tables while every row is looked up."""

from collections.abc import Iterator

from schemachange_operator.core.rules.partitions import leaves_of
from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.rule import Rule

RULE = Rule(
    id="add-foreign-key-scans",
    finds="ADD FOREIGN KEY without NOT VALID",
    effect="writes to both tables wait while every row is looked up.",
    recipe="Add it as NOT VALID; VALIDATE CONSTRAINT in another step.",
    bad="ALTER TABLE orders ADD CONSTRAINT orders_customer FOREIGN KEY (customer_id) REFERENCES customers;",
    good="ALTER TABLE orders ADD CONSTRAINT orders_customer FOREIGN KEY (customer_id) REFERENCES customers NOT VALID;\n"
    "-- next step\nALTER TABLE orders VALIDATE CONSTRAINT orders_customer;",
    lock="ShareRowExclusive",
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    for constraint in place.new_constraints("FOREIGN"):
        other = place.range_key(constraint["pktable"])
        proved = constraint.get("skip_validation") or not constraint.get("is_enforced")
        if not proved and place.large(place.table) and not _adopted(place, constraint.get("conname", "")):
            yield Hit(place.table, f"{constraint.get('conname') or 'the foreign key'} to {other} is proved at once")


def _adopted(place: Place, name: str) -> bool:
    """Whether every partition with rows has the key, proved in this change: the parent's then reads nothing."""
    leaves = leaves_of(place.catalog, place.table)
    return bool(leaves) and all((leaf, name) in place.course.proofs for leaf in leaves)
