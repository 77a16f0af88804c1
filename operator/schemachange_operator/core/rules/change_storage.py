"""SET LOGGED, UNLOGGED, ACCESS METHOD, TABLESPACE: the table is written anew under ACCESS EXCLUSIVE."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.rule import Rule

RULE = Rule(
    id="change-storage",
    finds="SET LOGGED, SET UNLOGGED, SET ACCESS METHOD, SET TABLESPACE",
    effect="the table is written anew while reads and writes wait.",
    recipe="Make a new table that is so, move the rows in batches, and swap the names.",
    bad="ALTER TABLE letters SET UNLOGGED;",
    good="ALTER TABLE letters SET (fillfactor = 80);",
    lock="AccessExclusive",
    rewrites=True,
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    for command in place.commands("AT_SetUnLogged", "AT_SetLogged", "AT_SetAccessMethod", "AT_SetTableSpace"):
        if place.large(place.table) and not _is_so(place, command["subtype"]):
            yield Hit(place.table, f"{command['subtype'].removeprefix('AT_')} of {place.table}")
    if place.node == "alter_table_stmt" and place.tree["objtype"] == "OBJECT_INDEX":
        moved = any(item["alter_table_cmd"]["subtype"] == "AT_SetTableSpace" for item in place.tree["cmds"])
        table, _ = place.index(place.table)
        if moved and (not table or place.large(table)):
            yield Hit(table, f"the index {place.table} is copied")
    if place.node == "alter_table_move_all_stmt":
        yield Hit("", "every table of a tablespace is moved")


def _is_so(place: Place, subtype: str) -> bool:
    """Whether it is known to be logged, or unlogged, already: then nothing is done."""
    facts = place.facts(place.table)
    return facts is not None and subtype == ("AT_SetUnLogged" if facts.unlogged else "AT_SetLogged")
