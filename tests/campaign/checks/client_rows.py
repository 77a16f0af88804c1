"""No row of the client's is lost, doubled, changed or invented."""

from campaign.checks.reading import Session, rows
from campaign.facts import Facts

SHOWN = 5


def check(session: Session, facts: Facts) -> list[str]:
    """Its rows, those that were there before, and its counter."""
    if facts.written is None:
        return []
    written, table, found = facts.written, facts.client_table, list[str]()
    if not written.acknowledged:
        found.append("the client wrote nothing, so nothing is known")
    there = [(row["id"], row["note"]) for row in rows(session, f"SELECT id, note FROM {table} WHERE id > %s", facts.own_ids)]
    notes = dict(there)
    if len(there) != len(notes):
        found.append(f"{len(there) - len(notes)} rows are doubled")
    lost = [key for key in written.acknowledged if key not in notes]
    found += [f"{len(lost)} acknowledged rows are lost: {lost[:SHOWN]}"] if lost else []
    known = {**written.unknown, **written.acknowledged}
    other = [key for key, note in there if known.get(key) != note]
    found += [f"{len(other)} rows are not as they were written, or were never written: {other[:SHOWN]}"] if other else []
    (before,) = rows(session, f"SELECT count(*) AS number FROM {table} WHERE id <= %s", facts.own_ids)
    if before["number"] != facts.rows_before:
        found.append(f"{before['number']} rows from before are there, {facts.rows_before} were")
    (counter,) = rows(session, "SELECT value FROM client_counter")
    if not written.counted <= counter["value"] <= written.counted_at_most:
        found.append(f"the counter is {counter['value']}, wanted {written.counted} to {written.counted_at_most}")
    return found
