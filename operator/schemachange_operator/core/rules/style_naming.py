"""Names as the policy wants them."""

from collections.abc import Iterator

from schemachange_operator.api.patterns import matches
from schemachange_operator.api.standards import NamingRules
from schemachange_operator.core.rules.names_made import names_made
from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.rule import Rule

RULE = Rule(
    id="naming",
    finds="a new name that does not match its pattern in the policy's spec.standards.naming",
    effect="people and tools that rely on how things are called do not find it.",
    recipe="A name that matches the pattern.",
    bad='CREATE TABLE "Documents" (id bigint PRIMARY KEY);',
    good="CREATE TABLE documents (id bigint PRIMARY KEY);",
    style=True,
)
_NONE = NamingRules()


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    naming = place.standards.naming
    if naming == _NONE:
        return
    for made in names_made(place):
        pattern = getattr(naming, made.kind)
        if pattern and not matches(pattern, made.name, made.table, "_".join(made.columns)):
            words = made.kind.replace("_", " ")
            yield Hit(place.table, f"{made.name} does not match the pattern of {words}, {pattern}")
