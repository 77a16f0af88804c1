"""All rules over a whole change: the findings, with the severities that a policy gives them and its waivers."""

from collections.abc import Iterator, Mapping, Sequence

from schemachange_operator.api.migration import Waiver
from schemachange_operator.core.catalog_facts import CatalogFacts
from schemachange_operator.core.content import Content
from schemachange_operator.core.finding import Finding, Severity
from schemachange_operator.core.rules import Known, known_rules
from schemachange_operator.core.rules.course import Course
from schemachange_operator.core.rules.place import Place
from schemachange_operator.core.rules.walking import walk_change

Severities = Mapping[str, Severity]
"""Rule to severity, where a policy says another than the rule itself."""


def findings(
    content: Content,
    catalog: CatalogFacts,
    severities: Severities | None = None,
    waivers: Sequence[Waiver] = (),
    course: Course | None = None,
) -> tuple[Finding, ...]:
    """Everything that the rules find in a change whose SQL parses, in the order of its statements.

    `course`: what changes before this one leave; it goes on with what this one does.
    """
    wanted = [(known, _severity(known, severities or {})) for known in known_rules()]
    active = [(known, severity) for known, severity in wanted if severity != "Off"]
    course = course or Course()
    course.next_change(catalog.relations)
    found = (one for place in walk_change(content, catalog, course) for one in _of(place, active))
    # A DO block's statements share one number: what is said of it twice is said once.
    return tuple(waived(one, waivers) for one in dict.fromkeys(found))


def _severity(known: Known, severities: Severities) -> Severity:
    return severities.get(known.rule.id, known.rule.severity)


def _of(place: Place, active: Sequence[tuple[Known, Severity]]) -> Iterator[Finding]:
    for known, severity in active:
        for hit in known.check(place):
            yield Finding(
                rule=known.rule.id,
                severity=severity,
                step=place.step,
                statement=place.number,
                line=place.line,
                relation=hit.relation,
                message=f"{hit.what}: {known.rule.effect}",
                recipe=known.rule.recipe,
                style=known.rule.style,
            )


def waived(finding: Finding, waivers: Sequence[Waiver]) -> Finding:
    """The finding, with the reason of the first waiver that is about it."""
    for waiver in waivers:
        if waiver.rule == finding.rule and waiver.step in (None, finding.step):
            return finding.model_copy(update={"waived": waiver.reason})
    return finding
