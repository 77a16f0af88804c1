"""When a backfill holds by itself."""

from typing import Annotated, Literal

from pydantic import Field

from schemachange_operator.api.base import Model

Limit = Annotated[int, Field(ge=0, le=1_000_000_000)]


class ThrottleRules(Model):
    """Limits at which a backfill holds until it is calm again. 0: not watched. A signal that the login may not read is told
    once and not watched; most need pg_monitor."""

    replica_lag_mebibytes: Limit = 64
    """Write-ahead log that a replica or a logical subscriber has not replayed yet."""
    slot_mebibytes: Limit = 10_240
    """Write-ahead log that a replication slot keeps. Also holds when the server is about to drop a slot's log."""
    unarchived_files: Limit = 64
    """Files of write-ahead log that wait to be archived, 16 MiB each."""
    archiver_failing_seconds: Limit = 60
    """How long archiving has failed without a success."""
    requested_checkpoints: Limit = 20
    """Checkpoints within ten minutes that were asked for because there was so much write-ahead log: at one every 30 seconds the
    server itself warns."""
    waiting_milliseconds: Limit = 800
    """How long a session has been waiting behind a batch."""
    latency_milliseconds: Limit = 100
    """How long it takes to read one row of the table by its key, the quickest of three times."""
    disk_mebibytes: Limit = 0
    """What all databases and the write-ahead log of the server may take together. The server does not know its disk's size."""
    vacuum: Literal["Any", "Wraparound", "Ignore"] = "Wraparound"
    """Which vacuum of the table by the server itself is let finish: any, only one that prevents wraparound, or none."""
    query: Annotated[str, Field(max_length=4096)] = ""
    """A query of your own that answers one row with one boolean; true: hold. Run read-only as the migration role."""
