"""REVOKE: whoever uses the right fails at once."""

from collections.abc import Iterator

from schemachange_operator.core.catalog_facts import grantees
from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.rule import Rule

RULE = Rule(
    id="revoke",
    finds="REVOKE of a right that somebody has on a table in use",
    effect="whoever uses the right fails with the next statement.",
    recipe="See to it that nobody uses the right, first: pg_stat_activity and the application's own configuration tell.",
    bad="REVOKE SELECT ON customers FROM PUBLIC;",
    good="GRANT SELECT ON customers TO PUBLIC;",
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE. Where the rights are known, taking one from a role that has none is no hazard."""
    if place.node != "grant_stmt" or place.tree.get("is_grant"):
        return
    roles = [item["role_spec"] for item in place.tree.get("grantees", [])]
    for item in place.tree.get("objects", []):
        if "range_var" in item:
            relation = place.range_key(item["range_var"])
            facts = place.facts(relation)
            losing = [_name(role) for role in roles if facts is None or _has(facts.acl, role)]
            if place.in_use(relation) and losing:
                yield Hit(relation, f"{', '.join(losing)} loses rights on {relation}")


def _name(role: dict[str, str]) -> str:
    return role.get("rolename", "everybody (PUBLIC)" if role["roletype"] == "ROLESPEC_PUBLIC" else "the current role")


def _has(acl: str, role: dict[str, str]) -> bool:
    """Whether an entry of the rights is this role's: an entry without a name is everybody's."""
    if role["roletype"] not in {"ROLESPEC_CSTRING", "ROLESPEC_PUBLIC"}:
        return True
    return role.get("rolename", "") in grantees(acl)
