"""Publishing a table without a replica identity: measured, every UPDATE and DELETE of it fails from then on."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.rule import Rule
from schemachange_operator.core.sql.grammar import walk

RULE = Rule(
    id="publish-without-key",
    finds="a publication of a table that has no primary key",
    effect="every UPDATE and DELETE of the table fails from then on, unless it has another replica identity.",
    recipe="Give the table a primary key, or REPLICA IDENTITY USING INDEX or FULL, before it is published.",
    bad="CREATE PUBLICATION news FOR TABLE letters;",
    good="CREATE PUBLICATION news FOR TABLE customers;",
)
_NODES = frozenset({"create_publication_stmt", "alter_publication_stmt"})


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    if place.node not in _NODES or place.tree.get("action") == "AP_DropObjects":
        return
    named = [place.range_key(node["pubtable"]["relation"]) for node in walk(place.tree) if "pubtable" in node]
    everything = place.tree.get("for_all_tables", False)
    for relation in sorted(place.catalog.relations) if everything else named:
        facts = place.facts(relation)
        if facts and facts.kind in {"r", "p"} and not any(one.kind == "p" for one in facts.constraints.values()):
            yield Hit(relation, f"{relation} has no primary key")
