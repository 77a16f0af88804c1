"""Column definitions of new tables and new columns, for the rules of style."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Place
from schemachange_operator.core.sql.grammar import Tree


def columns_made(place: Place) -> Iterator[Tree]:
    """Every column definition that a statement makes."""
    if place.node == "create_stmt":
        for item in place.tree.get("table_elts", []):
            if "column_def" in item:
                yield item["column_def"]
    if place.node == "alter_table_stmt":
        for item in place.tree["cmds"]:
            if item["alter_table_cmd"]["subtype"] == "AT_AddColumn":
                yield item["alter_table_cmd"]["def"]["column_def"]
