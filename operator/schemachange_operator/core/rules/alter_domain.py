"""ALTER DOMAIN with a constraint: measured, SHARE on every table that uses it while all are read; VALIDATE as well."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.rule import Rule
from schemachange_operator.core.sql.grammar import strings

RULE = Rule(
    id="alter-domain-scans",
    finds="ALTER DOMAIN that adds or validates a constraint",
    effect="writes to every table with a column of the domain wait while all of them are read.",
    recipe="CHECK constraints on the tables themselves, NOT VALID, validated in another step.",
    bad="ALTER DOMAIN positive ADD CONSTRAINT small CHECK (VALUE < 1000);",
    good="ALTER DOMAIN positive ADD CONSTRAINT small CHECK (VALUE < 1000) NOT VALID;",
    lock="Share",
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    if place.node == "alter_domain_stmt" and place.made.lock == "Share":
        domain = place.parts_key(strings(place.tree["type_name"]))
        if domain not in place.course.domains:
            yield Hit("", f"every table that uses {domain} is read")
