"""Kinds of statements that the policy does not want at all."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.rule import Rule

RULE = Rule(
    id="forbidden-statement",
    finds="a statement of a kind that the policy's spec.standards.forbiddenStatements names",
    effect="the data design standards of this database do not allow it.",
    recipe="Do it in another way, or waive the rule with a reason.",
    bad="CREATE RULE letters_quiet AS ON DELETE TO letters DO INSTEAD NOTHING;",
    good="CREATE TABLE letters_kept (number bigint PRIMARY KEY);",
    severity="Block",
    style=True,
    also=("create-trigger",),
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    forbidden = {" ".join(words.upper().split()) for words in place.standards.forbidden_statements}
    if place.made.kind.upper() in forbidden:
        yield Hit(place.table, f"{place.made.kind} is forbidden")
