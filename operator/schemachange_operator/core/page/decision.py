"""The decision: how to say yes to exactly this plan."""

from collections.abc import Iterator

from schemachange_operator.core.page.escaping import FENCE, block, words
from schemachange_operator.core.page.subject import Subject


def decision(subject: Subject, plan_digest: str, approve: str) -> Iterator[str]:
    """`approve` is the shell command that does it."""
    author = subject.change.spec.author if subject.change else ""
    yield "## To approve"
    yield ""
    yield (
        f"Approve exactly this plan (`{plan_digest[:19]}`), as an owner of the data"
        f"{f'; {words(author)} cannot' if author else ''}. To refuse, write `Rejected` for `Approved` in `approval.yaml`."
    )
    yield ""
    yield f"{FENCE}sh"
    yield block(approve)
    yield FENCE
    yield ""
