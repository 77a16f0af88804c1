"""ALTER TYPE … ADD VALUE and a use of the label in one transaction: refused by the server."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.rule import Rule
from schemachange_operator.core.sql.grammar import walk

RULE = Rule(
    id="enum-value-used",
    finds="an enum label that is used in the step that adds it",
    effect="the server refuses it: a new label can be used once it is committed.",
    recipe="Use it in a later step.",
    bad="ALTER TYPE mood ADD VALUE 'bored';\nUPDATE orders SET state = 'bored' WHERE id = 1;",
    good="ALTER TYPE mood ADD VALUE 'bored';\n-- next step\nUPDATE orders SET state = 'bored' WHERE id = 1;",
    fails=True,
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    if place.node == "alter_enum_stmt":
        return
    fresh = {label for label, step in place.course.labels.items() if step == place.step}
    for node in walk(place.tree) if fresh else ():
        label = node.get("a_const", {}).get("sval", {}).get("sval")
        if label in fresh:
            yield Hit("", f"'{label}' is added in this step")
            return
