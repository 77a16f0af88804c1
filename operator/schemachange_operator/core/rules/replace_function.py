"""CREATE OR REPLACE FUNCTION with another result: measured, the server refuses it."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.reading import name_of, type_of
from schemachange_operator.core.rules.rule import Rule
from schemachange_operator.core.sql.grammar import GrammarError, Tree, parse

RULE = Rule(
    id="replace-function-result",
    finds="CREATE OR REPLACE FUNCTION with another type of result",
    effect="the server refuses it.",
    recipe="Make a function of another name; or drop the old one and make the new one in the same step.",
    bad="CREATE OR REPLACE FUNCTION touch() RETURNS text LANGUAGE sql AS 'SELECT now()::text';",
    good="CREATE FUNCTION touched() RETURNS text LANGUAGE sql AS 'SELECT now()::text';",
    fails=True,
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    if place.node != "create_function_stmt" or not place.tree.get("replace"):
        return
    name = name_of(place.tree["funcname"])
    if name in place.course.functions_dropped:
        return
    for key, definition in place.catalog.functions.items():
        if key.partition("(")[0].rpartition(".")[2] != name:
            continue
        old = _read(definition)
        if old and _arguments(old) == _arguments(place.tree) and _result(old) != _result(place.tree):
            yield Hit("", f"{name}() returns {_result(old)[0]}")


def _read(definition: str) -> Tree | None:
    try:
        (parsed,) = parse(definition)
    except (GrammarError, ValueError):
        return None
    return parsed.tree


def _arguments(tree: Tree) -> list[object]:
    parameters = (item["function_parameter"] for item in tree.get("parameters", []))
    return [type_of(one["arg_type"]) for one in parameters if one.get("mode") not in {"FUNC_PARAM_OUT", "FUNC_PARAM_TABLE"}]


def _result(tree: Tree) -> tuple[object, ...]:
    base, _, array = type_of(tree.get("return_type", {}))
    return base, array, bool(tree.get("return_type", {}).get("setof"))
