"""ALTER TYPE … RENAME VALUE: code that names the old label fails at once."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.rule import Rule

RULE = Rule(
    id="rename-enum-value",
    finds="ALTER TYPE … RENAME VALUE",
    effect="the running application fails wherever it names the old label.",
    recipe="Add a new label, move the code and the rows, leave the old one.",
    bad="ALTER TYPE mood RENAME VALUE 'sad' TO 'blue';",
    good="ALTER TYPE mood ADD VALUE 'blue' AFTER 'sad';",
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    if place.node == "alter_enum_stmt" and place.tree.get("old_val"):
        yield Hit("", f"'{place.tree['old_val']}' becomes '{place.tree.get('new_val', '')}'")
