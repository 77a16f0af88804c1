"""REPLICA IDENTITY: without one, UPDATE and DELETE of a published table fail."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.rule import Rule

RULE = Rule(
    id="replica-identity",
    finds="REPLICA IDENTITY set to NOTHING or FULL",
    effect="NOTHING makes UPDATE and DELETE of a published table fail; FULL writes the whole old row to the WAL each time.",
    recipe="REPLICA IDENTITY USING INDEX of a unique index over NOT NULL columns.",
    bad="ALTER TABLE letters REPLICA IDENTITY FULL;",
    good="ALTER TABLE orders REPLICA IDENTITY DEFAULT;",
    lock="AccessExclusive",
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    for command in place.commands("AT_ReplicaIdentity"):
        if command["def"]["replica_identity_stmt"]["identity_type"] in {"n", "f"}:
            yield Hit(place.table, f"the replica identity of {place.table} changes")
