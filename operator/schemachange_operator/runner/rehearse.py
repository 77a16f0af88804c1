"""Command `rehearse`: the change in a throw-away database, applied, rolled back, compared, applied again."""

from schemachange_operator.api.reason import Reason
from schemachange_operator.core.plan import PlanDocument
from schemachange_operator.core.snapshot import difference
from schemachange_operator.core.task import PLAN_DOCUMENT, RunReport
from schemachange_operator.runner.analyse import check_rules
from schemachange_operator.runner.analysis.facts import Facts, Verdict, read_facts, read_verdict
from schemachange_operator.runner.analysis.foretelling import foretell_change
from schemachange_operator.runner.analysis.reverting import refuse_out_of_order
from schemachange_operator.runner.analysis.writing import written_out
from schemachange_operator.runner.environment import Environment
from schemachange_operator.runner.plan_facts import plan_facts
from schemachange_operator.runner.rehearsal.assertions import ask_assertions
from schemachange_operator.runner.rehearsal.course import apply_again, build_and_apply, roll_back
from schemachange_operator.runner.rehearsal.document import Rehearsed, plan_document
from schemachange_operator.runner.rehearsal.foretold import refuse_stronger
from schemachange_operator.runner.rehearsal.offers import drop_copies, try_offers
from schemachange_operator.runner.rehearsal.proof import prove_return


def rehearse(environment: Environment) -> RunReport:
    """Make the plan, or repeat the analysis' answer where the ledger knows the change. Raises TryLater or Stop."""
    verdict = read_verdict(environment.folders.work)
    if verdict is not None:
        return _repeated(environment, verdict)
    facts = read_facts(environment.folders.work)
    plan = rehearsed_plan(environment, facts)
    if environment.content.reverts:
        refuse_out_of_order(environment.content.reverts, facts.later, plan.difference)
    # The analysis has let everything pass but what only the rehearsal could tell: the budgets.
    check_rules(plan.findings)
    environment.output.document(PLAN_DOCUMENT, plan.text())
    return RunReport(
        outcome="Done",
        reason=Reason.PLAN_READY,
        message=f"{len(plan.steps)} steps were rehearsed on PostgreSQL {plan.server_version}"
        f" in {plan.duration_milliseconds / 1000:.1f} s; {len(plan.difference)} differences in the catalog."
        + (" The rollback brings the schema back." if plan.rollback_proven else ""),
        plan=plan_facts(plan),
    )


def rehearsed_plan(environment: Environment, facts: Facts) -> PlanDocument:
    """Rehearse on the throw-away server what the analysis left. Raises TryLater or Stop."""
    environment = written_out(environment, facts)
    foretelling = foretell_change(environment, facts)
    built, applied = build_and_apply(environment, facts)
    refuse_stronger(environment, applied.runs, foretelling)
    notes = ask_assertions(environment)
    returned = prove_return(environment, facts.relations, roll_back(environment, applied.base), applied.left)
    apply_again(environment, applied)
    sequences = try_offers(environment, facts)
    drop_copies(environment)
    found = difference(applied.before, applied.after)
    return plan_document(environment, facts, Rehearsed(built, applied.runs, found, notes, returned, foretelling, sequences))


def _repeated(environment: Environment, verdict: Verdict) -> RunReport:
    """The operator reads this container's report and log, not the analysis'."""
    if verdict.plan is not None:
        environment.output.document(PLAN_DOCUMENT, verdict.plan.text())
    return verdict.report
