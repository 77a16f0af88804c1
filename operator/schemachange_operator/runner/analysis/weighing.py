"""What the target's facts add to a plan, whether it was rehearsed or only foretold."""

from schemachange_operator.core.budgets import with_budgets
from schemachange_operator.core.forecast import with_forecast
from schemachange_operator.core.lossless import without_lossless
from schemachange_operator.core.plan import PlanDocument
from schemachange_operator.runner.analysis.facts import Facts
from schemachange_operator.runner.environment import Environment


def weighed(plan: PlanDocument, environment: Environment, facts: Facts) -> PlanDocument:
    """The plan with the answers of the data, the circumstances, a forecast, and what is over budget by it."""
    request = environment.request
    plan = plan.model_copy(update={"probes": facts.probes, "circumstances": facts.circumstances})
    plan = without_lossless(plan, facts.lossless)
    plan = with_forecast(plan, environment.content, request.policy.backfill)
    return with_budgets(plan, request.policy, request.record.waivers)
