"""RENAME of a table: a view of the old name in the same step."""

from schemachange_operator.core.content import ContentStep
from schemachange_operator.core.rules.place import Place
from schemachange_operator.core.sequences.offer import Offer, step
from schemachange_operator.core.sequences.writing import named_like, quoted, ranged
from schemachange_operator.core.sql.grammar import deparse

MENDS = ("rename-table",)
_RENAMED = frozenset({"OBJECT_TABLE", "OBJECT_VIEW"})


def offer(place: Place, _: ContentStep) -> Offer | None:
    """See MENDS."""
    tree, old = place.tree, place.tree.get("relation", {})
    kind = tree.get("rename_type") or tree.get("object_type")
    if kind not in _RENAMED or tree.get("missing_ok"):
        return None
    word = "VIEW" if kind == "OBJECT_VIEW" else "TABLE"
    name = quoted(old["relname"])
    if place.node == "rename_stmt":
        new = named_like(old, tree["newname"])
        back = f"ALTER {word} {new} RENAME TO {name}"
    else:
        new = f"{quoted(tree['newschema'])}.{name}"
        back = f"ALTER {word} {new} SET SCHEMA {quoted(place.table.rpartition('.')[0])}"
    view = " ".join(("CREATE VIEW", ranged(old), "AS SELECT * FROM", new))
    return Offer(
        steps=(step("rename", deparse(place.node, tree), view, undo=(f"DROP VIEW {ranged(old)}", back)),),
        asks=(
            "Grant the application's roles on the view what they have on the table; drop the view when no code uses the old name.",
        ),
        leaves=(place.table,),
    )
