"""Rights, owners, policies, comments, labels, roles, publications, settings."""

from schemachange_operator.core.sql.grammar import Tree, strings
from schemachange_operator.core.sql.kinds.alter_table import object_words
from schemachange_operator.core.sql.kinds.classification import Classification, Classifier, named, plain
from schemachange_operator.core.sql.name import RelationName, of_parts

_RELATIONS = frozenset(
    {"OBJECT_TABLE", "OBJECT_VIEW", "OBJECT_MATVIEW", "OBJECT_INDEX", "OBJECT_SEQUENCE", "OBJECT_FOREIGN_TABLE"}
)
_OF_RELATION = frozenset({"OBJECT_COLUMN", "OBJECT_TABCONSTRAINT", "OBJECT_TRIGGER", "OBJECT_POLICY", "OBJECT_RULE"})


def _comment(word: str) -> Classifier:
    def classifier(tree: Tree) -> Classification:
        relations = _commented(tree)
        kind = f"{word} ON {'COLUMN' if tree['objtype'] == 'OBJECT_COLUMN' else object_words(tree['objtype'])}"
        return Classification(kind, lock="ShareUpdateExclusive" if relations else "", relations=relations)

    return classifier


def _commented(tree: Tree) -> tuple[RelationName, ...]:
    parts = strings(tree.get("object", {}).get("list", {}).get("items", []))
    if tree["objtype"] in _RELATIONS and parts:
        return (of_parts(parts),)
    if tree["objtype"] in _OF_RELATION and len(parts) > 1:
        return (of_parts(parts[:-1]),)
    return ()


def _grant(tree: Tree) -> Classification:
    # PostgreSQL 18 takes ACCESS SHARE, older ones no lock that pg_locks shows.
    relations = named(tree)
    return Classification(
        "GRANT" if tree.get("is_grant") else "REVOKE", lock="AccessShare" if relations else "", relations=relations
    )


def _grant_role(tree: Tree) -> Classification:
    return Classification("GRANT role" if tree.get("is_grant") else "REVOKE role")


def _setting(tree: Tree) -> Classification:
    verb = "RESET" if tree.get("kind", "").startswith("VAR_RESET") else "SET LOCAL" if tree.get("is_local") else "SET"
    notes = (f"{tree.get('name', '')} stays set only while the step's session lives",) if verb == "SET" else ()
    return Classification(verb, notes=notes)


def _owner(tree: Tree) -> Classification:
    return Classification(f"ALTER {object_words(tree['object_type'])} OWNER TO")


def _subscription(tree: Tree) -> Classification:
    return Classification("CREATE SUBSCRIPTION", transactional=False)


def _alter_subscription(tree: Tree) -> Classification:
    return Classification("ALTER SUBSCRIPTION", transactional=False)


def _drop_subscription(tree: Tree) -> Classification:
    return Classification("DROP SUBSCRIPTION", transactional=False)


CLASSIFIERS: dict[str, Classifier] = {
    "comment_stmt": _comment("COMMENT"),
    "sec_label_stmt": _comment("SECURITY LABEL"),
    "grant_stmt": _grant,
    "grant_role_stmt": _grant_role,
    "alter_default_privileges_stmt": plain("ALTER DEFAULT PRIVILEGES"),
    "alter_owner_stmt": _owner,
    "create_policy_stmt": plain("CREATE POLICY", "AccessExclusive"),
    "alter_policy_stmt": plain("ALTER POLICY", "AccessExclusive"),
    "variable_set_stmt": _setting,
    "variable_show_stmt": plain("SHOW"),
    "create_role_stmt": plain("CREATE ROLE"),
    "alter_role_stmt": plain("ALTER ROLE"),
    "alter_role_set_stmt": plain("ALTER ROLE SET"),
    "drop_role_stmt": plain("DROP ROLE"),
    "alter_database_set_stmt": plain("ALTER DATABASE SET"),
    "create_publication_stmt": plain("CREATE PUBLICATION", "ShareUpdateExclusive"),
    "alter_publication_stmt": plain("ALTER PUBLICATION", "ShareUpdateExclusive"),
    "create_subscription_stmt": _subscription,
    "alter_subscription_stmt": _alter_subscription,
    "drop_subscription_stmt": _drop_subscription,
    "notify_stmt": plain("NOTIFY"),
}
