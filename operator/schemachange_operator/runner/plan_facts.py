"""A plan in short, for the report."""

from itertools import accumulate

from schemachange_operator.core.digest import text_digest
from schemachange_operator.core.plan import PlanDocument, strongest, strongest_held
from schemachange_operator.core.task import PlanFacts

RELATIONS_LIMIT = 1_200
"""Characters of relations' names that a report has room for; the document has all of them."""


def plan_facts(plan: PlanDocument) -> PlanFacts:
    """What a report says of a plan whose text is in the log."""
    return PlanFacts(
        server_version=plan.server_version,
        fingerprint=plan.fingerprint,
        relations=_fitting(plan.relations),
        destroys=tuple(step.name for step in plan.steps if step.destroys),
        irreversible=tuple(step.name for step in plan.steps if step.irreversible),
        strongest_lock=strongest([strongest_held(step.statements) for step in plan.steps]),
        duration_milliseconds=plan.duration_milliseconds,
        evidence_digest=plan.evidence_digest(),
        document_digest=text_digest(plan.text()),
    )


def _fitting(names: tuple[str, ...]) -> tuple[str, ...]:
    lengths = accumulate(len(name) + 3 for name in names)
    return tuple(name for name, length in zip(names, lengths, strict=True) if length <= RELATIONS_LIMIT)
