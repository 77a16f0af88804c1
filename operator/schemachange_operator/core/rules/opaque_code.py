"""Code that only runs when the change does: what it does cannot be read from the statement."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.reading import called_by, name_of
from schemachange_operator.core.rules.rule import Rule
from schemachange_operator.core.rules.walking import OPAQUE

RULE = Rule(
    id="opaque-code",
    finds="a DO block that builds its SQL or changes rows in a loop, CALL, SELECT of an own function",
    effect="what it locks, writes or destroys cannot be told before it runs.",
    recipe="Write the statements themselves.",
    bad="DO $$ BEGIN EXECUTE format('ALTER TABLE %I SET (fillfactor = 80)', 'letters'); END $$;",
    good="DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_type WHERE typname = 'temper') THEN"
    " CREATE TYPE temper AS ENUM ('calm'); END IF; END $$;",
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    if place.node == OPAQUE:
        yield Hit("", place.tree["what"])
    if place.node == "select_stmt" and "from_clause" not in place.tree:
        for name in called_by(place.tree):
            yield Hit("", f"the function {name} runs")
    if place.node == "call_stmt":
        yield Hit("", f"CALL of {name_of(place.tree['funccall']['funcname'])}")
