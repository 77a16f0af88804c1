"""Whether what a step writes anew fits on the server's disk."""

from dataclasses import dataclass

from schemachange_operator.core.circumstances import size
from schemachange_operator.core.plan import PlannedStep

MEBIBYTE = 1024 * 1024
NAMED = 5
"""Relations that a message names: a table may have thousands of partitions."""
TOLD_BYTES = 1024 * MEBIBYTE
"""Where the disk's size is not known, what needs less is not worth a word."""


@dataclass(frozen=True)
class Need:
    """What a step writes beside what is there."""

    relations: tuple[str, ...]
    file_bytes: int
    """Of the tables as they are, with their indexes."""

    @property
    def bytes(self) -> int:
        """The new files, and as much of write-ahead log."""
        return 2 * self.file_bytes

    def sentence(self) -> str:
        """For people."""
        more = f" and {len(self.relations) - NAMED} more" if len(self.relations) > NAMED else ""
        verb = "are" if len(self.relations) > 1 else "is"
        return (
            f"{', '.join(self.relations[:NAMED])}{more} {verb} written anew beside what is there, which needs up to"
            f" {size(self.bytes)} with the write-ahead log ({self.bytes} bytes)"
        )


def rewritten(step: PlannedStep) -> tuple[str, ...]:
    """Relations whose file the step writes anew, as foretold or as seen in the rehearsal."""
    foretold = {one.relation for statement in step.statements for one in statement.effects if one.rewrites}
    seen = {relation for statement in step.statements for relation in statement.rewritten}
    return tuple(sorted(foretold | seen))


def free_bytes(disk_mebibytes: int, used: int) -> int:
    """What is left at most: other things than databases and write-ahead log may lie on the disk too."""
    return max(disk_mebibytes * MEBIBYTE - used, 0)
