"""The required inputs of the procedure: one check each, one message per missing one."""

from collections.abc import Callable, Iterator

from schemachange_operator.api.reason import Reason
from schemachange_operator.core.budgets import BUDGET_RULES
from schemachange_operator.core.destruction import destructive_steps, steps_asked_for
from schemachange_operator.core.rules import known_rules
from schemachange_operator.core.sql.content_check import check_content
from schemachange_operator.core.sql.statement import read_statements
from schemachange_operator.core.windows import zone_exists
from schemachange_operator.core.world import Problem, World

Check = Callable[[World], Iterator[Problem]]


def _missing(field: str, remedy: str) -> Problem:
    return Problem(Reason.INPUT_MISSING, field, f"is missing; {remedy}")


def why(world: World) -> Iterator[Problem]:
    """The migration spec: what and why."""
    if not world.change.spec.why.strip():
        yield _missing("spec.why", "say what the change is for, in a sentence that the data owner can judge")


def author(world: World) -> Iterator[Problem]:
    """Who designed it; the audit trail wants it, and the author cannot approve."""
    if not world.change.spec.author.strip():
        yield _missing("spec.author", "name who designed the change, as the API server knows that person")


def design_date(world: World) -> Iterator[Problem]:
    """When it was designed."""
    if not world.change.spec.designed_on:
        yield _missing("spec.designedOn", "give the day of the design as YYYY-MM-DD")


def design_link(world: World) -> Iterator[Problem]:
    """The data design, where the policy asks for a link."""
    if world.policy and world.policy.require_design_link and not world.change.spec.links.get("design"):
        yield _missing("spec.links.design", "the policy asks for the address of the data design")


def compatibility(world: World) -> Iterator[Problem]:
    """The strategy for the order of deploys."""
    if world.change.spec.compatibility is None:
        yield _missing(
            "spec.compatibility", "say Additive, Expand, Contract or Breaking: what the running application will notice"
        )


def database(world: World) -> Iterator[Problem]:
    """A database that is known and lets this namespace in."""
    reference, own = world.change.spec.database, world.change.metadata.namespace
    name = f"{reference.namespace or own}/{reference.name}"
    if world.database is None:
        if not any(problem.field == "spec.database" for problem in world.problems):
            yield Problem(
                Reason.DATABASE_NOT_FOUND,
                "spec.database",
                f"there is no PostgresDatabase {name}; create it, or mend the name",
            )
    elif world.database.metadata.namespace != own and own not in world.database.spec.allowed_namespaces:
        yield Problem(
            Reason.DATABASE_NOT_ALLOWED,
            "spec.database",
            f"PostgresDatabase {name} does not list namespace {own} in spec.allowedNamespaces; ask its platform team",
        )


def policy(world: World) -> Iterator[Problem]:
    """The data design standards."""
    if world.policy is None and world.database and world.database.spec.policy:
        name = world.database.spec.policy.name
        yield Problem(
            Reason.POLICY_NOT_FOUND,
            "PostgresDatabase.spec.policy",
            f"there is no SchemaPolicy {name} in its namespace; create it",
        )


def owner(world: World) -> Iterator[Problem]:
    """Somebody who may approve."""
    if world.database and not world.database.spec.owners:
        yield Problem(
            Reason.NO_OWNER,
            "PostgresDatabase.spec.owners",
            "nobody owns this database, so nobody could approve; name a user or a group",
        )


def window(world: World) -> Iterator[Problem]:
    """A maintenance window that exists."""
    name = world.change.spec.apply.window
    if name and world.database and name not in [known.name for known in world.database.spec.windows]:
        yield Problem(
            Reason.WINDOW_UNKNOWN, "spec.apply.window", f"the database has no window {name}; mend the name or add the window"
        )
    for known in world.database.spec.windows if world.database else ():
        if known.name == name and not zone_exists(known):
            yield Problem(
                Reason.WINDOW_UNKNOWN,
                f"PostgresDatabase.spec.windows[{name}].timeZone",
                f"there is no time zone {known.time_zone}; give one of the IANA database, for example Europe/Berlin",
            )


def sources(world: World) -> Iterator[Problem]:
    """Sources of SQL that gathering did not find, and objects without their shape."""
    yield from world.problems


def _one_step(world: World) -> bool:
    migration = world.change.spec.migration
    return migration is not None and migration.steps is None


def statements(world: World) -> Iterator[Problem]:
    """SQL that parses and holds only what a step may hold."""
    if world.content:
        for problem in check_content(world.content, one_step=_one_step(world)):
            yield Problem(Reason.INVALID_SQL, problem.field, problem.message)


def backup_place(world: World) -> Iterator[Problem]:
    """No destructive change without backup."""
    if world.content is None or world.database is None or world.database.spec.backup or any(statements(world)):
        return
    asked = world.policy.backup.required_for if world.policy else ()
    planned = world.status.plan.backed_up if world.status.plan else ()
    destroyed, steps = destructive_steps(world.content), {*steps_asked_for(world.content, asked), *planned}
    if not (steps or world.change.spec.backup.always):
        return
    what = (
        f"step {', '.join(destroyed)} destroys data"
        if destroyed
        else f"the policy asks for a backup before step {', '.join(sorted(steps))}"
        if steps
        else "spec.backup.always asks for a backup"
    )
    yield Problem(
        Reason.NO_BACKUP_PLACE,
        "PostgresDatabase.spec.backup",
        f"{what} and the database has no place for a backup; nothing was touched. Give it a claim, or change the migration",
    )


def rules(world: World) -> Iterator[Problem]:
    """Rules that a policy or a waiver names exist."""
    known = {one.rule.id for one in known_rules()} | BUDGET_RULES.keys()
    named = [("SchemaPolicy.spec.rules", rule) for rule in (world.policy.rules if world.policy else {})]
    named += [("spec.waivers", waiver.rule) for waiver in world.change.spec.waivers]
    for field, rule in named:
        if rule not in known:
            yield Problem(Reason.RULE_UNKNOWN, field, f"there is no rule {rule}; docs/reference/rules.md lists all of them")


def waived_places(world: World) -> Iterator[Problem]:
    """Steps and statements that a waiver names exist: one that covers nothing would be found out too late."""
    if world.content is None or any(statements(world)):
        return
    counts = {step.name: len(read_statements(step.sql)) if step.sql else 0 for step in world.content.steps}
    for number, waiver in enumerate(world.change.spec.waivers):
        field = f"spec.waivers[{number}]"
        if waiver.step is not None and waiver.step not in counts:
            names = ", ".join(counts)
            yield Problem(
                Reason.WAIVER_WITHOUT_PLACE, f"{field}.step", f"there is no step {waiver.step}; the steps are {names}"
            )
        elif waiver.statement is not None:
            most = counts[waiver.step] if waiver.step else max(counts.values())
            if waiver.statement > most:
                yield Problem(
                    Reason.WAIVER_WITHOUT_PLACE,
                    f"{field}.statement",
                    f"there is no statement {waiver.statement}, only {most}; count them as the plan does",
                )


def expand(world: World) -> Iterator[Problem]:
    """A Contract change ends an Expand change, or a quarantine; Pending waits until that is completed."""
    spec, policy = world.change.spec, world.policy
    wanted = policy is not None and policy.compatibility.contract_needs_expand
    if spec.compatibility != "Contract" or not wanted or world.status.frozen or spec.revert_of:
        # What a revert takes away, the change that it undoes has brought: that is named.
        return
    named = [reference.name for reference in spec.depends_on]
    known = {
        s.name: s.compatibility == "Expand" or s.quarantines
        for s in world.siblings
        if s.namespace == world.change.metadata.namespace
    }
    # One that is not there yet is waited for.
    if any(known.get(name, True) for name in named):
        return
    what = f"none of {', '.join(named)} says Expand" if named else "a Contract change names the Expand change that it ends"
    yield Problem(
        Reason.EXPAND_MISSING,
        "spec.dependsOn",
        f"{what}; name it there, or have the policy's owner set spec.compatibility.contractNeedsExpand to false",
    )


CHECKS: tuple[Check, ...] = (
    why, author, design_date, design_link, compatibility, database, policy, owner, window, sources, statements, rules,
    waived_places, expand, backup_place,
)  # fmt: skip


def problems(world: World) -> tuple[Problem, ...]:
    """Everything that is missing or wrong, in the order in which a person would mend it."""
    return tuple(problem for check in CHECKS for problem in check(world))
