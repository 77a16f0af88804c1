"""DROP INDEX of a unique index: measured, ON CONFLICT that relies on it fails."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.rule import Rule
from schemachange_operator.core.sql.grammar import strings

RULE = Rule(
    id="drop-unique-index",
    finds="DROP INDEX of a unique index where no other says the same",
    effect="ON CONFLICT that relies on it fails, and rows that it refused are accepted from then on.",
    recipe="Build the one that takes its place with CREATE UNIQUE INDEX CONCURRENTLY, first.",
    bad="DROP INDEX CONCURRENTLY order_totals_id;",
    good="CREATE UNIQUE INDEX CONCURRENTLY order_totals_key ON order_totals (id);\n-- next step\n"
    "DROP INDEX CONCURRENTLY order_totals_id;",
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    if place.node != "drop_stmt" or place.tree["remove_type"] != "OBJECT_INDEX":
        return
    for item in place.tree["objects"]:
        name = place.index_key(strings(item["list"]["items"]))
        table, index = place.index(name)
        facts = place.facts(table)
        if facts is None or index is None or not _unique(index.definition):
            continue
        others = [one for key, one in facts.indexes.items() if key != name and one.valid and _unique(one.definition)]
        # Of an index that this change makes only the table is known: it is believed.
        if table not in place.course.indexes.values() and not any(
            _on(one.definition) == _on(index.definition) for one in others
        ):
            yield Hit(table, f"{name} keeps two rows of {table} apart")


def _unique(definition: str) -> bool:
    return definition.startswith("CREATE UNIQUE INDEX")


def _on(definition: str) -> str:
    return definition.partition(" USING ")[2]
