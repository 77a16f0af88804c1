"""A plan in short, for the report."""

from schemachange_operator.core.digest import text_digest
from schemachange_operator.core.plan import PlanDocument, strongest, strongest_held
from schemachange_operator.core.task import PlanFacts


def plan_facts(plan: PlanDocument) -> PlanFacts:
    """What a report says of a plan whose text is in the log."""
    return PlanFacts(
        server_version=plan.server_version,
        fingerprint=plan.fingerprint,
        relations=plan.relations,
        destroys=tuple(step.name for step in plan.steps if step.destroys),
        irreversible=tuple(step.name for step in plan.steps if step.irreversible),
        strongest_lock=strongest([strongest_held(step.statements) for step in plan.steps]),
        duration_milliseconds=plan.duration_milliseconds,
        evidence_digest=plan.evidence_digest(),
        document_digest=text_digest(plan.text()),
    )
