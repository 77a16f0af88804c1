"""ALTER DOMAIN … DROP CONSTRAINT, DROP NOT NULL: values that it refused come in, in every table that uses it."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.rule import Rule
from schemachange_operator.core.sql.grammar import strings

RULE = Rule(
    id="alter-domain-loosens",
    finds="ALTER DOMAIN that drops a constraint or NOT NULL",
    effect="values that it refused are accepted from then on, in every table with a column of the domain.",
    recipe="Put a constraint that says the same in its place before, or drop it in a change with compatibility Contract.",
    bad="ALTER DOMAIN positive DROP CONSTRAINT positive_check;",
    good="ALTER DOMAIN positive ADD CONSTRAINT small CHECK (VALUE < 1000) NOT VALID;",
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    if place.node == "alter_domain_stmt" and place.tree.get("subtype") in {"X", "N"}:
        domain = place.parts_key(strings(place.tree["type_name"]))
        if domain not in place.course.domains:
            what = place.tree.get("name", "NOT NULL")
            yield Hit("", f"{what} of the domain {domain} is dropped")
