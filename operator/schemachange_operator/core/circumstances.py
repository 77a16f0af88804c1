"""What goes on at the target, as sentences: what it is and what it means for the change."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from schemachange_operator.core.finding import Finding
from schemachange_operator.core.plan import Circumstance, TableSize

Row = Mapping[str, Any]

LAG_SECONDS = 30
LAG_BYTES = 128 * 1024 * 1024
KEPT_BYTES = 1024 * 1024 * 1024


def size(count: float) -> str:
    """Bytes for people."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if count < 1024:
            return f"{count:,.0f} {unit}"
        count /= 1024
    return f"{count:,.1f} TB"


def span(seconds: float) -> str:
    """A time for people."""
    for unit, length in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= length:
            number = int(seconds // length)
            return f"{number} {unit}{'' if number == 1 else 's'}"
    return f"{seconds:.0f} s"


def _replica(row: Row) -> Iterator[Circumstance]:
    if row["lag_bytes"] is None:
        yield Circumstance(
            about="Replica",
            sentence=f"Replica {row['name']}: how far it is behind is hidden from this login (GRANT pg_monitor shows it).",
        )
        return
    seconds, count = row["lag_seconds"] or 0.0, row["lag_bytes"]
    behind = seconds > LAG_SECONDS or count > LAG_BYTES
    waits = " The primary waits for it at each COMMIT." if row["sync_state"] in {"sync", "quorum"} else ""
    meaning = (
        "what this change writes comes on top; apply it when the replica has caught up."
        if behind
        else "it replays what this change writes, and its queries wait for the same strong locks."
    )
    yield Circumstance(
        about="Replica",
        sentence=f"Replica {row['name']} is {size(count)} and {span(seconds)} behind: {meaning}{waits}",
        warns=behind,
    )


def _slot(row: Row) -> Iterator[Circumstance]:
    kept = row["kept_bytes"] or 0
    yield Circumstance(
        about="Replica",
        sentence=f"Nobody reads the {row['kind']} replication slot {row['name']}; it keeps {size(kept)} of write-ahead log,"
        " and will keep all that this change writes, until the disk is full.",
        warns=kept > KEPT_BYTES or row["wal_status"] in {"unreserved", "lost"},
    )


def _publication(row: Row) -> Iterator[Circumstance]:
    yield Circumstance(
        about="Publication",
        sentence=f"Publication {row['name']} carries {row['relation']}: its rows are replicated and its schema is not,"
        " so subscribers have to be changed as well.",
    )


def _subscription(row: Row) -> Iterator[Circumstance]:
    state = "" if row["enabled"] else " (switched off)"
    yield Circumstance(
        about="Subscription",
        sentence=f"Subscription {row['name']}{state} fills {row['relation']}: it waits for this change's locks,"
        " and stops with an error where a row that comes in no longer fits.",
        warns=bool(row["enabled"]),
    )


def _session(row: Row) -> Iterator[Circumstance]:
    state = "and does nothing" if row["state"].startswith("idle") else "and is at work"
    who = f"{row['user'] or 'somebody'} ({row['application'] or 'no application name'}, process {row['pid']})"
    yield Circumstance(
        about="LongTransaction",
        sentence=f"A transaction of {who} has been open for {span(row['seconds'])} {state}: a statement that needs a lock which"
        " it stands in the way of waits for its end, and so does CREATE INDEX CONCURRENTLY.",
        warns=True,
    )


def _hidden(row: Row) -> Iterator[Circumstance]:
    if row["sessions"]:
        yield Circumstance(
            about="LongTransaction",
            sentence=f"What {row['sessions']} sessions of other roles do is hidden from this login (GRANT pg_monitor shows it):"
            " long transactions of theirs are not in this list.",
        )


def _prepared(row: Row) -> Iterator[Circumstance]:
    yield Circumstance(
        about="PreparedTransaction",
        sentence=f"A prepared transaction of {row['user']} has been there for {span(row['seconds'])}: it holds its locks until"
        " somebody commits it or rolls it back, even across a restart.",
        warns=True,
    )


def _activity(row: Row) -> Iterator[Circumstance]:
    per_second = max(row["seconds"], 1.0)
    yield Circumstance(
        about="Activity",
        sentence=f"{row['relation']}: {row['scans']:,} scans and {row['writes']:,} rows written since {row['since']:%Y-%m-%d},"
        f" {row['scans'] / per_second:,.1f} and {row['writes'] / per_second:,.1f} a second on average: they wait behind a lock.",
    )
    if row["maintained"]:
        yield Circumstance(
            about="Activity",
            sentence=f"{row['relation']} is being vacuumed, analysed or indexed: statements that take SHARE UPDATE EXCLUSIVE or"
            " more wait for its end, unless the vacuum gives way.",
            warns=True,
        )


def _pooler(row: Row) -> Iterator[Circumstance]:
    if row["sessions"]:
        yield Circumstance(
            about="Pooler",
            sentence=f"{row['sessions']} idle sessions of {row['users']} were cleaned by a pooler: they live on across the"
            " change, and queries that they have prepared fail once where a result's type changes.",
        )


def disk_room(findings: Iterable[Finding], sizes: Iterable[TableSize], rewriting: frozenset[str]) -> Iterator[Circumstance]:
    """What a rewrite needs; SQL knows how large things are, and not how much room is left."""
    rewritten = {one.relation for one in findings if one.rule in rewriting}
    need = sum(one.bytes for one in sizes if one.relation in rewritten)
    if need:
        yield Circumstance(
            about="Disk",
            sentence=f"{', '.join(sorted(rewritten))} is written anew beside the old file: up to {size(need)}, and as much of"
            " write-ahead log. How much room the server's disk has left cannot be asked over SQL; look before it is applied.",
        )


WORDS: dict[str, Callable[[Row], Iterator[Circumstance]]] = {
    "replicas": _replica,
    "slots": _slot,
    "publications": _publication,
    "subscriptions": _subscription,
    "sessions": _session,
    "hidden": _hidden,
    "prepared": _prepared,
    "activity": _activity,
    "pooler": _pooler,
}
"""What is asked (circumstance_<name>.sql), and the sentences about each row of its answer."""
