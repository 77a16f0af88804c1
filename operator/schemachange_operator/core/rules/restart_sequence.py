"""RESTART of a sequence or an identity: measured, inserts fail with the numbers that are there already."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.reading import mentions
from schemachange_operator.core.rules.rule import Rule
from schemachange_operator.core.sql.grammar import Tree

RULE = Rule(
    id="restart-sequence",
    finds="RESTART of a sequence in use, or of the identity of a column",
    effect="numbers that were given already are given again, unless it restarts above all of them:"
    " inserts fail by their key, or two rows have one number.",
    recipe="Only ever go up: setval with the larger of the highest number in the table and the sequence's last_value.",
    bad="ALTER SEQUENCE tickets RESTART;",
    good="SELECT setval('tickets', (SELECT greatest(last_value, 1000) FROM tickets));",
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    if place.node == "alter_seq_stmt":
        name = place.range_key(place.tree["sequence"])
        restart = _restart(place.tree.get("options", []))
        # Upwards is all right, and how far it is cannot be told from here; nothing is known to refuse what no key holds.
        harmless = restart is not None and "arg" in restart and place.catalog.known and not _feeds_a_column(place, name)
        if restart is not None and not harmless and place.in_use(name) and not place.absent(name):
            yield Hit("", f"{name} restarts")
    for command in place.commands("AT_SetIdentity"):
        own = (place.table, command["name"]) in place.course.columns
        if not own and _restart(command["def"]["list"]["items"]) is not None:
            yield Hit(place.table, f"the numbers of {command['name']} restart")


def _restart(options: list[Tree]) -> Tree | None:
    return next((one["def_elem"] for one in options if one["def_elem"]["defname"] == "restart"), None)


def _feeds_a_column(place: Place, sequence: str) -> bool:
    """Whether a column owns it, or takes its numbers as a default; one that is not known is taken to."""
    name = sequence.rpartition(".")[2]
    columns = (column for facts in place.catalog.relations.values() for column in facts.columns.values())
    return place.catalog.ties.sequences.get(sequence) != "" or any(mentions(column.default, name) for column in columns)
