"""Rows read or written while a table is locked: measured, the lock of a statement is held to the end of its step."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.rows import limited, pinned, unbatched
from schemachange_operator.core.rules.rule import Rule
from schemachange_operator.core.sql.grammar import Tree, walk

RULE = Rule(
    id="work-under-lock",
    finds="rows of a large table read, copied or changed, or a constraint validated, in a step that holds a lock that makes"
    " writes wait",
    effect="the lock is held until that is done.",
    recipe="Put what reads or changes rows into a step of its own, before or after.",
    bad="ALTER TABLE letters ADD COLUMN copy text;\nUPDATE letters SET copy = body WHERE number > 0;",
    good="ALTER TABLE letters ADD COLUMN copy text;\n-- next step\nUPDATE orders SET note = 'x' WHERE id = 1;",
    also=("update-unbatched",),
    lock="AccessExclusive",
)


_READS = frozenset({"select_stmt", "insert_stmt", "create_table_as_stmt"})


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    if place.course.stalled and any(_work(place)):
        relation, number = place.course.stalled[0]
        yield Hit(relation, f"{relation} is locked since statement {number}")


def _work(place: Place) -> Iterator[bool]:
    """One for each piece of work that grows with a table."""
    if place.node in {"update_stmt", "delete_stmt", "merge_stmt", "insert_stmt", "select_stmt"}:
        yield from (True for _ in unbatched(place))
    if place.node in _READS:
        yield from (True for name in _read(place, place.tree) if place.large(name))
    for command in place.commands("AT_ValidateConstraint") if place.large(place.table) else ():
        # One that this very step has added is another rule's.
        added = place.course.unproven.get((place.table, command["name"]))
        if not (added and added.step == place.step):
            yield True


def _read(place: Place, tree: Tree) -> Iterator[str]:
    """Tables that queries in a statement read without being held to a few rows."""
    for node in walk(tree):
        if "from_clause" in node and not limited(node) and not pinned(place, node.get("where_clause"), ""):
            yield from (place.range_key(one["range_var"]) for one in node["from_clause"] if "range_var" in one)
