"""Functions, procedures, aggregates, types, domains, triggers, rules."""

from schemachange_operator.core.sql.grammar import Tree, strings
from schemachange_operator.core.sql.kinds.alter_table import object_words
from schemachange_operator.core.sql.kinds.classification import Classification, Classifier, named, plain


def _create_function(tree: Tree) -> Classification:
    what = "PROCEDURE" if tree.get("is_procedure") else "FUNCTION"
    replace = "OR REPLACE " if tree.get("replace") else ""
    return Classification(f"CREATE {replace}{what}", relations=())


def _create_trigger(tree: Tree) -> Classification:
    replace = "OR REPLACE " if tree.get("replace") else ""
    return Classification(f"CREATE {replace}TRIGGER", lock="ShareRowExclusive", relations=named(tree))


def _define(tree: Tree) -> Classification:
    return Classification(f"CREATE {object_words(tree['kind'])} {'.'.join(strings(tree.get('defnames', [])))}".strip())


CLASSIFIERS: dict[str, Classifier] = {
    "create_function_stmt": _create_function,
    "alter_function_stmt": plain("ALTER FUNCTION"),
    "create_trig_stmt": _create_trigger,
    "create_event_trig_stmt": plain("CREATE EVENT TRIGGER"),
    "alter_event_trig_stmt": plain("ALTER EVENT TRIGGER"),
    "rule_stmt": plain("CREATE RULE", "AccessExclusive"),
    "define_stmt": _define,
    "composite_type_stmt": lambda _tree: Classification("CREATE TYPE"),
    "create_enum_stmt": plain("CREATE TYPE"),
    "create_range_stmt": plain("CREATE TYPE"),
    "alter_type_stmt": plain("ALTER TYPE"),
    "create_domain_stmt": plain("CREATE DOMAIN"),
    "create_cast_stmt": plain("CREATE CAST"),
    "create_op_class_stmt": plain("CREATE OPERATOR CLASS"),
    "create_op_family_stmt": plain("CREATE OPERATOR FAMILY"),
    "alter_op_family_stmt": plain("ALTER OPERATOR FAMILY"),
    "alter_operator_stmt": plain("ALTER OPERATOR"),
    "alter_object_depends_stmt": plain("ALTER … DEPENDS ON EXTENSION"),
}
