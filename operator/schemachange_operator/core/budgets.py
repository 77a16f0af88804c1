"""A policy's budgets: what a change would take, by its forecast, against what it may take."""

from collections.abc import Iterator, Mapping, Sequence

from schemachange_operator.api.migration import Waiver
from schemachange_operator.api.policy import SchemaPolicySpec, Severity
from schemachange_operator.core.duration import words
from schemachange_operator.core.finding import Finding
from schemachange_operator.core.plan import Forecast, PlanDocument, PlannedStatement, PlannedStep, strongest
from schemachange_operator.core.rules.judging import waived

LOCK_BUDGET, DURATION_BUDGET = "lock-budget", "duration-budget"
BUDGET_RULES: Mapping[str, Severity] = {LOCK_BUDGET: "Block", DURATION_BUDGET: "Block"}
"""They are waived and given another severity like rules. The likely duration decides; the high one is told."""

STALLING = frozenset({"Share", "ShareRowExclusive", "Exclusive", "AccessExclusive"})
"""Lock modes that make an application's reads or writes wait (PostgreSQL documentation, table 13.2)."""


def with_budgets(plan: PlanDocument, policy: SchemaPolicySpec, waivers: Sequence[Waiver] = ()) -> PlanDocument:
    """The plan with a finding for each budget that it goes over."""
    found = [waived(one, waivers) for one in (*_locks(plan, policy), *_duration(plan, policy)) if one.severity != "Off"]
    return plan.model_copy(update={"findings": (*plan.findings, *found)})


def _severity(rule: str, policy: SchemaPolicySpec) -> Severity:
    return policy.rules.get(rule, BUDGET_RULES[rule])


def _locks(plan: PlanDocument, policy: SchemaPolicySpec) -> Iterator[Finding]:
    budget = policy.budgets.lock_milliseconds
    if budget is None:
        return
    for step in plan.steps:
        stall = stalls(step)
        if stall is None or stall[1].likely_milliseconds <= budget:
            continue
        first, held = stall
        mode, relation = _strongest(first)
        yield Finding(
            rule=LOCK_BUDGET,
            severity=_severity(LOCK_BUDGET, policy),
            step=step.name,
            statement=first.number,
            relation=relation,
            message=f"{mode} on {relation} would be held for {words(held.likely_milliseconds)}"
            f" (up to {words(held.high_milliseconds)}); the budget is {words(budget)}: {held.basis}.",
            recipe="Divide the step so that the lock's transaction holds no long work, or do the work concurrently, NOT VALID"
            " and validated later, or as a backfill.",
        )


def stalls(step: PlannedStep) -> tuple[PlannedStatement, Forecast] | None:
    """The first statement that takes a lock which makes others wait, and how long that lock is held: to the step's end."""
    for place, statement in enumerate(step.statements):
        if _strongest(statement)[0]:
            rest = [one.forecast for one in step.statements[place:] if one.forecast]
            return statement, Forecast(
                low_milliseconds=sum(one.low_milliseconds for one in rest),
                likely_milliseconds=sum(one.likely_milliseconds for one in rest),
                high_milliseconds=sum(one.high_milliseconds for one in rest),
                basis="; ".join(dict.fromkeys(one.basis for one in rest)),
            )
    return None


def _strongest(statement: PlannedStatement) -> tuple[str, str]:
    """The strongest stalling lock on a relation that existed before, and the relation: as measured, else as foretold."""
    held = {lock.relation: lock.mode for lock in statement.held} or {one.relation: one.lock for one in statement.effects}
    stalling = {relation: mode for relation, mode in held.items() if mode in STALLING}
    mode = strongest(list(stalling.values()))
    return mode, next((relation for relation, one in stalling.items() if one == mode), "")


def _duration(plan: PlanDocument, policy: SchemaPolicySpec) -> Iterator[Finding]:
    minutes, forecast = policy.budgets.duration_minutes, plan.forecast
    if minutes is None or forecast is None or forecast.likely_milliseconds <= minutes * 60_000:
        return
    longest = max(plan.steps, key=lambda step: step.forecast.likely_milliseconds if step.forecast else 0)
    takes = longest.forecast.likely_milliseconds if longest.forecast else 0
    yield Finding(
        rule=DURATION_BUDGET,
        severity=_severity(DURATION_BUDGET, policy),
        step=longest.name,
        message=f"The change would take {words(forecast.likely_milliseconds)} (up to {words(forecast.high_milliseconds)});"
        f" the budget is {words(minutes * 60_000)}. Its longest step, {longest.name}, takes {words(takes)}.",
        recipe="Divide the change into several, or raise spec.budgets.durationMinutes of the SchemaPolicy.",
    )
