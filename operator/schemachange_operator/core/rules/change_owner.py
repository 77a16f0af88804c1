"""OWNER TO: the owner alone may alter, and a role that was the owner may not any more."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.rule import Rule
from schemachange_operator.core.sql.grammar import strings

RULE = Rule(
    id="change-owner",
    finds="OWNER TO of something in use",
    effect="the old owner loses every right on it that was not granted, and later changes fail where they run as that role.",
    recipe="Grant the old owner what the application needs, first; see to it that spec.roles.migration is the new owner.",
    bad="ALTER TABLE letters OWNER TO CURRENT_USER;",
    good="GRANT SELECT ON letters TO PUBLIC;",
    lock="AccessExclusive",
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    for _ in place.commands("AT_ChangeOwner"):
        yield Hit(place.table, f"{place.table} gets another owner")
    if place.node == "alter_owner_stmt":
        named = place.tree["object"]
        inner = named.get("object_with_args", {}).get("objname") or named.get("list", {}).get("items") or [named]
        name = ".".join(strings(inner))
        made = {*place.course.functions, *(key.rpartition(".")[2] for key in place.course.types | place.course.created)}
        if name.rpartition(".")[2] not in made:
            yield Hit("", f"{name} gets another owner")
