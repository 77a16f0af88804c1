"""The effect is there once, or not at all: each class of change says by which questions that shows."""

import psycopg

from campaign.checks.reading import Session, rows
from campaign.facts import Facts


def check(session: Session, facts: Facts) -> list[str]:
    """Ask every proof of the way it ended."""
    found = []
    for proof in facts.proofs.get(facts.ended, ()):
        try:
            (answer,) = rows(session, f"SELECT ({proof}) AS holds")
        except psycopg.Error as error:
            found.append(f"cannot be asked ({error.diag.message_primary}): {proof}")
            continue
        if answer["holds"] is not True:
            found.append(f"does not hold: {proof}")
    return found
