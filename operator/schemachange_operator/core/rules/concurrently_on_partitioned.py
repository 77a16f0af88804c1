"""CONCURRENTLY on a partitioned table or index: refused by every version up to 18."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.rule import Rule
from schemachange_operator.core.sql.grammar import strings

RULE = Rule(
    id="concurrently-on-partitioned",
    finds="CREATE or DROP INDEX CONCURRENTLY on a partitioned table",
    effect="the server refuses it.",
    recipe="CREATE INDEX ON ONLY the parent, CREATE INDEX CONCURRENTLY on each partition, ALTER INDEX … ATTACH PARTITION.",
    bad="CREATE INDEX CONCURRENTLY events_at ON events (at);",
    good="CREATE INDEX events_at ON ONLY events (at);\n-- next step\n"
    "CREATE INDEX CONCURRENTLY events_2025_at ON events_2025 (at);\n-- next step\n"
    "ALTER INDEX events_at ATTACH PARTITION events_2025_at;",
    fails=True,
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    if not place.tree.get("concurrent"):
        return
    if place.node == "index_stmt" and place.partitioned(place.table):
        yield Hit(place.table, f"{place.table} is partitioned")
    if place.node == "drop_stmt" and place.tree["remove_type"] == "OBJECT_INDEX":
        for item in place.tree["objects"]:
            table, _ = place.index(place.index_key(strings(item["list"]["items"])))
            if table and place.partitioned(table):
                yield Hit(table, f"{table} is partitioned")
