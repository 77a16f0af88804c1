"""The ledger says what happened: one current change, each step done once, each statement once."""

from collections import Counter
from typing import Any

from campaign.checks.reading import Session, has_ledger, rows
from campaign.facts import Facts


def check(session: Session, facts: Facts) -> list[str]:
    """Changes, steps and statements as the ledger has them."""
    if not has_ledger(session):
        return ["the change is Completed and there is no ledger"] if facts.ended == "Completed" else []
    changes = rows(
        session,
        "SELECT id, state FROM schemachange.change WHERE namespace = %s AND name = %s ORDER BY id",
        facts.namespace,
        facts.name,
    )
    current = [change for change in changes if change["state"] != "RolledBack"]
    if facts.ended == "RolledBack":
        return [f"the change is rolled back, and the ledger has it as {one['state']}" for one in current] + [
            found for one in changes for found in _undone(session, one)
        ]
    if len(current) != 1 or current[0]["state"] != "Completed":
        return [f"the change is completed, and the ledger has {[one['state'] for one in current]}"]
    return _done(session, current[0], facts)


def _steps(session: Session, change: dict[str, Any]) -> list[dict[str, Any]]:
    return rows(
        session,
        "SELECT name, state, transaction_id FROM schemachange.step WHERE change_id = %s ORDER BY position",
        change["id"],
    )


def _done(session: Session, change: dict[str, Any], facts: Facts) -> list[str]:
    steps = _steps(session, change)
    found = [f"step {step['name']} is {step['state']}" for step in steps if step["state"] != "Done"]
    names = tuple(step["name"] for step in steps)
    if names != facts.steps:
        found.append(f"steps in the ledger: {names}, wanted: {facts.steps}")
    return found + _doubled(session, change)


def _undone(session: Session, change: dict[str, Any]) -> list[str]:
    states = [f"step {step['name']} is {step['state']}" for step in _steps(session, change) if step["state"] != "RolledBack"]
    return states + _doubled(session, change)


def _doubled(session: Session, change: dict[str, Any]) -> list[str]:
    """A statement that was run twice to its end in one go at the change."""
    told = rows(session, "SELECT step, direction, number FROM schemachange.statement WHERE change_id = %s", change["id"])
    counted = Counter((one["step"], one["direction"], one["number"]) for one in told)
    return [
        f"statement {number} of step {step} is recorded {times} times ({direction})"
        for (step, direction, number), times in counted.items()
        if times > 1
    ]
