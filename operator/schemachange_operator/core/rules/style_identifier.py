"""Names longer than 63 bytes are cut, without a word."""

import re
from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.rule import Rule
from schemachange_operator.core.sql.grammar import tokens

RULE = Rule(
    id="identifier-too-long",
    finds="a new name of more than 63 bytes",
    effect="the server cuts it, and two long names can become one.",
    recipe="A name of at most 63 bytes.",
    bad="CREATE TABLE a_name_that_is_so_long_that_the_server_cuts_it_to_sixty_three_bytes (id bigint PRIMARY KEY);",
    good="CREATE TABLE a_name_that_fits (id bigint PRIMARY KEY);",
    style=True,
)
_LONG = re.compile(r'"[^"]{32,}"|[^\W\d]\w{31,}')
"""What may be a name of more than 63 bytes; the grammar's tree has them cut already."""


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    if not _LONG.search(place.text):
        return
    names = {token.text.strip('"') for token in tokens(place.text) if token.kind in {"IDENT", "UIDENT"}}
    for name in sorted(names):
        if len(name.encode()) > 63:
            yield Hit(place.table, f"{name} is too long")
