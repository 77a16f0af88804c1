"""What each statement of a change is foretold to do to each relation that existed before: locks, rewrites, scans.

One file a family of statements, each with functions that take the statement in its place, the catalog that it meets
(ground.py) and what was found so far (found.py). All of it was measured on servers; the cases are in
tests/postgres/effects, and tests/postgres/test_effects_matrix.py compares.
"""

from collections.abc import Callable

from schemachange_operator.core.catalog_facts import CatalogFacts
from schemachange_operator.core.content import Content
from schemachange_operator.core.effects import (
    access,
    alter_table,
    code,
    creation,
    domains,
    drop,
    indexes,
    maintenance,
    renaming,
    rows,
)
from schemachange_operator.core.effects.evolution import evolve
from schemachange_operator.core.effects.found import Foretold, Found
from schemachange_operator.core.effects.ground import Ground
from schemachange_operator.core.rules.course import Course
from schemachange_operator.core.rules.place import Place
from schemachange_operator.core.sql import grammar
from schemachange_operator.core.sql.grammar import Parsed
from schemachange_operator.core.sql.kinds import classified

__all__ = ["Foretelling", "Foretold", "foretell"]

Foretelling = dict[tuple[str, int], Foretold]
"""Step and statement, counted from 1, to what is foretold of it."""

_EFFECTS: dict[str, Callable[[Place, Ground, Found], None]] = {
    **access.EFFECTS,
    **code.EFFECTS,
    **creation.EFFECTS,
    **dict.fromkeys(("select_stmt", "insert_stmt", "update_stmt", "delete_stmt", "merge_stmt"), rows.rows),
    "explain_stmt": rows.explain,
    "lock_stmt": rows.lock,
    "alter_table_stmt": alter_table.alter_table,
    "rename_stmt": renaming.rename,
    "alter_object_schema_stmt": renaming.set_schema,
    "alter_domain_stmt": domains.alter,
    "drop_stmt": drop.drop,
    "truncate_stmt": drop.truncate,
    "index_stmt": indexes.create,
    "reindex_stmt": indexes.reindex,
    "vacuum_stmt": maintenance.vacuum,
    "cluster_stmt": maintenance.cluster,
    "refresh_mat_view_stmt": maintenance.refresh,
}
_NONE = frozenset(
    {
        "variable_set_stmt", "variable_show_stmt", "constraints_set_stmt", "notify_stmt", "alter_enum_stmt",
        "create_enum_stmt", "create_domain_stmt", "composite_type_stmt", "create_range_stmt", "alter_type_stmt",
        "define_stmt", "alter_function_stmt", "create_cast_stmt", "create_op_class_stmt", "create_op_family_stmt",
        "alter_op_family_stmt", "alter_operator_stmt", "alter_owner_stmt", "alter_stats_stmt", "grant_role_stmt",
        "alter_default_privileges_stmt", "create_role_stmt", "alter_role_stmt", "alter_role_set_stmt", "drop_role_stmt",
        "alter_database_set_stmt", "alter_system_stmt", "create_plang_stmt", "create_conversion_stmt",
        "create_event_trig_stmt", "alter_event_trig_stmt", "alter_object_depends_stmt", "create_transform_stmt",
        "create_am_stmt", "create_fdw_stmt", "create_foreign_server_stmt", "alter_fdw_stmt", "create_subscription_stmt",
        "alter_subscription_stmt",
        "alter_foreign_server_stmt", "create_user_mapping_stmt", "alter_user_mapping_stmt", "drop_user_mapping_stmt",
        "alter_ts_dictionary_stmt", "alter_ts_configuration_stmt", "alter_collation_stmt",
    }
)  # fmt: skip
"""Statements that lock no relation of the application."""
_ROWS = frozenset({"select_stmt", "insert_stmt", "update_stmt", "delete_stmt", "merge_stmt", "explain_stmt", "lock_stmt"})
"""Statements that no event trigger hears of; a DO block's are heard one by one."""


_UNEXPECTED = (KeyError, IndexError, ValueError, TypeError, AttributeError, RecursionError)
"""What reading a tree raises that is not of the shape that was measured."""


def foretell(content: Content, catalog: CatalogFacts) -> Foretelling:
    """The effects of every statement of a change whose SQL parses; nothing where the catalog is not known."""
    if not catalog.known:
        return {}
    ground, told = Ground(catalog), {}
    for step in content.steps:
        ground.committed.clear()
        for number, parsed in enumerate(grammar.parse(step.sql) if step.sql else (), 1):
            told[step.name, number] = _one(step.name, number, parsed, ground)
    return told


def _one(step: str, number: int, parsed: Parsed, ground: Ground) -> Foretold:
    found = Found()
    inner = list(code.inside(parsed)) if parsed.node == "do_stmt" else [parsed]
    for one in inner:
        if isinstance(one, str):
            found.opaque(one)
            continue
        place = Place(step, number, one.line, one.node, one.tree, one.text, classified(one), Course(), ground.catalog)
        try:
            _gather(place, ground, found)
            evolve(place, ground)
        except _UNEXPECTED:
            # A plan is made of whatever parses; what is not understood is said, never passed over.
            found.opaque(f"this shape of {place.made.kind} is not known")
    return found.told(ground.committed, ground.made)


def _gather(place: Place, ground: Ground, found: Found) -> None:
    if place.node not in _ROWS and ground.ties.event_triggers:
        found.opaque(f"the event trigger {', '.join(ground.ties.event_triggers)} runs")
    effects = _EFFECTS.get(place.node)
    if effects:
        effects(place, ground, found)
    elif place.node not in _NONE:
        found.opaque(f"nothing is known of {place.made.kind}")
