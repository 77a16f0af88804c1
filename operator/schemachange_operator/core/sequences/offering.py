"""The safe sequences of a change: one for each statement, or step, that a rule with a recipe found."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, count

from schemachange_operator.core.catalog_facts import CatalogFacts
from schemachange_operator.core.content import Content, ContentStep
from schemachange_operator.core.finding import Finding
from schemachange_operator.core.rules import known_rules
from schemachange_operator.core.rules.course import Course
from schemachange_operator.core.rules.place import Place
from schemachange_operator.core.rules.walking import walk_change
from schemachange_operator.core.sequences import recipes
from schemachange_operator.core.sequences.altered_table import Mended, mend
from schemachange_operator.core.sequences.offer import LONGEST, Offer, Offered
from schemachange_operator.core.sql.grammar import GrammarError
from schemachange_operator.core.sql.statement import read_statements

MOST = 100
"""Sequences that a plan offers; a change with more hazards than that is mended from its beginning."""
LONGEST_NAME = 30
MOST_STEPS = 50
"""Of one change."""


def offered(content: Content, catalog: CatalogFacts, findings: Iterable[Finding]) -> tuple[Offered, ...]:
    """The offers for the findings of a change whose SQL parses, in the order of its statements, up to MOST."""
    quarantining = {step.name for step in content.steps if step.quarantine}
    wanted = {place: rules for place, rules in _wanted(findings).items() if place[0] not in quarantining}
    found: list[Offered] = []
    if not wanted:
        return ()
    begin: tuple[str, Course] = ("", Course())
    for place in walk_change(content, catalog):
        if place.step != begin[0] and any(step == place.step for step, _ in wanted):
            begin = (place.step, place.course.copied())
        rules = wanted.get((place.step, place.number), frozenset())
        # The statements of a DO block cannot be replaced one by one.
        if rules and read_statements(content.step(place.step).sql or "")[place.number - 1].text == place.text:
            found.extend(_of(place, content, rules, begin[1]))
        if len(found) >= MOST:
            break
    once = {(one.step, 0 if one.offer.whole_step else one.statement): one for one in reversed(found)}
    return tuple(one for one in found if once[one.step, 0 if one.offer.whole_step else one.statement] is one)[:MOST]


def _wanted(findings: Iterable[Finding]) -> Mapping[tuple[str, int], frozenset[str]]:
    known = {rule for recipe in recipes() for rule in recipe.mends}
    wanted: dict[tuple[str, int], frozenset[str]] = {}
    for one in findings:
        if one.rule in known and not one.waived:
            key = (one.step, one.statement)
            wanted[key] = wanted.get(key, frozenset()) | {one.rule}
    return wanted


def _of(place: Place, content: Content, rules: frozenset[str], begin: Course) -> Iterator[Offered]:
    step = content.step(place.step)
    for mended in _mended(place, step, rules):
        offer = _with_names(mended.offer, content, step)
        course = begin if offer.whole_step else place.course
        yield Offered(
            rule=mended.rules[0],
            also=mended.rules[1:],
            step=place.step,
            statement=place.number,
            offer=offer.model_copy(update={"asks": (*offer.asks, *_around(step, offer), *_remaining(offer, place, course))}),
        )


def _mended(place: Place, step: ContentStep, rules: frozenset[str]) -> Iterator[Mended]:
    try:
        if place.node == "alter_table_stmt" and place.tree["objtype"] == "OBJECT_TABLE":
            mended = mend(place, step, rules)
            if mended and len(mended.offer.steps) <= LONGEST:
                yield mended
                rules -= {*mended.rules}
        for recipe in recipes():
            here = tuple(rule for rule in recipe.mends if rule in rules)
            offer = recipe.offer(place, step) if here and (place.node != "alter_table_stmt" or _whole(recipe.name)) else None
            if offer and len(offer.steps) <= LONGEST:
                yield Mended(offer, here)
                rules -= {*here}
    except GrammarError:
        # A statement that cannot be written again from its tree has no offer; the rule's own words remain.
        return


def _whole(recipe: str) -> bool:
    return recipe == "separate_steps"


def _with_names(offer: Offer, content: Content, step: ContentStep) -> Offer:
    """Steps under names that the change does not have yet."""
    taken = {one.name for one in content.steps} - ({step.name} if len(content.steps) == 1 else set())
    steps = []
    for one in offer.steps:
        names = chain([one.name], (f"{one.name[: LONGEST_NAME - 4]}-{number}" for number in count(2)))
        name = next(name for name in names if name not in taken)
        taken.add(name)
        steps.append(one.model_copy(update={"name": name}))
    return offer.model_copy(update={"steps": tuple(steps)})


def _around(step: ContentStep, offer: Offer) -> Iterator[str]:
    if not offer.whole_step and len(read_statements(step.sql or "")) > 1:
        yield f"The statements before it stay in step {step.name}, those after it go into a step of their own."
    if len(offer.steps) > MOST_STEPS:
        yield f"A change has at most {MOST_STEPS} steps: divide these {len(offer.steps)} among several changes."


def _remaining(offer: Offer, place: Place, course: Course) -> Iterator[str]:
    """What the rules still find in the steps."""
    left = remaining(offer.steps, place.catalog, course)
    if left:
        yield f"The rules still find in it: {', '.join(left)}."


def remaining(steps: Sequence[ContentStep], catalog: CatalogFacts, course: Course) -> tuple[str, ...]:
    """Ids of the rules, without those of style, that find something in steps which come after a course."""
    hazards = [known for known in known_rules() if not known.rule.style and known.rule.severity != "Note"]
    places = walk_change(Content(steps=tuple(steps)), catalog, course.copied())
    return tuple(
        dict.fromkeys(known.rule.id for place in places for known in hazards if any(True for _ in known.check(place)))
    )
