"""RENAME of a schema, type or function: code that uses the old name fails at once."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.rule import Rule

RULE = Rule(
    id="rename-schema",
    finds="a schema, type, domain or function that is renamed or moved",
    effect="the running application fails wherever it uses the old name.",
    recipe="Make the new one beside the old one, move the code, drop the old one.",
    bad="ALTER SCHEMA archive RENAME TO attic;",
    good="CREATE SCHEMA attic;",
)
_KINDS = frozenset(
    {
        "OBJECT_SCHEMA",
        "OBJECT_TYPE",
        "OBJECT_DOMAIN",
        "OBJECT_FUNCTION",
        "OBJECT_PROCEDURE",
        "OBJECT_ROUTINE",
        "OBJECT_AGGREGATE",
    }
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    if place.node in {"rename_stmt", "alter_object_schema_stmt"}:
        kind = place.tree.get("rename_type") or place.tree.get("object_type") or ""
        if kind in _KINDS:
            words = kind.removeprefix("OBJECT_").lower()
            yield Hit("", f"a {words} becomes {place.tree.get('newname') or place.tree.get('newschema')}")
