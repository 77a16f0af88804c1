"""Code whose doings cannot be read: where the body of a function is known, what stands in it is judged instead."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.reading import called_by, name_of
from schemachange_operator.core.rules.rule import Rule
from schemachange_operator.core.rules.walking import OPAQUE

RULE = Rule(
    id="opaque-code",
    finds="code that builds its SQL or changes rows in a loop, in a DO block, a function that the change calls or a trigger that it"
    " fires; a function whose body is not known",
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
            if not place.readable(name):
                yield Hit("", f"the function {name} runs")
    if place.node == "call_stmt":
        name = name_of(place.tree["funccall"]["funcname"])
        if not place.readable(name):
            yield Hit("", f"CALL of {name}")
