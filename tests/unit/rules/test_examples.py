"""Each rule's own examples: the bad one is found by exactly that rule, the good one by none."""

import re

import pytest

from schemachange_operator.core.plan import Probe
from schemachange_operator.core.rules import Known, known_rules
from schemachange_operator.core.sql.content_check import check_content
from unit.rules.support import SHOP, content, found, hazards

KNOWN = pytest.mark.parametrize("known", known_rules(), ids=lambda known: known.rule.id)


def test_there_are_rules_and_their_ids_are_their_own() -> None:
    ids = [known.rule.id for known in known_rules()]
    assert len(ids) == len(set(ids)) > 50
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", one) and len(one) <= 63 for one in ids)


@KNOWN
def test_its_bad_example_is_found_by_it_and_by_none_that_it_does_not_name(known: Known) -> None:
    answers = (Probe(step="step-1", statement=1, relation="", question="rows", answer="Violated", rows=1),)
    facts = SHOP.model_copy(update={"major": 15, "probes": answers if known.rule.asks else ()})
    said = known.rule.compatibility
    rules = {one.rule for one in found(known.rule.bad, facts, compatibility=said)}
    assert known.rule.id in rules
    ours = (
        rules
        if known.rule.style
        else {one.rule for one in found(known.rule.bad, facts, compatibility=said) if not one.style}
    )
    assert ours - {known.rule.id} <= {*known.rule.also} | {one.rule.id for one in known_rules() if one.rule.style}
    assert {*known.rule.also} <= ours


@KNOWN
def test_its_good_example_is_no_hazard(known: Known) -> None:
    assert hazards(known.rule.good) == set()
    assert known.rule.id not in {one.rule for one in found(known.rule.good, compatibility=known.rule.compatibility)}


@KNOWN
def test_its_examples_are_what_a_step_may_hold(known: Known) -> None:
    assert check_content(content(known.rule.bad), one_step=False) == ()
    assert check_content(content(known.rule.good), one_step=False) == ()


@KNOWN
def test_its_words_are_sentences(known: Known) -> None:
    rule = known.rule
    assert rule.effect.endswith(".") and rule.recipe.endswith(".") and not rule.finds.endswith(".")
    assert max(len(rule.effect), len(rule.recipe)) <= 250
