"""Changes of type that the grammar takes for destructive and the catalog knows better: no value is lost, no backup is due."""

from collections.abc import Mapping

from schemachange_operator.core.catalog_facts import CatalogFacts
from schemachange_operator.core.content import Content
from schemachange_operator.core.plan import PlanDocument, PlannedStep
from schemachange_operator.core.rules.place import Place
from schemachange_operator.core.rules.type_change import keeps_values
from schemachange_operator.core.rules.walking import walk_change

Keeping = Mapping[str, tuple[int, ...]]
"""Step to the numbers of its statements."""


def lossless_statements(content: Content, catalog: CatalogFacts) -> dict[str, tuple[int, ...]]:
    """ALTER TABLEs that could only lose something by a change of type, and whose types hold every value of the old ones."""
    found: dict[str, tuple[int, ...]] = {}
    for place in walk_change(content, catalog):
        if place.node == "alter_table_stmt" and place.made.destroys and not place.inside and _keeps(place):
            found[place.step] = (*found.get(place.step, ()), place.number)
    return found


def _keeps(place: Place) -> bool:
    commands = [item["alter_table_cmd"] for item in place.tree["cmds"]]
    return all(
        keeps_values(place, command)
        if command["subtype"] == "AT_AlterColumnType"
        else command["subtype"] != "AT_DropColumn" and command.get("behavior") != "DROP_CASCADE"
        for command in commands
    )


def without_lossless(plan: PlanDocument, keeping: Keeping) -> PlanDocument:
    """The plan without the demand for a backup that only those statements made."""
    steps = tuple(_step(step, keeping.get(step.name, ())) for step in plan.steps)
    said = tuple(f"step {step}, statement {number}: may destroy " for step, numbers in keeping.items() for number in numbers)
    notes = tuple(note for note in plan.notes if not note.startswith(said)) if said else plan.notes
    return plan.model_copy(update={"steps": steps, "notes": notes})


def _step(step: PlannedStep, numbers: tuple[int, ...]) -> PlannedStep:
    if not numbers:
        return step
    statements = tuple(
        one.model_copy(update={"destructive": False}) if one.number in numbers else one for one in step.statements
    )
    return step.model_copy(update={"statements": statements, "destroys": any(one.destructive for one in statements)})
