"""The plan as Markdown, for the person who has to say yes or no to it."""

from collections.abc import Iterator

from schemachange_operator.api.database import PostgresDatabase
from schemachange_operator.api.schema_change import SchemaChange
from schemachange_operator.core.finding import ORDER, Finding, counted
from schemachange_operator.core.plan import PlanDocument, PlannedStatement, PlannedStep, strongest

TEXT_SHOWN = 2_000
"""Characters of a statement that are shown; the change itself has the rest."""
STALLS_READERS = "AccessExclusive"
STALLS_WRITERS = ("Share", "ShareRowExclusive", "Exclusive")


def plan_markdown(
    change: SchemaChange, database: PostgresDatabase, plan: PlanDocument, plan_digest: str, approve: str
) -> str:
    """The whole plan; `approve` is the shell command that approves it."""
    sections = (
        _head(change, database, plan, plan_digest),
        _findings(plan),
        plan_body(plan),
        _decision(change, plan_digest, approve),
    )
    return "\n".join(line for section in sections for line in section)


def plan_body(plan: PlanDocument) -> Iterator[str]:
    """What is the same wherever a plan is read: risks, steps, difference, sizes, notes."""
    yield from _risks(plan)
    for number, step in enumerate(plan.steps, 1):
        yield from _step(number, step, rehearsed=plan.rehearsed)
    yield from _difference(plan)
    yield from _sizes(plan)
    yield from _notes(plan)


def _head(change: SchemaChange, database: PostgresDatabase, plan: PlanDocument, plan_digest: str) -> Iterator[str]:
    spec, target = change.spec, database.spec
    yield f"# Plan of {change.metadata.namespace}/{change.metadata.name}"
    yield ""
    yield spec.why or "No reason is given."
    yield ""
    yield "| | |"
    yield "|---|---|"
    yield f"| Database | {database.metadata.name} ({target.environment}), PostgreSQL {plan.server_version} |"
    yield f"| Author | {_cell(spec.author)}, designed {spec.designed_on} |"
    yield f"| For the running application | {spec.compatibility or 'not said'} |"
    for what, where in sorted(spec.links.items()):
        yield f"| {_cell(what)} | {_cell(where)} |"
    yield f"| Findings | {counted(plan.findings) or 'none'} |"
    yield f"| Steps | {len(plan.steps)}, {_duration(plan.duration_milliseconds)} in the rehearsal |"
    yield f"| Relations touched | {', '.join(f'`{name}`' for name in plan.relations) or 'none'} |"
    yield f"| Rollback | {'applied, rolled back, found equal, applied again' if plan.rollback_proven else 'not proven'} |"
    yield f"| Plan digest | `{plan_digest}` |"
    yield f"| Evidence digest | `{plan.evidence_digest()}` |"
    yield ""


def _risks(plan: PlanDocument) -> Iterator[str]:
    """What an owner wants to know first."""
    yield "## What to look at"
    yield ""
    found = False
    for step in plan.steps:
        for sentence in _risks_of(step):
            found = True
            yield f"- Step `{step.name}` {sentence}"
    if not found:
        foretold = "" if plan.rehearsed else " is foretold that"
        yield f"- Nothing is destroyed, every step can be undone, no lock{foretold} stalls the application's reads or writes."
    yield ""


def _risks_of(step: PlannedStep) -> Iterator[str]:
    if step.destroys:
        yield "**destroys data**: " + "; ".join(s.kind for s in step.statements if s.destructive)
    if step.irreversible:
        yield f"**cannot be undone**: {_cell(step.irreversible)}"
    for statement in step.statements:
        lock = _lock(statement)
        if lock == STALLS_READERS:
            yield f"takes {lock} in statement {statement.number}: reads and writes of {_relations(statement)} wait for it"
        elif lock in STALLS_WRITERS:
            yield f"takes {lock} in statement {statement.number}: writes to {_relations(statement)} wait for it"
        if statement.rewritten:
            yield f"writes {', '.join(f'`{name}`' for name in statement.rewritten)} anew in statement {statement.number}"


def _findings(plan: PlanDocument) -> Iterator[str]:
    """What the rules found, the worst first."""
    if not plan.findings:
        return
    yield f"## What the rules found: {counted(plan.findings)}"
    yield ""
    yield "| severity | rule | where | what it does | the safe way |"
    yield "|---|---|---|---|---|"
    for one in sorted(plan.findings, key=_urgency):
        where = f"step `{one.step}`, statement {one.statement}, line {one.line}"
        waived = f" **Waived:** {_cell(one.waived)}" if one.waived else ""
        yield f"| {one.severity} | {one.rule} | {where} | {_cell(one.message)}{waived} | {_cell(one.recipe)} |"
    yield ""


def _urgency(finding: Finding) -> tuple[bool, bool, int]:
    return bool(finding.waived), finding.style, ORDER.index(finding.severity)


def _step(number: int, step: PlannedStep, *, rehearsed: bool) -> Iterator[str]:
    yield f"## Step {number}: {step.name}"
    yield ""
    measured = f"{_duration(step.duration_milliseconds)} in the rehearsal" if rehearsed else "not rehearsed"
    yield f"{_kind(step)}; {measured}. Undone by: {step.undo or 'nothing'}."
    yield ""
    if not step.statements:
        return
    yield from _measured(step) if rehearsed else _foretold(step)
    yield ""
    for statement in step.statements:
        yield "```sql"
        yield f"-- {statement.number}"
        yield statement.text[:TEXT_SHOWN].replace("```", "` ` `")
        yield "```"
    yield ""


def _foretold(step: PlannedStep) -> Iterator[str]:
    yield "| # | statement | lock foretold | relations | destroys |"
    yield "|---|---|---|---|---|"
    for statement in step.statements:
        relations = ", ".join(f"`{name}`" for name in statement.relations)
        yield (
            f"| {statement.number} | {statement.kind} | {statement.predicted_lock or 'none'} | {relations or 'none'}"
            f" | {'**yes**' if statement.destructive else 'no'} |"
        )


def _measured(step: PlannedStep) -> Iterator[str]:
    yield "| # | statement | lock foretold | locks held in the rehearsal | duration | writes anew | destroys |"
    yield "|---|---|---|---|---|---|---|"
    for statement in step.statements:
        held = ", ".join(f"{lock.mode} on `{lock.relation}`" for lock in statement.held)
        yield (
            f"| {statement.number} | {statement.kind} | {statement.predicted_lock or 'none'} | {held or 'none'}"
            f" | {_duration(statement.duration_milliseconds)} | {', '.join(statement.rewritten) or 'no'}"
            f" | {'**yes**' if statement.destructive else 'no'} |"
        )


def _kind(step: PlannedStep) -> str:
    if step.kind == "Backfill":
        return f"Rows filled in batches beside the application, about {step.rows_estimated:,}"
    if step.kind == "Single":
        return "One statement that cannot be in a transaction"
    return f"One transaction of {len(step.statements)} statement{'' if len(step.statements) == 1 else 's'}"


def _difference(plan: PlanDocument) -> Iterator[str]:
    yield "## What is different afterwards"
    yield ""
    if not plan.rehearsed:
        yield "- Not known without a rehearsal."
    elif not plan.difference:
        yield "- Nothing in the catalog."
    for difference in plan.difference:
        yield f"- {difference.sentence()}"
    yield ""


def _sizes(plan: PlanDocument) -> Iterator[str]:
    if not plan.sizes:
        return
    yield "## Sizes on the target"
    yield ""
    yield f"| relation | rows (estimated) | size |{' rows generated for the rehearsal |' if plan.rehearsed else ''}"
    yield f"|---|---|---|{'---|' if plan.rehearsed else ''}"
    for size in plan.sizes:
        generated = f" {plan.rows_generated.get(size.relation, 0):,} |" if plan.rehearsed else ""
        yield f"| `{size.relation}` | {size.rows:,} | {_bytes(size.bytes)} |{generated}"
    yield ""


def _notes(plan: PlanDocument) -> Iterator[str]:
    if not plan.notes:
        return
    yield "## Notes"
    yield ""
    yield from (f"- {note}" for note in plan.notes)
    yield ""


def _decision(change: SchemaChange, plan_digest: str, approve: str) -> Iterator[str]:
    yield "## To approve"
    yield ""
    yield f"Approve exactly this plan (`{plan_digest[:19]}`), as an owner of the data; {change.spec.author} cannot:"
    yield ""
    yield "```sh"
    yield approve
    yield "```"
    yield ""


def _lock(statement: PlannedStatement) -> str:
    """The strongest lock on something that existed before, as seen; as foretold where nothing was seen."""
    return strongest([lock.mode for lock in statement.held]) or statement.predicted_lock


def _relations(statement: PlannedStatement) -> str:
    held = dict.fromkeys(lock.relation for lock in statement.held) or dict.fromkeys(statement.relations)
    return ", ".join(f"`{name}`" for name in held) or "the relations named"


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


def _duration(milliseconds: float) -> str:
    return f"{milliseconds:.0f} ms" if milliseconds < 10_000 else f"{milliseconds / 1000:.1f} s"


def _bytes(count: int) -> str:
    size = float(count)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if size < 1024:
            return f"{size:.0f} {unit}"
        size /= 1024
    return f"{size:.1f} TiB"
