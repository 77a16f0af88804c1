"""Whether what a step writes anew fits on the server's disk."""

from collections.abc import Iterable
from dataclasses import dataclass

from schemachange_operator.core.circumstances import size
from schemachange_operator.core.plan import PlannedStep, TableSize

MEBIBYTE = 1024 * 1024
TOLD_BYTES = 1024 * MEBIBYTE
"""Where the disk's size is not known, what needs less is not worth a word."""


@dataclass(frozen=True)
class Need:
    """What a step writes beside what is there."""

    relations: tuple[str, ...]
    bytes: int
    """The new files, and as much of write-ahead log."""

    def sentence(self) -> str:
        """For people."""
        return (
            f"{', '.join(self.relations)} is written anew beside the old file, which needs up to {size(self.bytes)} with the"
            f" write-ahead log ({self.bytes} bytes)"
        )


def rewritten(step: PlannedStep) -> tuple[str, ...]:
    """Relations whose file the step writes anew, as foretold or as seen in the rehearsal."""
    foretold = {one.relation for statement in step.statements for one in statement.effects if one.rewrites}
    seen = {relation for statement in step.statements for relation in statement.rewritten}
    return tuple(sorted(foretold | seen))


def need(sizes: Iterable[TableSize]) -> Need:
    """What rewriting these tables needs: each anew with its indexes, once in its files and once in the log."""
    known = tuple(sizes)
    return Need(tuple(one.relation for one in known), 2 * sum(one.bytes for one in known))


def free_bytes(disk_mebibytes: int, used: int) -> int:
    """What is left at most: other things than databases and write-ahead log may lie on the disk too."""
    return max(disk_mebibytes * MEBIBYTE - used, 0)
