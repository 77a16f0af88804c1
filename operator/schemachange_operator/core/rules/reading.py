"""Questions to trees of statements that several rules ask."""

import re
from collections.abc import Iterator

from schemachange_operator.core.sql.grammar import GrammarError, Tree, parse, strings, walk

TypeName = tuple[str, tuple[int, ...], bool]
"""Base name as pg_type writes it, modifiers, whether it is an array."""

_VOLATILE = frozenset(
    {
        "clock_timestamp", "timeofday", "random", "random_normal", "gen_random_uuid", "gen_random_bytes", "gen_salt",
        "uuidv4", "uuidv7", "uuid_generate_v1", "uuid_generate_v1mc", "uuid_generate_v4", "nextval", "currval", "setval",
        "lastval", "pg_sleep", "setseed",
    }
)  # fmt: skip
_STEADY = frozenset(
    {
        "now", "transaction_timestamp", "statement_timestamp", "current_setting", "lower", "upper", "concat", "concat_ws",
        "md5", "date_trunc", "date_part", "extract", "timezone", "make_date", "make_timestamp", "make_timestamptz",
        "make_interval", "to_char", "to_date", "to_timestamp", "to_number", "to_tsvector", "to_jsonb", "to_json",
        "jsonb_build_object", "jsonb_build_array", "json_build_object", "json_build_array", "array_fill", "array_append",
        "string_to_array", "format", "length", "btrim", "ltrim", "rtrim", "replace", "round", "floor", "ceil", "ceiling",
        "abs", "point", "box", "int4range", "int8range", "numrange", "tsrange", "tstzrange", "daterange",
        "current_database", "current_schema", "txid_current", "hashtext", "decode", "encode", "convert_from", "convert_to",
        "sha256", "sha512", "digest", "repeat", "left", "right", "substring", "substr", "position", "mod", "power", "age",
    }
)  # fmt: skip
"""Functions of PostgreSQL that are IMMUTABLE or STABLE (pg_proc.provolatile), as far as defaults use them."""

_SELECTED = frozenset({"set_config", "count", "max", "min", "sum", "version", "string_agg", "array_agg", "to_regclass"})

SERIALS = frozenset({"serial", "serial2", "serial4", "serial8", "bigserial", "smallserial"})
SERIAL_TYPES = {
    "serial": "int4", "serial4": "int4", "bigserial": "int8", "serial8": "int8", "smallserial": "int2", "serial2": "int2",
}  # fmt: skip
"""What a column of a serial type really is."""
_RELABELLED = {"bpchar": "bpchar", "char": "bpchar", "int": "int4"}


def name_of(parts: list[Tree]) -> str:
    """The last part of a qualified name."""
    found = strings(parts)
    return found[-1] if found else ""


def constraints(column: Tree) -> Iterator[Tree]:
    """The constraints that a column definition holds."""
    for item in column.get("constraints", []):
        yield item["constraint"]


def has(column: Tree, *kinds: str) -> bool:
    """Whether a column definition holds a constraint of one of these kinds (NOTNULL, DEFAULT, …)."""
    return any(one["contype"].removeprefix("CONSTR_") in kinds for one in constraints(column))


def default_of(column: Tree) -> Tree | None:
    """The expression of a column's default; None where there is none, or where it is NULL."""
    for one in constraints(column):
        expression: Tree | None = one.get("raw_expr")
        if one["contype"] == "CONSTR_DEFAULT" and expression is not None and not _is_null(expression):
            return expression
    return None


def _is_null(expression: Tree) -> bool:
    inner = expression.get("type_cast", {}).get("arg", expression)
    return bool(inner.get("a_const", {}).get("isnull", False))


def is_serial(column: Tree) -> bool:
    """Whether its type is one of the serial words."""
    names = strings(column.get("type_name", {}).get("names", []))
    return len(names) == 1 and names[0] in SERIALS


def volatile_functions(expression: Tree, steady: frozenset[str]) -> tuple[str, ...]:
    """Functions in an expression that are VOLATILE, or that nothing is known of (VOLATILE is what CREATE FUNCTION makes)."""
    called = [strings(node["funcname"]) for node in walk(expression) if "funcname" in node]
    return tuple(dict.fromkeys(parts[-1] for parts in called if parts and _volatile(parts, steady)))


def _volatile(parts: tuple[str, ...], steady: frozenset[str]) -> bool:
    if parts[-1] in _VOLATILE:
        return True
    if parts[0] == "pg_catalog" and len(parts) > 1:
        return False
    return parts[-1] not in _STEADY and parts[-1] not in steady


def built_in(name: str) -> bool:
    """Whether a name is known as a function of PostgreSQL that only computes."""
    return name in _STEADY


def called_by(query: Tree) -> tuple[str, ...]:
    """Functions that a query selects and that may be the application's own: neither PostgreSQL's nor known to be harmless."""
    targets = [item.get("res_target", {}).get("val", {}).get("func_call", {}) for item in query.get("target_list", [])]
    called = [strings(one["funcname"]) for one in targets if "funcname" in one]
    harmless = _STEADY | _VOLATILE | _SELECTED
    return tuple(p[-1] for p in called if p[0] != "pg_catalog" and p[-1] not in harmless and not p[-1].startswith("pg_"))


def type_of(tree: Tree) -> TypeName:
    """A TypeName as a value."""
    base = name_of(tree.get("names", []))
    modifiers = tuple(
        int(value["ival"].get("ival", 0))
        for value in (item.get("a_const", {}) for item in tree.get("typmods", []))
        if "ival" in value
    )
    if base == "interval":
        # The first modifier is the mask of its fields.
        modifiers = modifiers[1:]
    return _RELABELLED.get(base, base), modifiers, bool(tree.get("array_bounds"))


def read_type(text: str) -> TypeName | None:
    """What format_type wrote; None where it cannot be read."""
    try:
        (parsed,) = parse(f"SELECT NULL::{text}")
        tree = parsed.tree["target_list"][0]["res_target"]["val"]["type_cast"]["type_name"]
    except (GrammarError, KeyError, ValueError):
        return None
    return type_of(tree)


def columns_not_null(expression: Tree) -> frozenset[str]:
    """Columns that an expression proves to be not null: c IS NOT NULL, joined by AND and nothing else.

    Anything else does not prove it to PostgreSQL: CHECK (c > 0) is true of NULL.
    """
    if "null_test" in expression and expression["null_test"].get("nulltesttype") == "IS_NOT_NULL":
        fields = expression["null_test"]["arg"].get("column_ref", {}).get("fields", [])
        return frozenset({name_of(fields)}) if fields else frozenset()
    joined = expression.get("bool_expr", {})
    if joined.get("boolop") == "AND_EXPR":
        return frozenset().union(*(columns_not_null(part) for part in joined["args"]))
    return frozenset()


def check_expression(definition: str) -> Tree:
    """The expression in what pg_get_constraintdef wrote of a CHECK; an empty tree where it cannot be read."""
    try:
        (parsed,) = parse(f"ALTER TABLE t ADD {definition}")
        found: Tree = parsed.tree["cmds"][0]["alter_table_cmd"]["def"]["constraint"]["raw_expr"]
    except (GrammarError, KeyError, ValueError):
        return {}
    return found


def mentions(definition: str, column: str) -> bool:
    """Whether a definition, as the server writes it, names a column."""
    return re.search(rf'(?<![\w"]){re.escape(column)}(?![\w"])|"{re.escape(column)}"', definition) is not None
