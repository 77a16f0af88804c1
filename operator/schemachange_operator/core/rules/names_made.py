"""Every name that a statement gives to something new, and what kind of thing that is."""

from collections.abc import Iterator
from typing import NamedTuple

from schemachange_operator.core.rules.place import Place
from schemachange_operator.core.rules.reading import constraints, name_of
from schemachange_operator.core.rules.reading_columns import columns_made
from schemachange_operator.core.sql.grammar import Tree, strings


class Made(NamedTuple):
    """One new name."""

    kind: str
    """A member of NamingRules: tables, columns, …"""
    name: str
    table: str = ""
    """The table's own name, without its schema, for an index or a constraint."""
    columns: tuple[str, ...] = ()
    """The columns of an index or a constraint."""


_CONSTRAINTS = {
    "CONSTR_PRIMARY": "primary_keys",
    "CONSTR_UNIQUE": "unique_constraints",
    "CONSTR_FOREIGN": "foreign_keys",
    "CONSTR_CHECK": "checks",
    "CONSTR_EXCLUSION": "exclusions",
}
_RENAMED = {
    "OBJECT_TABLE": "tables",
    "OBJECT_FOREIGN_TABLE": "tables",
    "OBJECT_VIEW": "views",
    "OBJECT_MATVIEW": "views",
    "OBJECT_COLUMN": "columns",
    "OBJECT_INDEX": "indexes",
    "OBJECT_SEQUENCE": "sequences",
    "OBJECT_SCHEMA": "schemas",
    "OBJECT_FUNCTION": "functions",
    "OBJECT_PROCEDURE": "functions",
    "OBJECT_TRIGGER": "triggers",
    "OBJECT_TYPE": "types",
    "OBJECT_DOMAIN": "types",
    "OBJECT_POLICY": "policies",
}
_NAMED_BY: dict[str, tuple[str, str]] = {
    "create_trig_stmt": ("triggers", "trigname"),
    "create_policy_stmt": ("policies", "policy_name"),
    "create_schema_stmt": ("schemas", "schemaname"),
    "create_function_stmt": ("functions", "funcname"),
    "create_domain_stmt": ("types", "domainname"),
    "create_enum_stmt": ("types", "type_name"),
    "create_range_stmt": ("types", "type_name"),
}
"""Statements whose new name stands in one member, as a text or as the parts of a name."""


def names_made(place: Place) -> Iterator[Made]:
    """See the module."""
    tree = place.tree
    if place.node in _NAMED_BY:
        kind, member = _NAMED_BY[place.node]
        given = tree.get(member, "")
        yield Made(kind, given if isinstance(given, str) else name_of(given))
    elif place.node == "rename_stmt" and tree["rename_type"] in _RENAMED:
        yield Made(_RENAMED[tree["rename_type"]], tree["newname"], _table(place))
    elif place.node == "index_stmt" and tree.get("idxname"):
        columns = (item.get("index_elem", {}).get("name", "") for item in tree.get("index_params", []))
        yield Made("indexes", tree["idxname"], _table(place), tuple(filter(None, columns)))
    yield from _relations(place)
    for column in columns_made(place):
        yield Made("columns", column["colname"])
        for one in constraints(column):
            yield from _constraint(place, one, (column["colname"],))
    for one in _constraints_made(place):
        keys = strings(one.get("keys", []) or one.get("fk_attrs", []))
        yield from _constraint(place, one, keys)


def _relations(place: Place) -> Iterator[Made]:
    node, tree = place.node, place.tree
    if node == "create_stmt":
        yield Made("tables", tree["relation"]["relname"])
    elif node == "create_foreign_table_stmt":
        yield Made("tables", tree["base_stmt"]["relation"]["relname"])
    elif node == "create_table_as_stmt":
        kind = "views" if tree.get("objtype") == "OBJECT_MATVIEW" else "tables"
        yield Made(kind, tree["into"]["rel"]["relname"])
    elif node == "view_stmt":
        yield Made("views", tree["view"]["relname"])
    elif node == "create_seq_stmt":
        yield Made("sequences", tree["sequence"]["relname"])
    elif node == "composite_type_stmt":
        yield Made("types", tree["typevar"]["relname"])


def _table(place: Place) -> str:
    return place.table.rpartition(".")[2]


def _constraints_made(place: Place) -> Iterator[Tree]:
    if place.node == "create_stmt":
        yield from (item["constraint"] for item in place.tree.get("table_elts", []) if "constraint" in item)
    if place.node == "alter_table_stmt":
        commands = (item["alter_table_cmd"] for item in place.tree["cmds"])
        yield from (one["def"]["constraint"] for one in commands if one["subtype"] == "AT_AddConstraint")


def _constraint(place: Place, constraint: Tree, columns: tuple[str, ...]) -> Iterator[Made]:
    kind, name = _CONSTRAINTS.get(constraint["contype"]), constraint.get("conname")
    if kind and name:
        yield Made(kind, name, _table(place), columns)
