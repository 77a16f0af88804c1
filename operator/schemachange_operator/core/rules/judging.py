"""All rules over a whole change: the findings, with the severities that a policy gives them and its waivers."""

from collections.abc import Iterator, Mapping, Sequence

from schemachange_operator.api.migration import Waiver
from schemachange_operator.api.standards import Standards
from schemachange_operator.core.catalog_facts import CatalogFacts
from schemachange_operator.core.content import Content
from schemachange_operator.core.finding import Finding, Severity
from schemachange_operator.core.rules import Known, known_rules
from schemachange_operator.core.rules.course import Course
from schemachange_operator.core.rules.place import Place
from schemachange_operator.core.rules.quarantining import judges_quarantine, recipe_in_quarantine
from schemachange_operator.core.rules.walking import walk_change

Severities = Mapping[str, Severity]
"""Rule to severity, where a policy says another than the rule itself."""


UNUSED_WAIVER = "waiver-unused"


def findings(
    content: Content,
    catalog: CatalogFacts,
    severities: Severities | None = None,
    waivers: Sequence[Waiver] = (),
    *,
    course: Course | None = None,
    standards: Standards | None = None,
    compatibility: str = "",
) -> tuple[Finding, ...]:
    """Everything that the rules find in a change whose SQL parses, in the order of its statements; unused waivers last.

    `course`: what changes before this one leave; it goes on with what this one does.
    """
    wanted = [(known, _severity(known, severities or {})) for known in known_rules()]
    active = [(known, severity) for known, severity in wanted if severity != "Off"]
    course = course or Course()
    course.next_change(catalog.relations)
    places = walk_change(content, catalog, course, standards, compatibility)
    # A DO block's statements share one number: what is said of it twice is said once.
    found = tuple(dict.fromkeys(one for place in places for one in _of(place, active)))
    return (*(waived(one, waivers) for one in found), *_unused(waivers, found))


def _severity(known: Known, severities: Severities) -> Severity:
    return severities.get(known.rule.id, known.rule.severity)


def _of(place: Place, active: Sequence[tuple[Known, Severity]]) -> Iterator[Finding]:
    for known, severity in active:
        for hit in known.check(place) if not place.quarantine or judges_quarantine(known.rule) else ():
            yield Finding(
                rule=known.rule.id,
                severity=severity,
                step=place.step,
                statement=place.number,
                line=place.line,
                relation=hit.relation,
                message=f"{hit.what}: {known.rule.effect}",
                recipe=recipe_in_quarantine(known.rule) if place.quarantine else known.rule.recipe,
                style=known.rule.style,
            )


def waived(finding: Finding, waivers: Sequence[Waiver]) -> Finding:
    """The finding, with the reason of the first waiver that is about it."""
    reason = next((waiver.reason for waiver in waivers if _covers(waiver, finding)), "")
    return finding.model_copy(update={"waived": reason}) if reason else finding


def _covers(waiver: Waiver, finding: Finding) -> bool:
    return (
        waiver.rule == finding.rule and waiver.step in (None, finding.step) and waiver.statement in (None, finding.statement)
    )


def _unused(waivers: Sequence[Waiver], found: Sequence[Finding]) -> Iterator[Finding]:
    # What is found in another way (a budget, by the forecast) is not known here.
    ours = {known.rule.id for known in known_rules()}
    for waiver in waivers:
        if waiver.rule in ours and not any(_covers(waiver, finding) for finding in found):
            yield Finding(
                rule=UNUSED_WAIVER,
                severity="Warn",
                step=waiver.step or "",
                statement=waiver.statement or 0,
                message=f"spec.waivers waives {waiver.rule}, which finds nothing there: it would hide what comes later.",
                recipe="Remove the waiver, or mend its rule, step and statement.",
                style=True,
            )
