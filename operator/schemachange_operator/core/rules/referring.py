"""Foreign keys of other tables that refer to a table."""

from collections.abc import Iterator

from schemachange_operator.core.catalog_facts import RelationFacts
from schemachange_operator.core.rules.place import Place
from schemachange_operator.core.sql.grammar import GrammarError, Tree, parse, strings


def referring_keys(place: Place, relation: str) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Table, name and referenced columns of each foreign key of another table that is still there."""
    facts = place.facts(relation)
    for table in dict.fromkeys(facts.referred_by) if facts else ():
        other = place.facts(table)
        if other is None or table == relation or table in place.course.dropped:
            continue
        for name, one in other.constraints.items():
            if one.refers_to == relation and (table, name) not in place.course.dropped_constraints:
                yield table, name, _columns(one.definition) or _primary_key(facts)


def _columns(definition: str) -> tuple[str, ...]:
    return strings(_constraint(definition).get("pk_attrs", []))


def _primary_key(facts: RelationFacts | None) -> tuple[str, ...]:
    definitions = (one.definition for one in facts.constraints.values() if one.kind == "p") if facts else ()
    return next((strings(_constraint(text).get("keys", [])) for text in definitions), ())


def _constraint(definition: str) -> Tree:
    try:
        (parsed,) = parse(f"ALTER TABLE t ADD {definition}")
        found: Tree = parsed.tree["cmds"][0]["alter_table_cmd"]["def"]["constraint"]
    except (GrammarError, KeyError, ValueError):
        return {}
    return found
