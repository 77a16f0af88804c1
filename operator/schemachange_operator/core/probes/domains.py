"""ALTER DOMAIN with a constraint: values of the domain that violate it, in every table that has a column of it."""

from collections.abc import Iterator

from schemachange_operator.core.probes.duplicates import OWN_CODE
from schemachange_operator.core.probes.earlier import Earlier
from schemachange_operator.core.probes.expressions import askable, column, replaced, text_of
from schemachange_operator.core.probes.question import Ask, Question, Rows, Unaskable
from schemachange_operator.core.rules.place import Place
from schemachange_operator.core.sql.grammar import Tree, strings


def questions(place: Place, earlier: Earlier) -> Iterator[Question]:
    """The questions about a domain's values that a statement raises."""
    if place.node != "alter_domain_stmt":
        return
    domain = place.parts_key(strings(place.tree["type_name"]))
    if place.tree["subtype"] == "O":
        for relation, name in _users(place, domain):
            words = f"rows with NULL in {name}, of the domain {domain}"
            yield Question.of(place, relation, words, Rows(f"{text_of(column(name))} IS NULL"))
    constraint = place.tree.get("def", {}).get("constraint", {})
    if place.tree["subtype"] == "V":
        constraint = earlier.domain_checks.get((domain, place.tree["name"]), {})
    elif place.tree["subtype"] != "C" or constraint.get("skip_validation"):
        return
    for relation, name in _users(place, domain):
        words = f"rows whose {name} violates the CHECK of the domain {domain}"
        yield Question.of(place, relation, words, _ask(constraint.get("raw_expr"), name))


def _ask(expression: Tree | None, name: str) -> Ask:
    if expression is None:
        return Unaskable("the domain's constraint could not be read")
    return Rows(f"{text_of(replaced(expression, 'value', name))} IS FALSE") if askable(expression) else Unaskable(OWN_CODE)


def _users(place: Place, domain: str) -> Iterator[tuple[str, str]]:
    """Columns of the domain in tables with rows of their own: a partitioned table's are its partitions'."""
    for relation, facts in place.catalog.relations.items():
        for name, known in facts.columns.items():
            # The snapshot is taken with an empty search path: types carry their schema.
            if facts.kind == "r" and known.type == domain and (relation, name) not in place.course.columns:
                yield relation, name
