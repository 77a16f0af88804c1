"""DDL on a published table: rows are replicated, definitions are not."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.rule import Rule
from schemachange_operator.core.sql.grammar import strings

RULE = Rule(
    id="published-table",
    finds="a column added, renamed, dropped or changed in type, or a table renamed or dropped, that a publication carries",
    effect="subscribers keep the old definition: replication stops with an error at the first row that does not fit theirs.",
    recipe="Add to the subscribers first and to the publisher after them; drop the other way round.",
    bad="ALTER TABLE prices ADD COLUMN currency text;",
    good="CREATE INDEX CONCURRENTLY prices_amount ON prices (amount);",
    lock="AccessExclusive",
)
_ACTIONS = {"AT_AddColumn": "gets a column", "AT_DropColumn": "loses a column", "AT_AlterColumnType": "gets another type"}
_RENAMES = frozenset({"OBJECT_TABLE", "OBJECT_COLUMN"})


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    if _published(place, place.table):
        for command in place.commands(*_ACTIONS):
            yield Hit(place.table, f"{place.table} {_ACTIONS[command['subtype']]}")
        renamed = place.node == "rename_stmt" and place.tree["rename_type"] in _RENAMES
        if renamed or place.node == "alter_object_schema_stmt":
            yield Hit(place.table, f"{place.table} or a column of it gets another name")
    if place.node == "drop_stmt" and place.tree["remove_type"] == "OBJECT_TABLE":
        for item in place.tree["objects"]:
            relation = place.parts_key(strings(item["list"]["items"]))
            if _published(place, relation):
                yield Hit(relation, f"{relation} is dropped")


def _published(place: Place, relation: str) -> bool:
    facts = place.facts(relation)
    return facts is not None and facts.published
