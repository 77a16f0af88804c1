"""The walk over a change: each statement in its place, what it leaves for those after it, statements in DO blocks too."""

from collections.abc import Iterable, Iterator

from schemachange_operator.api.standards import Standards
from schemachange_operator.core.catalog_facts import CatalogFacts
from schemachange_operator.core.content import Content
from schemachange_operator.core.rules.course import Added, Course
from schemachange_operator.core.rules.place import Place
from schemachange_operator.core.rules.reading import columns_not_null, constraints, default_of, has, is_serial, name_of
from schemachange_operator.core.rules.unfolding import OPAQUE, Unfolding
from schemachange_operator.core.sql import grammar
from schemachange_operator.core.sql.grammar import Parsed, Tree, strings
from schemachange_operator.core.sql.kinds import classified
from schemachange_operator.core.sql.kinds.classification import Classification
from schemachange_operator.core.sql.name import of_parts

__all__ = ["OPAQUE", "walk_change"]

_STALLING = frozenset({"Share", "ShareRowExclusive", "Exclusive", "AccessExclusive"})
_MAKES = frozenset(
    {"create_stmt", "create_table_as_stmt", "view_stmt", "select_stmt", "create_foreign_table_stmt", "create_seq_stmt"}
)
"""Statements whose `creates` are new relations; a rename's is an old one under a new name."""


def walk_change(
    content: Content,
    catalog: CatalogFacts,
    course: Course | None = None,
    standards: Standards | None = None,
    compatibility: str = "",
) -> Iterator[Place]:
    """Every statement of the change in its place, in order. Backfills have none. `course`: what was done before it."""
    course, unfolding, asked = course or Course(), Unfolding(catalog), standards or Standards()
    steps = [(step.name, grammar.parse(step.sql)) for step in content.steps if step.sql is not None]
    quarantining = {step.name for step in content.steps if step.quarantine}
    if asked.comments:
        course.commented = frozenset(_commented(catalog, course, (one for _, parsed in steps for one in parsed)))
    for step, parsed in steps:
        unfolded = [
            (n, code, classify_safely(code.parsed)) for n, one in enumerate(parsed, 1) for code in unfolding.unfold(one)
        ]
        places = [
            Place(
                step,
                n,
                one.line,
                one.node,
                one.tree,
                one.text,
                made,
                course,
                catalog,
                asked,
                compatibility,
                step in quarantining,
                code.inside,
            )
            for n, code, made in unfolded
            for one in (code.parsed,)
        ]
        _enter(step, places, course)
        for place in places:
            yield place
            _note(place, course)


def _enter(step: str, places: list[Place], course: Course) -> None:
    """Begin a step: what it makes anywhere is known to all of its statements."""
    course.enter(
        step,
        frozenset(place.key(name) for place in places for name in place.made.creates),
        frozenset(name_of(place.tree["funcname"]) for place in places if place.node == "create_function_stmt"),
    )
    course.standing_in = frozenset(_standing_in(places, course))
    course.granted_in_step = frozenset(name for place in places for name in _granted(place))
    course.defaults_in_step = frozenset(
        (place.table, command["name"])
        for place in places
        for command in place.commands("AT_ColumnDefault", "AT_AddIdentity")
        if "def" in command
    )


def _commented(catalog: CatalogFacts, course: Course, statements: Iterable[Parsed]) -> Iterator[str]:
    for one in statements:
        if one.node == "comment_stmt" and one.tree.get("comment"):
            place = Place("", 0, 0, one.node, one.tree, "", classify_safely(one), course, catalog)
            parts = strings(one.tree.get("object", {}).get("list", {}).get("items", []))
            column = f".{parts[-1]}" if one.tree["objtype"] == "OBJECT_COLUMN" else ""
            yield from (f"{place.key(name)}{column}" for name in place.made.relations)


def classify_safely(parsed: Parsed) -> Classification:
    """The classification; an empty one for what has none."""
    return Classification("DO") if parsed.node == OPAQUE else classified(parsed)


def _standing_in(places: list[Place], course: Course) -> Iterator[str]:
    fresh = {place.key(name) for place in places if place.node == "create_stmt" for name in place.made.creates}
    for place in places:
        old = place.node == "rename_stmt" and place.table not in fresh | course.created
        if place.node == "view_stmt" or old:
            yield from (place.key(name) for name in place.made.creates)


def _granted(place: Place) -> Iterator[str]:
    if place.node != "grant_stmt" or not place.tree.get("is_grant"):
        return
    if place.tree.get("targtype") == "ACL_TARGET_ALL_IN_SCHEMA":
        yield from (f"{schema}.*" for schema in strings(place.tree["objects"]))
    else:
        yield from (place.key(name) for name in place.made.relations)


def _note(place: Place, course: Course) -> None:
    """Keep what later statements are judged by."""
    if place.made.lock in _STALLING and place.made.transactional:
        named = dict.fromkeys(place.key(name) for name in place.made.relations if name not in place.made.creates)
        taken = [(name, place.number) for name in named if place.in_use(name) and place.index(name)[0] == ""]
        course.stalled += taken
        course.locked += taken if place.made.lock == "AccessExclusive" else []
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


def _dropped(place: Place, course: Course) -> None:
    course.dropped.update(place.key(name) for name in place.made.relations)
    routines = (item["object_with_args"]["objname"] for item in place.tree["objects"] if "object_with_args" in item)
    course.functions_dropped.update(map(name_of, routines))


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
    if default_of(column) is None and not is_serial(column) and not has(column, "IDENTITY", "GENERATED"):
        course.empty.add((table, column["colname"]))
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


def _retyped(table: str, command: Tree, course: Course) -> None:
    course.retyped.add((table, command["name"]))


def _default_set(table: str, command: Tree, course: Course) -> None:
    if "def" in command:
        course.empty.discard((table, command["name"]))


def _trigger_made(place: Place, course: Course) -> None:
    """What a trigger gives a value to, only its function knows: it is believed."""
    course.empty = {one for one in course.empty if one[0] != place.table}


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
    course.types.add(place.key(name))
    course.domains[key] = bool(kinds & {"CONSTR_CHECK", "CONSTR_NOTNULL"})


def _type_made(place: Place, course: Course) -> None:
    tree = place.tree
    parts = strings(tree.get("type_name") or tree.get("domainname") or []) or (tree.get("typevar", {}).get("relname", ""),)
    course.types.add(place.parts_key(parts))


def _function_made(place: Place, course: Course) -> None:
    course.functions.add(strings(place.tree["funcname"])[-1])


_ACTIONS = {
    "AT_AddColumn": _column_added,
    "AT_AddConstraint": _constraint_added,
    "AT_ValidateConstraint": _constraint_validated,
    "AT_DropConstraint": _constraint_dropped,
    "AT_SetNotNull": _not_null_set,
    "AT_AlterColumnType": _retyped,
    "AT_ColumnDefault": _default_set,
    "AT_DropNotNull": _not_null_dropped,
}
_NOTES = {
    "create_stmt": _created,
    "create_trig_stmt": _trigger_made,
    "drop_stmt": _dropped,
    "index_stmt": _indexed,
    "rename_stmt": _renamed,
    "alter_table_stmt": _altered,
    "alter_enum_stmt": _label_added,
    "create_domain_stmt": _domain_created,
    "create_function_stmt": _function_made,
    "create_enum_stmt": _type_made,
    "create_range_stmt": _type_made,
    "composite_type_stmt": _type_made,
}
