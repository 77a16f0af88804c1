"""DROP of anything, TRUNCATE, DROP OWNED."""

from schemachange_operator.core.sql.grammar import Tree, strings
from schemachange_operator.core.sql.kinds.alter_table import object_words
from schemachange_operator.core.sql.kinds.classification import Classification, Classifier, named
from schemachange_operator.core.sql.name import of_parts

_RELATIONS = frozenset(
    {"OBJECT_TABLE", "OBJECT_VIEW", "OBJECT_MATVIEW", "OBJECT_SEQUENCE", "OBJECT_INDEX", "OBJECT_FOREIGN_TABLE"}
)
_OF_RELATION = frozenset({"OBJECT_TRIGGER", "OBJECT_POLICY", "OBJECT_RULE"})
"""Objects whose name ends with their own, after the relation's."""
_DATA = frozenset(
    {
        "OBJECT_TABLE",
        "OBJECT_MATVIEW",
        "OBJECT_SEQUENCE",
        "OBJECT_TYPE",
        "OBJECT_DOMAIN",
        "OBJECT_SCHEMA",
        "OBJECT_EXTENSION",
    }
)
"""Objects that hold data, or whose going can take data along."""


def _drop(tree: Tree) -> Classification:
    what = tree["remove_type"]
    words = object_words(what)
    concurrent = tree.get("concurrent", False)
    names = [object_parts(item) for item in tree["objects"]]
    relations = [of_parts(parts) for parts in names if parts and what in _RELATIONS]
    relations += [of_parts(parts[:-1]) for parts in names if len(parts) > 1 and what in _OF_RELATION]
    destroys = [f"{words.lower()} {'.'.join(parts)}" for parts in names if what in _DATA]
    if tree.get("behavior") == "DROP_CASCADE":
        destroys += [f"whatever depends on {words.lower()} {'.'.join(parts)} (CASCADE)" for parts in names]
    lock = "AccessExclusive" if relations or what in {"OBJECT_SCHEMA", "OBJECT_TYPE", "OBJECT_DOMAIN"} else ""
    return Classification(
        f"DROP {words} CONCURRENTLY" if concurrent else f"DROP {words}",
        lock="ShareUpdateExclusive" if concurrent else lock,
        transactional=not concurrent,
        relations=tuple(dict.fromkeys(relations)),
        destroys=tuple(destroys),
        partners=what == "OBJECT_TABLE",
    )


def object_parts(item: Tree) -> tuple[str, ...]:
    """The name of one dropped object, in each of the shapes that libpg_query writes it."""
    if "list" in item:
        return strings(item["list"]["items"])
    if "string" in item:
        return strings([item])
    inner: Tree = item.get("type_name") or item.get("object_with_args") or {}
    return strings(inner.get("names") or inner.get("objname") or [])


def _truncate(tree: Tree) -> Classification:
    relations = named(tree)
    destroys = tuple(f"all rows of {relation}" for relation in relations)
    if tree.get("behavior") == "DROP_CASCADE":
        destroys += ("all rows of every table that refers to it (CASCADE)",)
    return Classification("TRUNCATE", lock="AccessExclusive", relations=relations, destroys=destroys, partners=True)


def _drop_owned(_tree: Tree) -> Classification:
    return Classification("DROP OWNED", lock="AccessExclusive", destroys=("everything that the role owns",))


CLASSIFIERS: dict[str, Classifier] = {
    "drop_stmt": _drop,
    "truncate_stmt": _truncate,
    "drop_owned_stmt": _drop_owned,
}
