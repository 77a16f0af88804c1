"""A NOT VALID foreign key on a partitioned table: refused up to 17, measured."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.rule import Rule

RULE = Rule(
    id="foreign-key-not-valid-partitioned",
    finds="a NOT VALID foreign key on a partitioned table before PostgreSQL 18",
    effect="the server refuses it.",
    recipe="Add it as NOT VALID to each partition, validate each, and add it to the parent last.",
    bad="ALTER TABLE events ADD CONSTRAINT events_order FOREIGN KEY (id) REFERENCES orders NOT VALID;",
    good="ALTER TABLE events_2025 ADD CONSTRAINT events_order FOREIGN KEY (id) REFERENCES orders NOT VALID;\n"
    "-- next step\nALTER TABLE events_2025 VALIDATE CONSTRAINT events_order;",
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    for constraint in place.new_constraints("FOREIGN"):
        if constraint.get("skip_validation") and place.partitioned(place.table) and 0 < place.catalog.major < 18:
            yield Hit(place.table, f"{place.table} is partitioned")
