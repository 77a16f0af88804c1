"""What a table or a column is for, written where everybody finds it."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.reading_columns import columns_made
from schemachange_operator.core.rules.rule import Rule

RULE = Rule(
    id="missing-comment",
    finds="a new table or column without COMMENT in the same change, where the policy's spec.standards.comments asks for it",
    effect="nobody but its author knows what it means.",
    recipe="COMMENT ON it in the same change.",
    bad="CREATE TABLE documents (id bigint PRIMARY KEY);",
    good="CREATE TABLE documents (id bigint PRIMARY KEY);\nCOMMENT ON TABLE documents IS 'Everything that was signed';",
    style=True,
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    asked, commented = place.standards.comments, place.course.commented
    if place.node not in {"create_stmt", "alter_table_stmt"} or "partbound" in place.tree:
        return
    table = place.key(place.made.relations[0]) if place.made.relations else ""
    if "Tables" in asked and place.node == "create_stmt" and table not in commented:
        yield Hit(table, f"{table} has no comment")
    for column in columns_made(place) if "Columns" in asked else ():
        if f"{table}.{column['colname']}" not in commented:
            yield Hit(table, f"{table}.{column['colname']} has no comment")
