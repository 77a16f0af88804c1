"""The chain of hashes, recomputed here from the entries as docs/explanation/ledger.md says; and the rows against it."""

from datetime import UTC
from typing import Any

from campaign.checks.reading import Session, has_ledger, rows, sha256
from campaign.facts import Facts

TABLES = {
    "version": "number::text",
    "change": "id::text",
    "step": "change_id || '/' || name",
    "statement": "id::text",
    "backup": "path",
    "runner": "only_one::text",
}
"""Tables whose every row is an entry, and how an entry names a row."""
STATES = {"change": "state", "step": "state", "runner": "number"}
"""A column that shows whether a row is as its last entry says."""
GONE = {"StepForgotten", "RowDeleted"}


def check(session: Session, _: Facts) -> list[str]:
    """Every link, and every row."""
    if not has_ledger(session):
        return []
    entries = rows(
        session,
        "SELECT sequence, written_at, event, content::text AS said, content, previous, digest"
        " FROM schemachange.entry ORDER BY sequence",
    )
    return _links(entries) + _rows(session, entries)


def _links(entries: list[dict[str, Any]]) -> list[str]:
    found, previous = [], b""
    for number, entry in enumerate(entries, 1):
        if entry["sequence"] != number:
            found.append(f"entry {entry['sequence']} stands where {number} should")
            break
        if bytes(entry["previous"]) != previous:
            found.append(f"entry {number} does not follow the one before")
        at = entry["written_at"].astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")
        said = "\n".join([str(number), at, entry["event"], entry["said"], bytes(entry["previous"]).hex()])
        previous = bytes(entry["digest"])
        if sha256(said.encode()) != previous:
            found.append(f"entry {number} ({entry['event']}) does not say what its digest is of")
    return found


def _rows(session: Session, entries: list[dict[str, Any]]) -> list[str]:
    last = {(entry["content"]["table"], entry["content"]["key"]): entry for entry in entries}
    there: dict[tuple[str, str], dict[str, Any]] = {}
    for table, key in TABLES.items():
        for row in rows(session, f"SELECT {key} AS key, to_jsonb(one) AS whole FROM schemachange.{table} AS one"):
            there[table, row["key"]] = row["whole"]
    wanted = {key for key, entry in last.items() if entry["event"] not in GONE and key[0] in TABLES}
    found = [f"row {key} of {table} is gone without an entry" for table, key in sorted(wanted - there.keys())]
    found += [f"row {key} of {table} has no entry" for table, key in sorted(there.keys() - wanted)]
    for (table, key), whole in there.items():
        entry, column = last.get((table, key)), STATES.get(table)
        if entry and column and entry["content"]["row"][column] != whole[column]:
            found.append(f"row {key} of {table} is not as its last entry says: {whole[column]}")
    return found
