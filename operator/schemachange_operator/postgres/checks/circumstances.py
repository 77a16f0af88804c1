"""Slots that nobody reads and subscriptions that fill touched tables: as the plan told them, read again."""

from schemachange_operator.postgres.checks.about import About
from schemachange_operator.postgres.circumstances import read_circumstances
from schemachange_operator.postgres.session import Session

READ_AGAIN = ("slots", "subscriptions")
"""The others have a check of their own, or do not change between plan and step."""


def check(session: Session, about: About) -> tuple[str, ...]:
    """Tell what speaks against applying just now."""
    found = read_circumstances(session, about.relations, READ_AGAIN)
    return tuple(one.sentence for one in found if one.warns)
