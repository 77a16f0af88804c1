"""Pieces of SQL, written from trees: names quoted where they have to be, the user's own options kept."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from schemachange_operator.core.rules.place import Place
from schemachange_operator.core.sql.grammar import GrammarError, Tree, deparse, parse, strings

_EVERYWHERE = "CREATE TABLE {0}.{0} ({0} text); ALTER TABLE {0} ADD CONSTRAINT {0} UNIQUE ({0}); SELECT {0} FROM {0}; {1}"
_FUNCTION = "CREATE FUNCTION {0}() RETURNS trigger LANGUAGE sql AS ''; DROP TRIGGER {0} ON {0}"
_FREE = "ALTER TABLE x "
_SELECT = "SELECT "


@lru_cache(maxsize=1024)
def quoted(name: str) -> str:
    """A name as SQL; in quotes where it means something else, or nothing, without them."""
    plain = name == name.lower() and name.replace("_", "a").replace("$", "a").isalnum() and not name[0].isdigit()
    if plain and name.isascii():
        try:
            parse(_EVERYWHERE.format(name, _FUNCTION.format(name)))
        except GrammarError:
            plain = False
    return name if plain and name.isascii() else '"' + name.replace('"', '""') + '"'


def columns(names: Iterable[str]) -> str:
    """A list of names, with commas."""
    return ", ".join(quoted(name) for name in names)


def dotted(key: str) -> str:
    """A relation that is known as schema.name."""
    schema, _, name = key.rpartition(".")
    return f"{quoted(schema)}.{quoted(name)}" if schema else quoted(name)


def beside(key: str, name: str) -> str:
    """Something of a name in the same schema as a relation that is known as schema.name."""
    return dotted(f"{key.rpartition('.')[0]}.{name}")


def ranged(range_variable: Tree) -> str:
    """A relation as a statement names it: with its schema only where it says one."""
    parts = (range_variable.get("schemaname"), range_variable["relname"])
    return ".".join(quoted(part) for part in parts if part)


def named_like(range_variable: Tree, name: str) -> str:
    """Another relation's name, in the schema that a statement says for this one."""
    schema = range_variable.get("schemaname")
    return f"{quoted(schema)}.{quoted(name)}" if schema else quoted(name)


def alter(place: Place) -> str:
    """The beginning of an ALTER TABLE of the same table, ONLY and IF EXISTS included."""
    relation = place.tree["relation"]
    words = ("IF EXISTS " if place.tree.get("missing_ok") else "") + ("" if relation.get("inh") else "ONLY ")
    return f"ALTER TABLE {words}{ranged(relation)}"


def actions(place: Place, commands: Iterable[Tree]) -> str:
    """An ALTER TABLE of the same table with these of its actions."""
    return deparse(place.node, {**place.tree, "cmds": [{"alter_table_cmd": command} for command in commands]})


def expression(tree: Tree) -> str:
    """An expression."""
    return deparse("select_stmt", _select(tree)).removeprefix(_SELECT)


def _select(tree: Tree) -> Tree:
    return {"target_list": [{"res_target": {"val": tree}}], "limit_option": "LIMIT_OPTION_DEFAULT", "op": "SETOP_NONE"}


def constraint(tree: Tree) -> str:
    """A table's constraint as it stands behind ADD."""
    command = {"subtype": "AT_AddConstraint", "def": {"constraint": tree}, "behavior": "DROP_RESTRICT"}
    return _free(command).removeprefix(f"{_FREE}ADD ")


def type_name(tree: Tree) -> str:
    """A type."""
    column = {"column_def": {"colname": "x", "type_name": tree, "is_local": True}}
    command = {"subtype": "AT_AddColumn", "def": column, "behavior": "DROP_RESTRICT"}
    return _free(command).removeprefix(f"{_FREE}ADD COLUMN x ")


def _free(command: Tree) -> str:
    relation = {"relname": "x", "inh": True, "relpersistence": "p"}
    tree = {"relation": relation, "cmds": [{"alter_table_cmd": command}], "objtype": "OBJECT_TABLE"}
    return deparse("alter_table_stmt", tree)


def collation(column: Tree) -> str:
    """COLLATE as a column definition has it; empty where it has none."""
    parts = strings(column.get("coll_clause", {}).get("collname", []))
    return f" COLLATE {'.'.join(quoted(part) for part in parts)}" if parts else ""


def replaced(tree: Any, fields: Tree, by: Tree) -> Any:
    """A tree in which every expression that equals one is another."""
    if isinstance(tree, dict):
        if _bare(tree) == _bare(fields):
            return by
        return {key: replaced(value, fields, by) for key, value in tree.items()}
    return [replaced(item, fields, by) for item in tree] if isinstance(tree, list) else tree


def column(*parts: str) -> Tree:
    """The tree of a column's name: a, or t.a."""
    return {"column_ref": {"fields": [{"string": {"sval": part}} for part in parts]}}


def _bare(tree: Tree) -> Any:
    return tree.get("column_ref", {}).get("fields") if set(tree) == {"column_ref"} else tree if tree else None
