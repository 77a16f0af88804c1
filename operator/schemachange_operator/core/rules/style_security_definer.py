"""SECURITY DEFINER without a search_path of its own: who calls it chooses what its names mean."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.reading import name_of
from schemachange_operator.core.rules.rule import Rule

RULE = Rule(
    id="security-definer-search-path",
    finds="a SECURITY DEFINER function without SET search_path",
    effect="whoever calls it decides what the names in it mean, with the owner's rights.",
    recipe="SET search_path = pg_catalog, pg_temp (and qualified names) in its definition.",
    bad="CREATE FUNCTION secret() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT count(*) FROM letters';",
    good="CREATE FUNCTION secret() RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp"
    " AS 'SELECT count(*) FROM letters';",
    style=True,
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    if place.node != "create_function_stmt":
        return
    options = [item["def_elem"] for item in place.tree.get("options", [])]
    definer = any(one["defname"] == "security" and one["arg"].get("boolean", {}).get("boolval") for one in options)
    pinned_path = any(
        one["arg"].get("variable_set_stmt", {}).get("name") == "search_path" for one in options if "arg" in one
    )
    if definer and not pinned_path:
        yield Hit("", f"{name_of(place.tree['funcname'])} runs with its owner's rights")
