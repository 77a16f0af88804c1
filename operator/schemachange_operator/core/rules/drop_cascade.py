"""CASCADE: whatever depends is dropped with it, unnamed."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.rule import Rule

RULE = Rule(
    id="drop-cascade",
    finds="CASCADE in DROP, TRUNCATE or ALTER TABLE",
    effect="it drops or empties whatever depends on it, which the statement does not name.",
    recipe="Name each dependent object in a statement of its own, and leave CASCADE out.",
    bad="DROP TYPE mood CASCADE;",
    good="CREATE TYPE temper AS ENUM ('calm');",
    also=("drop-object",),
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    if place.tree.get("behavior") == "DROP_CASCADE" and place.node in {"drop_stmt", "truncate_stmt"}:
        named = [place.key(name) for name in place.made.relations]
        if not named or any(place.in_use(name) for name in named):
            yield Hit(next(iter(named), ""), f"CASCADE of {', '.join(named) or 'what it names'}")
    for command in place.commands("AT_DropColumn", "AT_DropConstraint"):
        if command.get("behavior") == "DROP_CASCADE":
            yield Hit(place.table, f"CASCADE of {command['name']}")
