"""The walk over a change: each statement in its place, what it leaves for those after it, statements in DO blocks too."""

from collections.abc import Iterator

from schemachange_operator.core.catalog_facts import CatalogFacts
from schemachange_operator.core.content import Content
from schemachange_operator.core.rules.course import Added, Course
from schemachange_operator.core.rules.place import Place
from schemachange_operator.core.rules.reading import columns_not_null, constraints, name_of
from schemachange_operator.core.rules.unfolding import OPAQUE, Unfolding
from schemachange_operator.core.sql import grammar
from schemachange_operator.core.sql.grammar import Parsed, Tree, strings
from schemachange_operator.core.sql.kinds import classified
from schemachange_operator.core.sql.kinds.classification import Classification
from schemachange_operator.core.sql.name import of_parts

__all__ = ["OPAQUE", "walk_change"]

_MAKES = frozenset(
    {"create_stmt", "create_table_as_stmt", "view_stmt", "select_stmt", "create_foreign_table_stmt", "create_seq_stmt"}
)
"""Statements whose `creates` are new relations; a rename's is an old one under a new name."""


def walk_change(content: Content, catalog: CatalogFacts, course: Course | None = None) -> Iterator[Place]:
    """Every statement of the change in its place, in order. Backfills have none. `course`: what was done before it."""
    course, unfolding = course or Course(), Unfolding(catalog)
    for step in content.steps:
        if step.sql is None:
            continue
        parsed = [(number, one) for number, one in enumerate(grammar.parse(step.sql), 1)]
        unfolded = [(number, code, classify_safely(code.parsed)) for number, one in parsed for code in unfolding.unfold(one)]
        places = [
            Place(step.name, n, c.parsed.line, c.parsed.node, c.parsed.tree, c.parsed.text, made, course, catalog, c.inside)
            for n, c, made in unfolded
        ]
        functions = frozenset(strings(p.tree["funcname"])[-1] for p in places if p.node == "create_function_stmt")
        course.enter(step.name, frozenset(place.key(name) for place in places for name in place.made.creates), functions)
        for place in places:
            yield place
            _note(place, course)


def classify_safely(parsed: Parsed) -> Classification:
    """The classification; an empty one for what has none."""
    return Classification("DO") if parsed.node == OPAQUE else classified(parsed)


def _note(place: Place, course: Course) -> None:
    """Keep what later statements are judged by."""
    if place.made.lock == "AccessExclusive" and place.made.transactional:
        named = dict.fromkeys(place.key(name) for name in place.made.relations if name not in place.made.creates)
        course.locked.extend((name, place.number) for name in named if place.in_use(name) and place.index(name)[0] == "")
    if place.node in _MAKES:
        course.created.update(_made(place))
    note = _NOTES.get(place.node)
    if note:
        note(place, course)


def _made(place: Place) -> Iterator[str]:
    """New relations; where IF NOT EXISTS finds one that is known, it is not new."""
    for name in place.made.creates:
        key = f"{name.schema or next(iter(place.catalog.search_path), 'public')}.{name.name}"
        if not (place.tree.get("if_not_exists") and key in place.catalog.relations):
            yield key


def _created(place: Place, course: Course) -> None:
    if place.tree.get("partspec"):
        course.partitioned.add(place.table)


def _indexed(place: Place, course: Course) -> None:
    if place.tree.get("idxname"):
        course.indexes[f"{place.table.rpartition('.')[0]}.{place.tree['idxname']}"] = place.table


def _renamed(place: Place, course: Course) -> None:
    for name in place.made.creates:
        if place.table in course.created:
            course.created.add(place.key(name))


def _altered(place: Place, course: Course) -> None:
    for item in place.tree["cmds"]:
        command = item["alter_table_cmd"]
        act = _ACTIONS.get(command["subtype"])
        if act:
            act(place.table, command, course)


def _column_added(table: str, command: Tree, course: Course) -> None:
    column = command["def"]["column_def"]
    course.columns.add((table, column["colname"]))
    for one in constraints(column):
        if one["contype"] in {"CONSTR_NOTNULL", "CONSTR_PRIMARY", "CONSTR_IDENTITY"}:
            course.not_null.add((table, column["colname"]))


def _constraint_added(table: str, command: Tree, course: Course) -> None:
    constraint = command["def"]["constraint"]
    kind, name = constraint["contype"], constraint.get("conname", "")
    columns = (
        columns_not_null(constraint["raw_expr"]) if kind == "CONSTR_CHECK" and "raw_expr" in constraint else frozenset()
    )
    if kind == "CONSTR_NOTNULL":
        columns = frozenset({name_of(constraint["keys"])})
    course.constraints.add((table, name))
    if kind == "CONSTR_CHECK" and "raw_expr" in constraint:
        course.checks[table, name] = constraint["raw_expr"]
    if constraint.get("skip_validation"):
        course.unproven[table, name] = Added(course.step, columns)
    elif constraint.get("is_enforced", True):
        course.proofs[table, name] = columns


def _constraint_validated(table: str, command: Tree, course: Course) -> None:
    added = course.unproven.pop((table, command["name"]), None)
    course.proofs[table, command["name"]] = added.columns if added else frozenset()


def _constraint_dropped(table: str, command: Tree, course: Course) -> None:
    place = (table, command["name"])
    course.unproven.pop(place, None)
    course.proofs.pop(place, None)
    course.dropped_constraints.add(place)


def _not_null_set(table: str, command: Tree, course: Course) -> None:
    course.not_null.add((table, command["name"]))


def _not_null_dropped(table: str, command: Tree, course: Course) -> None:
    course.not_null.discard((table, command["name"]))


def _label_added(place: Place, course: Course) -> None:
    if "old_val" not in place.tree and place.tree.get("new_val"):
        course.labels[place.tree["new_val"]] = place.step


def _domain_created(place: Place, course: Course) -> None:
    name = of_parts(strings(place.tree["domainname"]))
    kinds = {item["constraint"]["contype"] for item in place.tree.get("constraints", [])}
    key = f"{name.schema or next(iter(place.catalog.search_path), 'public')}.{name.name}"
    course.domains[key] = bool(kinds & {"CONSTR_CHECK", "CONSTR_NOTNULL"})


def _type_created(place: Place, course: Course) -> None:
    names = place.tree.get("type_name") or []
    if names:
        course.types.add(place.parts_key(strings(names)))


def _composite_created(place: Place, course: Course) -> None:
    course.types.add(place.range_key(place.tree["typevar"]))


def _dropped(place: Place, course: Course) -> None:
    course.dropped.update(place.key(name) for name in place.made.relations)


def _function_made(place: Place, course: Course) -> None:
    course.functions.add(strings(place.tree["funcname"])[-1])


_ACTIONS = {
    "AT_AddColumn": _column_added,
    "AT_AddConstraint": _constraint_added,
    "AT_ValidateConstraint": _constraint_validated,
    "AT_DropConstraint": _constraint_dropped,
    "AT_SetNotNull": _not_null_set,
    "AT_DropNotNull": _not_null_dropped,
}
_NOTES = {
    "create_stmt": _created,
    "index_stmt": _indexed,
    "rename_stmt": _renamed,
    "alter_table_stmt": _altered,
    "alter_enum_stmt": _label_added,
    "create_domain_stmt": _domain_created,
    "create_function_stmt": _function_made,
    "create_enum_stmt": _type_created,
    "create_range_stmt": _type_created,
    "composite_type_stmt": _composite_created,
    "drop_stmt": _dropped,
}
