"""Comments, rights, owners, policies, publications, statistics objects."""

from collections.abc import Callable

from schemachange_operator.core.effects import queries
from schemachange_operator.core.effects.found import Found
from schemachange_operator.core.effects.ground import Ground
from schemachange_operator.core.rules.place import Place
from schemachange_operator.core.sql.kinds.classification import named
from schemachange_operator.core.sql.kinds.drop import object_parts

_SHARE_UPDATE = "ShareUpdateExclusive"
_RELATIONS = frozenset(
    {"OBJECT_TABLE", "OBJECT_VIEW", "OBJECT_MATVIEW", "OBJECT_INDEX", "OBJECT_SEQUENCE", "OBJECT_FOREIGN_TABLE"}
)
_OF_RELATION = frozenset({"OBJECT_TABCONSTRAINT", "OBJECT_TRIGGER", "OBJECT_POLICY", "OBJECT_RULE"})


def _comment(place: Place, ground: Ground, found: Found) -> None:
    parts = object_parts(place.tree.get("object", {}))
    if place.tree["objtype"] in _RELATIONS and parts:
        found.lock(ground.parts(parts), _SHARE_UPDATE)
    elif place.tree["objtype"] == "OBJECT_COLUMN" and len(parts) > 1:
        found.lock(ground.parts(parts[:-1]), _SHARE_UPDATE)
    elif place.tree["objtype"] in _OF_RELATION and len(parts) > 1:
        found.lock(ground.parts(parts[:-1]), "AccessShare")


def _grant(place: Place, ground: Ground, found: Found) -> None:
    """PostgreSQL 18 and later lock what is named against being dropped."""
    if ground.major >= 18 and place.tree.get("targtype") == "ACL_TARGET_OBJECT":
        for name in named(place.tree):
            found.lock(ground.key(name), "AccessShare")


def _policy(place: Place, ground: Ground, found: Found) -> None:
    found.lock(ground.range(place.tree["table"]), "AccessExclusive")
    for member in ("qual", "with_check"):
        queries.lock_named(ground, found, place.tree.get(member, {}))


def _publication(place: Place, ground: Ground, found: Found) -> None:
    for name in named({"pubobjects": place.tree.get("pubobjects", [])}):
        found.lock(ground.key(name), _SHARE_UPDATE)
    if place.tree.get("action") == "AP_SetObjects":
        for table in ground.ties.publications.get(place.tree["pubname"], ()):
            found.lock(table, _SHARE_UPDATE)


def _statistics(place: Place, ground: Ground, found: Found) -> None:
    for name in named(place.tree):
        found.lock(ground.key(name), _SHARE_UPDATE)


def _owned(_place: Place, _ground: Ground, found: Found) -> None:
    found.opaque("what belongs to the role is not looked up")


EFFECTS: dict[str, Callable[[Place, Ground, Found], None]] = {
    "comment_stmt": _comment,
    "sec_label_stmt": _comment,
    "grant_stmt": _grant,
    "create_policy_stmt": _policy,
    "alter_policy_stmt": _policy,
    "create_publication_stmt": _publication,
    "alter_publication_stmt": _publication,
    "create_stats_stmt": _statistics,
    "drop_owned_stmt": _owned,
    "reassign_owned_stmt": _owned,
}
