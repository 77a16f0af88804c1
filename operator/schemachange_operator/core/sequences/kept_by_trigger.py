"""A column that a trigger keeps, computed from the row's other columns, while code and rows move to it."""

from typing import NamedTuple

from schemachange_operator.core.rules.place import Place
from schemachange_operator.core.sequences.names import LONGEST
from schemachange_operator.core.sequences.writing import column, expression, named_like, quoted, ranged, replaced
from schemachange_operator.core.sql.grammar import Tree, strings, walk


class Keeper(NamedTuple):
    """A trigger and its function."""

    make: tuple[str, ...]
    drop: tuple[str, ...]


def keeper(place: Place, target: str, value: Tree) -> Keeper:
    """The trigger that sets a column to an expression whenever a row is written."""
    return keeper_of(place, target, f"  NEW.{quoted(target)} := {expression(in_new_row(value))};")


def keeper_of(place: Place, target: str, body: str) -> Keeper:
    """The trigger with this body for a column."""
    relation = place.tree["relation"]
    table = ranged(relation)
    name = f"{relation['relname']}_{target}_keep".encode()[:LONGEST].decode(errors="ignore")
    function, trigger = named_like(relation, name), quoted(name)
    return Keeper(
        make=(
            f"CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$\nBEGIN\n{body}\n  RETURN NEW;\nEND $$",
            f"CREATE TRIGGER {trigger} BEFORE INSERT OR UPDATE ON {table}\n  FOR EACH ROW EXECUTE FUNCTION {function}()",
        ),
        drop=(f"DROP TRIGGER {trigger} ON {table}", f"DROP FUNCTION {function}()"),
    )


def in_new_row(tree: Tree) -> Tree:
    """An expression over a table's columns as one over the columns of NEW."""
    for node in list(walk(tree)):
        fields = strings(node.get("column_ref", {}).get("fields", []))
        if fields and fields[0] != "new":
            tree = replaced(tree, column(*fields), column("new", fields[-1]))
    return tree
