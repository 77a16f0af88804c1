"""Steps that reach the same schema without the hazard, ready to paste: YAML for a manifest, SQL for a file of SQL."""

from collections import Counter
from collections.abc import Iterator

from schemachange_operator.core.page.amounts import listed, plural
from schemachange_operator.core.page.escaping import FENCE, block, code, words
from schemachange_operator.core.page.subject import Subject
from schemachange_operator.core.plan import SafeSequence

SHOWN = 10
ALIKE = 3
"""Offers for one rule that are written out; the others look the same."""


def safe_ways(subject: Subject) -> Iterator[str]:
    """One for each hazardous statement that has a known recipe."""
    sequences = subject.plan.sequences
    if not sequences:
        return
    shown = list(_few(sequences))
    yield "## Safer steps, ready to paste"
    yield ""
    for one in shown:
        yield from _offer(subject, one)
    if len(sequences) > len(shown):
        rules = listed(list(dict.fromkeys(code(one.rule) for one in sequences if one not in shown)), 5)
        yield f"{plural(len(sequences) - len(shown), 'more', 'more')}, for {rules}, in the plan's JSON."
        yield ""


def _few(sequences: tuple[SafeSequence, ...]) -> Iterator[SafeSequence]:
    told: Counter[str] = Counter()
    for one in sequences:
        if told[one.rule] < ALIKE and told.total() < SHOWN:
            told[one.rule] += 1
            yield one


def _offer(subject: Subject, one: SafeSequence) -> Iterator[str]:
    as_yaml = subject.change is not None and bool(one.yaml)
    rules = listed([code(rule) for rule in (one.rule, *one.also)], 5)
    yield f"For {rules} in step {code(one.step)}, statement {one.statement}. {_tried(subject, one)}".rstrip()
    yield ""
    yield f"{FENCE}{'yaml' if as_yaml else 'sql'}"
    yield block(one.yaml if as_yaml else one.sql).rstrip("\n")
    yield FENCE
    yield ""


def _tried(subject: Subject, one: SafeSequence) -> str:
    """Whether it was seen to work; where it was not, the note says why."""
    if one.verified:
        but = ", but for what it keeps" if one.keeps else ""
        return f"**Reached the same schema in the rehearsal{but}.** {words(one.note)}"
    if not subject.plan.rehearsed:
        return f"Not tried: there was no rehearsal. {words(one.note)}"
    return words(one.note) or "Not tried in the rehearsal."
