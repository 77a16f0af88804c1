"""Functions, triggers, rules, DO blocks and CALL."""

from collections.abc import Callable, Iterator
from typing import Any

from schemachange_operator.core.effects import queries
from schemachange_operator.core.effects.found import Found
from schemachange_operator.core.effects.ground import Ground
from schemachange_operator.core.effects.locking import lock_all
from schemachange_operator.core.rules.place import Place
from schemachange_operator.core.sql import grammar
from schemachange_operator.core.sql.grammar import GrammarError, Parsed, strings, walk

_HEAD = "CREATE FUNCTION body() RETURNS void LANGUAGE plpgsql AS "
_ASSIGNED = ":="


def function(place: Place, ground: Ground, found: Found) -> None:
    """A function in SQL is checked when it is made, so that the tables in it are looked up."""
    if "sql_body" in place.tree:
        _looked_up(ground, found, place.tree["sql_body"])
        return
    options = {item["def_elem"]["defname"]: item["def_elem"] for item in place.tree.get("options", [])}
    if options.get("language", {}).get("arg", {}).get("string", {}).get("sval", "").lower() != "sql":
        return
    body = strings(options.get("as", {}).get("arg", {}).get("list", {}).get("items", []))
    try:
        for parsed in grammar.parse(body[0] if body else ""):
            _looked_up(ground, found, {parsed.node: parsed.tree})
    except GrammarError:
        found.opaque("the function's body could not be read")


def _looked_up(ground: Ground, found: Found, tree: Any) -> None:
    """Queries that are only checked: what they name is locked, what they write to more strongly."""
    queries.lock_named(ground, found, tree)
    for node in walk(tree):
        for member in queries.WRITES & node.keys():
            found.lock(ground.range(node[member]["relation"]), "RowExclusive")


def trigger(place: Place, ground: Ground, found: Found) -> None:
    """CREATE TRIGGER: one for each row of a partitioned table is made in its partitions as well."""
    table = ground.range(place.tree["relation"])
    whole = place.tree.get("row", False) and ground.partitioned(table)
    lock_all(found, ground.tree(table) if whole else [table], "ShareRowExclusive")
    if "constrrel" in place.tree:
        found.lock(ground.range(place.tree["constrrel"]), "AccessShare")


def rule(place: Place, ground: Ground, found: Found) -> None:
    """CREATE RULE: what its actions name is looked up."""
    _looked_up(ground, found, place.tree.get("actions", []))
    queries.lock_named(ground, found, place.tree.get("where_clause", {}))
    found.lock(ground.range(place.tree["relation"]), "AccessExclusive")


def call(_place: Place, _ground: Ground, found: Found) -> None:
    """CALL."""
    found.opaque("what the procedure does is not looked into")


EFFECTS: dict[str, Callable[[Place, Ground, Found], None]] = {
    "create_function_stmt": function,
    "create_trig_stmt": trigger,
    "rule_stmt": rule,
    "call_stmt": call,
}


def inside(outer: Parsed) -> Iterator[Parsed | str]:
    """What a DO block runs, statement by statement, conditions and assignments as queries; a text: why it is not known."""
    options = {item["def_elem"]["defname"]: item["def_elem"] for item in outer.tree["args"]}
    language = options.get("language", {}).get("arg", {}).get("string", {}).get("sval", "plpgsql")
    body = options.get("as", {}).get("arg", {}).get("string", {}).get("sval", "")
    if language != "plpgsql":
        yield f"a DO block in {language} is not looked into"
        return
    try:
        tree = grammar.parse_body(f"{_HEAD}{_quoted(body)}")
    except GrammarError:
        yield "the DO block could not be read"
        return
    made_up = list(_dynamic(tree))
    for expression in made_up:
        yield from _executed(outer, expression)
    for node in walk(tree):
        text = node.get("PLpgSQL_expr", {}).get("query", "")
        if text and text not in made_up:
            yield from _embedded(outer, text)


def _quoted(body: str) -> str:
    return (
        "'" + body.replace("'", "''") + "'"
        if "\\" not in body
        else "E'" + body.replace("\\", "\\\\").replace("'", "''") + "'"
    )


def _dynamic(tree: Any) -> Iterator[str]:
    for node in walk(tree):
        for member in ("PLpgSQL_stmt_dynexecute", "PLpgSQL_stmt_dynfors"):
            if member in node:
                yield node[member].get("query", {}).get("PLpgSQL_expr", {}).get("query", "")
        if "PLpgSQL_stmt_open" in node and "dynquery" in node["PLpgSQL_stmt_open"]:
            yield node["PLpgSQL_stmt_open"]["dynquery"].get("PLpgSQL_expr", {}).get("query", "")


def _executed(outer: Parsed, expression: str) -> Iterator[Parsed | str]:
    """EXECUTE of a plain string is that statement; of anything else nobody can say what it is."""
    try:
        (value,) = grammar.parse(f"SELECT {expression}")
        text = value.tree["target_list"][0]["res_target"]["val"]["a_const"]["sval"]["sval"]
    except (GrammarError, KeyError, ValueError):
        yield "EXECUTE of a text that is made when it runs"
        return
    yield from _embedded(outer, text)


def _embedded(outer: Parsed, text: str) -> Iterator[Parsed | str]:
    """A statement, an expression, or an assignment."""
    for candidate in (text, f"SELECT {text}", f"SELECT {text.partition(_ASSIGNED)[2] or text.partition('=')[2]}"):
        try:
            parsed = grammar.parse(candidate)
        except GrammarError:
            continue
        yield from (Parsed(one.node, one.tree, one.text, outer.line) for one in parsed)
        return
    yield "a statement in the DO block could not be read"
