"""Columns that every table of this database has."""

from collections.abc import Iterator

from schemachange_operator.api.standards import RequiredColumn
from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.reading import SERIAL_TYPES, has, read_type, type_of
from schemachange_operator.core.rules.reading_columns import columns_made
from schemachange_operator.core.rules.rule import Rule
from schemachange_operator.core.sql.grammar import Tree, strings

RULE = Rule(
    id="required-column",
    finds="a new table without a column that the policy's spec.standards.requiredColumns asks for",
    effect="what relies on that column in every table does not work for this one.",
    recipe="Give the table the column, as the policy describes it.",
    bad="CREATE TABLE documents (id bigint PRIMARY KEY);",
    good="CREATE TABLE documents (id bigint PRIMARY KEY, created_at timestamptz NOT NULL DEFAULT now());",
    style=True,
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    tree = place.tree
    # A partition, a child and a copy have the columns of another table.
    inherits = "inh_relations" in tree or any("table_like_clause" in item for item in tree.get("table_elts", []))
    if place.node != "create_stmt" or inherits or "of_typename" in tree or tree["relation"].get("relpersistence") == "t":
        return
    columns = {column["colname"]: column for column in columns_made(place)}
    for wanted in place.standards.required_columns:
        complaint = _complaint(wanted, columns.get(wanted.name), _in_key(place, wanted.name))
        if complaint:
            yield Hit(place.table, f"{place.table} {complaint}")


def _complaint(wanted: RequiredColumn, column: Tree | None, in_key: bool) -> str:
    if column is None:
        return f"has no column {wanted.name}"
    base = type_of(column.get("type_name", {}))[0]
    expected = read_type(wanted.type) if wanted.type else None
    if expected and SERIAL_TYPES.get(base, base) != expected[0]:
        return f"has {wanted.name} as {base}, not as {wanted.type}"
    if wanted.not_null and not (in_key or has(column, "NOTNULL", "PRIMARY", "IDENTITY")):
        return f"has {wanted.name} without NOT NULL"
    return ""


def _in_key(place: Place, column: str) -> bool:
    elements = (item.get("constraint", {}) for item in place.tree.get("table_elts", []))
    return any(one.get("contype") == "CONSTR_PRIMARY" and column in strings(one.get("keys", [])) for one in elements)
