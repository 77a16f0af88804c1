"""Constraints that a statement proves on all rows: those that it adds and those that it validates."""

from collections.abc import Iterator

from schemachange_operator.core.catalog_facts import RelationFacts
from schemachange_operator.core.probes.earlier import Earlier
from schemachange_operator.core.rules.place import Place
from schemachange_operator.core.sql.grammar import GrammarError, Tree, parse

_TABLES = frozenset({"r", "p"})


def table_facts(place: Place, relation: str) -> RelationFacts | None:
    """What the catalog says of a table that holds rows before the change; None for anything else."""
    facts = place.facts(relation)
    return facts if facts and facts.kind in _TABLES else None


def proved(place: Place, earlier: Earlier, *kinds: str) -> Iterator[Tree]:
    """Constraints of some kinds (FOREIGN, CHECK, …) that the statement proves on a table that existed before."""
    facts = table_facts(place, place.table)
    if facts is None:
        return
    for constraint in place.new_constraints(*kinds):
        if not constraint.get("skip_validation") and constraint.get("is_enforced", True):
            yield constraint
    for command in place.commands("AT_ValidateConstraint"):
        found = earlier.constraints.get((place.table, command["name"])) or _known(facts, command["name"])
        if found and found["contype"].removeprefix("CONSTR_") in kinds:
            yield {**found, "conname": command["name"]}


def _known(facts: RelationFacts, name: str) -> Tree | None:
    """A NOT VALID constraint of the catalog."""
    known = facts.constraints.get(name)
    if known is None or known.validated:
        return None
    try:
        (parsed,) = parse(f"ALTER TABLE t ADD {known.definition}")
        found: Tree = parsed.tree["cmds"][0]["alter_table_cmd"]["def"]["constraint"]
    except (GrammarError, KeyError, ValueError):
        return None
    return found
