"""Expressions of the migration that may be computed on the target before anybody has approved it.

A probe runs them there, so nothing may be called that could do more than compute: PostgreSQL's own functions from a list,
no function of the application's and no subquery. A probe's transaction is read-only besides.
"""

from schemachange_operator.core.rules.reading import built_in
from schemachange_operator.core.sql.grammar import Tree, strings, walk, write_expression

HARMLESS = frozenset(
    {
        "char_length", "character_length", "octet_length", "bit_length", "regexp_replace", "regexp_match", "regexp_like",
        "regexp_matches", "starts_with", "split_part", "strpos", "initcap", "reverse", "translate", "like_escape",
        "similar_to_escape", "array_length", "array_ndims", "cardinality", "array_position", "array_to_string", "isfinite",
        "num_nonnulls", "num_nulls", "jsonb_typeof", "json_typeof", "jsonb_array_length", "json_array_length",
        "jsonb_extract_path_text", "isempty", "lower_inc", "upper_inc", "lower_inf", "upper_inf", "trunc", "sign", "sqrt",
        "date_bin", "to_ascii", "lpad", "rpad", "unistr", "encode", "int8range", "tstzmultirange", "numnode", "family",
        "masklen", "host", "scale", "min_scale", "trim_scale", "sha224", "sha384", "jsonb_strip_nulls", "get_byte",
    }
)  # fmt: skip
"""Further functions of PostgreSQL that only compute, as checks and casts use them; a test looks them up on servers."""


def askable(*expressions: Tree) -> bool:
    """Whether these expressions may be computed on the target."""
    return all(_harmless(node) for expression in expressions for node in walk(expression))


def _harmless(node: Tree) -> bool:
    if "sub_link" in node or "select_stmt" in node or "param_ref" in node:
        return False
    if "funcname" not in node:
        return True
    parts = strings(node["funcname"])
    own = (len(parts) == 2 and parts[0] == "pg_catalog") or len(parts) == 1
    return own and (built_in(parts[-1]) or parts[-1] in HARMLESS)


def text_of(expression: Tree) -> str:
    """The expression in brackets."""
    return f"({write_expression(expression)})"


def column(name: str) -> Tree:
    """The tree of a column."""
    return {"column_ref": {"fields": [{"string": {"sval": name}}]}}


def cast(expression: Tree, type_name: Tree) -> Tree:
    """The tree of a cast."""
    return {"type_cast": {"arg": expression, "type_name": type_name}}


def replaced(expression: Tree, name: str, by: str) -> Tree:
    """A copy in which another column stands for the one of a name: VALUE in a domain's CHECK."""

    def copied(value: object) -> object:
        if isinstance(value, dict):
            if "column_ref" in value and strings(value["column_ref"].get("fields", [])) == (name,):
                return column(by)
            return {key: copied(inner) for key, inner in value.items()}
        return [copied(inner) for inner in value] if isinstance(value, list) else value

    made: Tree = copied(expression)  # type: ignore[assignment]
    return made
