"""FOREIGN KEY, added or validated: rows that refer to no row."""

from collections.abc import Iterator

from schemachange_operator.core.catalog_facts import RelationFacts
from schemachange_operator.core.probes.earlier import Earlier
from schemachange_operator.core.probes.proved import proved, table_facts
from schemachange_operator.core.probes.question import Ask, Orphans, Question, Unaskable
from schemachange_operator.core.rules.place import Place
from schemachange_operator.core.sql.grammar import GrammarError, Tree, parse, strings


def questions(place: Place, earlier: Earlier) -> Iterator[Question]:
    """The questions about foreign keys that a statement raises."""
    facts = table_facts(place, place.table)
    for constraint in proved(place, earlier, "FOREIGN"):
        columns = strings(constraint.get("fk_attrs", []))
        parent = place.range_key(constraint["pktable"])
        if facts is None or any((place.table, name) in place.course.columns for name in columns):
            continue
        words = f"rows whose ({', '.join(columns)}) is not in {parent}"
        yield Question.of(place, place.table, words, _ask(place, constraint, columns, parent, facts))


def _ask(place: Place, constraint: Tree, columns: tuple[str, ...], parent: str, facts: RelationFacts) -> Ask:
    other = table_facts(place, parent)
    if other is None:
        return Unaskable(f"{parent} is not there before the change")
    keys = strings(constraint.get("pk_attrs", [])) or _primary_key(other)
    if len(keys) != len(columns) or constraint.get("fk_with_period"):
        return Unaskable(f"the key of {parent} could not be read")
    if any((parent, name) in place.course.columns for name in keys):
        return Unaskable(f"the key of {parent} is made by this change")
    return Orphans(
        columns,
        parent,
        keys,
        full=constraint.get("fk_matchtype") == "f",
        only=facts.kind == "r",
        only_parent=other.kind == "r",
    )


def _primary_key(facts: RelationFacts) -> tuple[str, ...]:
    definition = next((one.definition for one in facts.constraints.values() if one.kind == "p"), "")
    try:
        (parsed,) = parse(f"ALTER TABLE t ADD {definition}")
        return strings(parsed.tree["cmds"][0]["alter_table_cmd"]["def"]["constraint"]["keys"])
    except (GrammarError, KeyError, ValueError):
        return ()
