"""Whatever parses is judged: no mutation of SQL makes a rule fall over."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from schemachange_operator.core.rules import known_rules
from schemachange_operator.core.rules.rule import steps_of
from schemachange_operator.core.sql.grammar import GrammarError, parse, tokens
from unit.rules.support import SHOP, UNKNOWN, found
from unit.rules.test_cases import HAZARDS, SAFE

TEXTS = [
    *(step for known in known_rules() for text in (known.rule.bad, known.rule.good) for step in steps_of(text)),
    *(sql for _, text in HAZARDS for sql in steps_of(text)),
    *(step for text in SAFE for step in steps_of(text)),
]
WORDS = sorted({token.text for text in TEXTS for token in tokens(text)})


@some.composite
def mutated(draw: some.DrawFn) -> str:
    """A text with some of its tokens dropped, doubled, or replaced by those of others."""
    words = [token.text for token in tokens(draw(some.sampled_from(TEXTS)))]
    for _ in range(draw(some.integers(1, 4))):
        place = draw(some.integers(0, max(len(words) - 1, 0)))
        words[place : place + draw(some.integers(0, 2))] = draw(some.lists(some.sampled_from(WORDS), max_size=2))
    return " ".join(words)


@settings(max_examples=1500, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(some.lists(mutated(), min_size=1, max_size=2))
def test_a_mutation_is_judged_without_a_fall(texts: list[str]) -> None:
    sql = ";\n".join(texts)
    try:
        parsed = parse(sql)
    except GrammarError:
        return
    if parsed:
        for facts in (SHOP, UNKNOWN):
            assert all(one.message and 1 <= one.statement <= len(parsed) for one in found(sql, facts))
