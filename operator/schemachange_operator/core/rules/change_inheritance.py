"""INHERIT, NO INHERIT: rows come into queries of the parent, or go."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.rule import Rule

RULE = Rule(
    id="change-inheritance",
    finds="INHERIT or NO INHERIT of a parent in use",
    effect="queries of the parent find its rows from then on, or find them no more.",
    recipe="Deploy code that reads the table by its own name (or ONLY the parent), first.",
    bad="CREATE TABLE letters_of_2025 (LIKE letters INCLUDING ALL);\nALTER TABLE letters_of_2025 INHERIT letters;",
    good="CREATE VIEW texts AS SELECT number, body FROM letters;",
    lock="ShareUpdateExclusive",
)

_WORDS = {"AT_AddInherit": "INHERIT", "AT_DropInherit": "NO INHERIT"}


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    if place.node != "alter_table_stmt":
        return
    for item in place.tree["cmds"]:
        command = item["alter_table_cmd"]
        if command["subtype"] in _WORDS:
            parent = place.range_key(command["def"]["range_var"])
            # A child that this change makes brings its rows to a parent in use all the same.
            if place.in_use(parent):
                yield Hit(parent, f"{place.table} {_WORDS[command['subtype']]} {parent}")
