"""How rows are filled: how fast, and when it holds."""

from typing import Annotated

from pydantic import Field

from schemachange_operator.api.base import Model
from schemachange_operator.api.throttle_rules import ThrottleRules


class BackfillRules(Model):
    """How rows are filled. A Job works by the rules as they were when it was made."""

    batch_size: Annotated[int, Field(ge=1, le=100_000)] = 10_000
    """The most rows in one batch. How many there are follows from how long batches take."""
    batch_milliseconds: Annotated[int, Field(ge=5, le=60_000)] = 100
    """How long a batch should take; its rows are locked for that long. Batches grow while they are quicker and shrink when
    they are not."""
    work_percent: Annotated[int, Field(ge=1, le=100)] = 80
    """The share of time in which batches run; it rests in between."""
    pause: Annotated[int, Field(ge=0, le=600_000)] = 0
    """Milliseconds between two batches at least."""
    vacuum_percent: Annotated[int, Field(ge=0, le=100)] = 10
    """After which share of the table's rows it is vacuumed, so that the next ones take the room of those before; 0: never."""
    failed_rows: Annotated[int, Field(ge=0, le=1000)] = 0
    """Rows that may stay as they are because filling them fails. All others are filled in any case; with more than this the step
    fails then, and names them by key."""
    throttle: ThrottleRules = ThrottleRules()
    """When it holds by itself until it is calm again."""
