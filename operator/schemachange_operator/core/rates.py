"""How fast a server does what grows with a table, where a rehearsal was too small to tell: never one number, always three."""

from dataclasses import dataclass

MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Rate:
    """Units a second."""

    unit: str
    """bytes or rows."""
    fast: int
    likely: int
    slow: int
    work: str
    """What is done, for people."""
    source: str
    """Where the numbers are from."""


_BENCH = "PostgreSQL 18 on 2 cores with a local disk, 1.5 million rows of 149 bytes, no parallel workers"

SCAN = Rate(
    "bytes", 2000 * MEGABYTE, 125 * MEGABYTE, 30 * MEGABYTE, "reading",
    f"fast: a check of all rows in memory ran at 2,000 to 2,600 MB/s ({_BENCH}); likely: the 125 MiB/s that a general-purpose"
    " cloud volume (AWS gp3) has without extra charge; slow: a quarter of it, shared with the application",
)  # fmt: skip
INDEX = Rate(
    "bytes", 450 * MEGABYTE, 60 * MEGABYTE, 15 * MEGABYTE, "building an index",
    f"fast: an index on an integer took the table at 448 MB/s, one on 96 characters at 107 MB/s ({_BENCH}); likely: half of"
    " the latter; slow: when sorting spills and the volume is shared",
)  # fmt: skip
REWRITE = Rate(
    "bytes", 100 * MEGABYTE, 25 * MEGABYTE, 8 * MEGABYTE, "writing anew, indexes included",
    f"fast: twice the 47 MB/s (three indexes) and 48 MB/s (none) measured while the machine did other work ({_BENCH});"
    " likely: half of what was measured; slow: a third of likely, since all of it is read, written, logged and archived",
)  # fmt: skip
WRITE = Rate(
    "rows", 200_000, 20_000, 4_000, "writing rows",
    "fast: 214,000 rows a second published on the PostgreSQL lists for a table of tiny rows;"
    f" likely: below the 55,000 of one UPDATE with three indexes ({_BENCH}), whose 890 bytes of log a row are 18 MB/s here;"
    " slow: where every row brings a full page image or triggers run",
)  # fmt: skip
RATES = (SCAN, INDEX, REWRITE, WRITE)
