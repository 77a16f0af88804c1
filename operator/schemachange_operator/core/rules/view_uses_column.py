"""A view that reads a column keeps it from being dropped or given another type: the server refuses it."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.rule import Rule

RULE = Rule(
    id="view-uses-column",
    finds="another type for, or DROP of, a column that a view reads",
    effect="the server refuses it as long as the view is there.",
    recipe="In the same step drop the view, change the column, make the view again and GRANT what it had.",
    bad="ALTER TABLE customers ALTER COLUMN name TYPE varchar;",
    good="DROP VIEW customer_names;\nALTER TABLE customers ALTER COLUMN name TYPE varchar;\n"
    "CREATE VIEW customer_names AS SELECT id, name FROM customers;\nGRANT SELECT ON customer_names TO PUBLIC;",
    fails=True,
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    facts = place.facts(place.table)
    if facts is None:
        return
    for command in place.commands("AT_AlterColumnType", "AT_DropColumn"):
        if command.get("behavior") == "DROP_CASCADE" or command["name"] not in facts.columns:
            continue
        views = [view for view in facts.read_by if _reads(place, view, command["name"])]
        if views:
            word = "reads" if len(views) == 1 else "read"
            yield Hit(views[0], f"{' and '.join(views)} {word} {command['name']}")


def _reads(place: Place, view: str, column: str) -> bool:
    known = place.facts(view)
    return known is not None and view not in place.course.dropped and column in known.words
