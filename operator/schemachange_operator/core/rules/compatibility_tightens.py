"""More is asked of the running application in a change that says that it only adds."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.promises import tightens
from schemachange_operator.core.rules.rule import Rule

RULE = Rule(
    id="compatibility-tightens",
    finds="a constraint, trigger or change of rows in tables in use, in a change whose spec.compatibility says Additive",
    effect="writes of the running application may be refused or changed, and the change says that it notices nothing.",
    recipe="Say Expand: old and new code work, and the reviewer looks at what is asked of both.",
    bad="ALTER TABLE orders ADD CONSTRAINT total_positive CHECK (total >= 0) NOT VALID;",
    good="CREATE TABLE tips (id bigint PRIMARY KEY, amount numeric CHECK (amount > 0));",
    compatibility="Additive",
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    if place.compatibility == "Additive":
        yield from tightens(place)
