"""No wrong "safe": a hazard is found in whatever disguise it comes."""

import re
from collections.abc import Callable

import pytest

from schemachange_operator.core.plan import Probe
from schemachange_operator.core.rules import Known, known_rules
from schemachange_operator.core.rules.rule import NEXT_STEP, Rule, steps_of
from schemachange_operator.core.sql.grammar import GrammarError, parse, tokens
from schemachange_operator.core.sql.kinds import classified
from unit.rules.support import SHOP, found

Disguise = Callable[[str], str]
HAZARDS = [known for known in known_rules() if not known.rule.style]
_SPLIT = re.compile(r",\s+(?=ADD |DROP |ALTER |VALIDATE |SET )")


def _by_token(change: Callable[[str, str], str], between: str = " ") -> Disguise:
    def disguise(sql: str) -> str:
        return between.join(change(token.kind, token.text) for token in tokens(sql) if not token.kind.endswith("COMMENT"))

    return disguise


def _mixed(kind: str, text: str) -> str:
    """Words change their case, names and literals do not."""
    plain = kind.isupper() and kind not in {"IDENT", "SCONST"} and text.replace("_", "").isalpha()
    return "".join(one.upper() if at % 2 else one.lower() for at, one in enumerate(text)) if plain else text


def _quoted(kind: str, text: str) -> str:
    return f'"{text.lower()}"' if kind == "IDENT" and not text.startswith('"') else text


def _qualified(sql: str) -> str:
    """Tables with their schema."""
    names = sorted(
        {name.removeprefix("public.") for name in SHOP.relations if name.startswith("public.")}, key=len, reverse=True
    )
    return re.sub(rf"(?<![\w.\"'])({'|'.join(names)})(?![\w\"'(.]|\s*\.)", r"public.\1", sql)


def _split_actions(sql: str) -> str:
    """One ALTER TABLE for each action."""
    head = re.match(r"ALTER TABLE \w+ ", sql)
    if not head or len(parse(sql)) != 1 or "(" in sql:
        return sql
    return ";\n".join(f"{head[0]}{action}" for action in _SPLIT.split(sql.removeprefix(head[0]).rstrip(";")))


def _merged_with_harmless(sql: str) -> str:
    """A harmless action before it in the same ALTER TABLE."""
    return re.sub(r"^(ALTER TABLE \w+) (?=ADD|DROP|ALTER|VALIDATE)", r"\1 ALTER COLUMN id SET STATISTICS 50, ", sql)


def _in_block(sql: str) -> str:
    return f"DO $body$ BEGIN {sql.rstrip().rstrip(';')}; END $body$"


def _executed(sql: str) -> str:
    return f"DO $body$ BEGIN EXECUTE $text${sql.rstrip().rstrip(';')}$text$; END $body$"


def _nested(sql: str) -> str:
    return _in_block(f"IF true THEN BEGIN EXECUTE $text${sql.rstrip().rstrip(';')}$text$; END; END IF")


DISGUISES: dict[str, Disguise] = {
    "mixed case": _by_token(_mixed),
    "quoted names": _by_token(_quoted),
    "white space": _by_token(lambda _, text: text, "\n\t "),
    "comments": _by_token(lambda _, text: text, " /* ; -- ' */ "),
    "with schema": _qualified,
    "harmless statements around": lambda sql: f"SELECT 1;\n{sql.rstrip().rstrip(';')};\nSELECT 2",
    "a harmless action beside": _merged_with_harmless,
    "an ALTER TABLE for each action": _split_actions,
}
BLOCKS: dict[str, Disguise] = {"a DO block": _in_block, "EXECUTE": _executed, "EXECUTE in a condition": _nested}
SPLIT_IS_ANOTHER_THING = {"set-not-null-drops-proof", "validate-with-add"}
"""Rules about actions that stand in one ALTER TABLE."""
NOT_IN_A_BLOCK = {"opaque-code", "data-violates"}
"""A block may not run its statement: what the data answered is shown there, and stops nothing."""


def disguised(example: str, disguise: Disguise) -> str:
    return f"\n{NEXT_STEP}\n".join(disguise(step) for step in steps_of(example))


def rules_of(example: str, rule: Rule) -> set[str]:
    answers = tuple(
        Probe(step=f"step-{step}", statement=number, relation="", question="rows", answer="Violated", rows=1)
        for step, text in enumerate(steps_of(example), 1)
        for number, _ in enumerate(parse(text), 1)
    )
    facts = SHOP.model_copy(update={"major": 15, "probes": answers if rule.asks else ()})
    return {one.rule for one in found(example, facts, compatibility=rule.compatibility)}


@pytest.mark.parametrize("name", DISGUISES)
def test_a_disguise_hides_no_hazard(name: str) -> None:
    changed, hidden = 0, []
    for known in HAZARDS:
        text = disguised(known.rule.bad, DISGUISES[name])
        changed += text != known.rule.bad
        if known.rule.id not in rules_of(text, known.rule) and not (
            name.startswith("an ALTER") and known.rule.id in SPLIT_IS_ANOTHER_THING
        ):
            hidden.append((known.rule.id, text))
    assert hidden == []
    assert changed >= (3 if "action" in name else 30)


def blockable(known: Known) -> bool:
    """Whether its statements can stand in a function at all."""
    return all(classified(one).transactional for step in steps_of(known.rule.bad) for one in parse(step))


@pytest.mark.parametrize("name", BLOCKS)
def test_a_block_hides_no_hazard(name: str) -> None:
    looked, hidden = 0, []
    for known in HAZARDS:
        if not blockable(known) or known.rule.id in NOT_IN_A_BLOCK:
            continue
        for step_sql in [disguised(known.rule.bad, BLOCKS[name])]:
            looked += 1
            try:
                rules = rules_of(step_sql, known.rule)
            except GrammarError as fault:
                pytest.fail(f"{known.rule.id}: {fault} in {step_sql}")
            if known.rule.id not in rules and "opaque-code" not in rules:
                hidden.append((known.rule.id, step_sql))
    assert hidden == []
    assert looked > 40
