"""Steps that reach the same schema without the hazard, ready to paste."""

from collections.abc import Iterator

from schemachange_operator.core.page.amounts import plural
from schemachange_operator.core.page.escaping import FENCE, block, code, words
from schemachange_operator.core.page.subject import Subject

SHOWN = 10


def safe_ways(subject: Subject) -> Iterator[str]:
    """One for each hazardous statement that has a known recipe."""
    sequences = subject.plan.sequences
    if not sequences:
        return
    yield "## Safer steps, ready to paste"
    yield ""
    for one in sequences[:SHOWN]:
        seen = "reached the same schema in the rehearsal" if one.verified else "not tried in a rehearsal"
        yield f"For {code(one.rule)} in step {code(one.step)}, statement {one.statement} ({seen}). {words(one.note)}".rstrip()
        yield ""
        yield f"{FENCE}sql"
        yield block(one.sql)
        yield FENCE
        yield ""
    if len(sequences) > SHOWN:
        yield f"{plural(len(sequences) - SHOWN, 'more', 'more')} in the plan's JSON."
        yield ""
