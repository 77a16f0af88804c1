"""ALTER TABLE and its like (ALTER VIEW, INDEX, SEQUENCE, TYPE … that share its actions), renames and moves."""

from schemachange_operator.core.plan import strongest
from schemachange_operator.core.sql.grammar import Tree, strings
from schemachange_operator.core.sql.kinds.classification import Classification, Classifier, named
from schemachange_operator.core.sql.name import RelationName, of_parts

_WEAKER: dict[str, str] = {
    "AT_SetStatistics": "ShareUpdateExclusive",
    "AT_SetOptions": "ShareUpdateExclusive",
    "AT_ResetOptions": "ShareUpdateExclusive",
    "AT_SetRelOptions": "ShareUpdateExclusive",
    "AT_ResetRelOptions": "ShareUpdateExclusive",
    "AT_ValidateConstraint": "ShareUpdateExclusive",
    "AT_ClusterOn": "ShareUpdateExclusive",
    "AT_DropCluster": "ShareUpdateExclusive",
    "AT_EnableTrig": "ShareRowExclusive",
    "AT_EnableAlwaysTrig": "ShareRowExclusive",
    "AT_EnableReplicaTrig": "ShareRowExclusive",
    "AT_EnableTrigAll": "ShareRowExclusive",
    "AT_EnableTrigUser": "ShareRowExclusive",
    "AT_DisableTrig": "ShareRowExclusive",
    "AT_DisableTrigAll": "ShareRowExclusive",
    "AT_DisableTrigUser": "ShareRowExclusive",
}
"""Actions that take less than ACCESS EXCLUSIVE, which all others take."""

_NOTES: dict[str, str] = {
    "AT_SetUnLogged": "UNLOGGED: the table is rewritten under its lock now, and emptied by a crash later",
    "AT_SetLogged": "SET LOGGED rewrites the table under its lock",
    "AT_SetAccessMethod": "SET ACCESS METHOD rewrites the table under its lock",
    "AT_SetTableSpace": "SET TABLESPACE copies the table under its lock",
}

_WITH_PARTNERS = frozenset(
    {
        "AT_DropColumn",
        "AT_AlterColumnType",
        "AT_DropConstraint",
        "AT_AlterConstraint",
        "AT_ValidateConstraint",
        "AT_AttachPartition",
        "AT_DetachPartition",
    }
)
"""Actions that can concern a foreign key, and then lock its other table as well."""

_LOSSLESS_TYPES = frozenset({"text", "varchar"})
"""Types that hold whatever any other type prints, where no length is given."""

RELATION_OBJECTS = frozenset(
    {"OBJECT_TABLE", "OBJECT_VIEW", "OBJECT_MATVIEW", "OBJECT_INDEX", "OBJECT_SEQUENCE", "OBJECT_FOREIGN_TABLE"}
)
"""Objects that are relations."""

_OBJECTS: dict[str, str] = {
    "OBJECT_MATVIEW": "MATERIALIZED VIEW",
    "OBJECT_FOREIGN_TABLE": "FOREIGN TABLE",
    "OBJECT_TABCONSTRAINT": "TABLE",
    "OBJECT_COLUMN": "TABLE",
    "OBJECT_DOMCONSTRAINT": "DOMAIN",
    "OBJECT_ATTRIBUTE": "TYPE",
    "OBJECT_TSCONFIGURATION": "TEXT SEARCH CONFIGURATION",
}


def object_words(object_type: str) -> str:
    """OBJECT_TABLE → TABLE."""
    return _OBJECTS.get(object_type, object_type.removeprefix("OBJECT_").replace("_", " "))


def _alter_table(tree: Tree) -> Classification:
    commands = [item["alter_table_cmd"] for item in tree["cmds"]]
    kind = f"ALTER {object_words(tree['objtype'])}"
    concurrent = any(_detaches_concurrently(command) for command in commands)
    whole = str(named({"relation": tree["relation"]})[0])
    index = tree["objtype"] == "OBJECT_INDEX"
    is_type = tree["objtype"] == "OBJECT_TYPE"
    return Classification(
        f"{kind} DETACH PARTITION CONCURRENTLY" if concurrent else kind,
        lock="" if is_type else strongest([_lock(command, index) for command in commands]),
        transactional=not concurrent,
        relations=() if is_type else named(tree),
        destroys=tuple(words for command in commands for words in _destroys(whole, command)),
        notes=tuple(_NOTES[command["subtype"]] for command in commands if command["subtype"] in _NOTES),
        partners=any(command["subtype"] in _WITH_PARTNERS for command in commands),
    )


def _detaches_concurrently(command: Tree) -> bool:
    return bool(command.get("def", {}).get("partition_cmd", {}).get("concurrent", False))


def _lock(command: Tree, index: bool) -> str:
    constraint = command.get("def", {}).get("constraint", {})
    if command["subtype"] == "AT_AddConstraint" and constraint.get("contype") == "CONSTR_FOREIGN":
        return "ShareRowExclusive"
    if index and command["subtype"] == "AT_SetRelOptions":
        return "ShareUpdateExclusive"
    return _WEAKER.get(command["subtype"], "AccessExclusive")


def _destroys(whole: str, command: Tree) -> tuple[str, ...]:
    name = command.get("name", "")
    if command["subtype"] == "AT_DropColumn":
        return (f"column {whole}.{name}",)
    if command["subtype"] == "AT_AlterColumnType" and _may_lose(command["def"]["column_def"]):
        return (f"values of {whole}.{name} that the new type cannot hold as they are",)
    if command.get("behavior") == "DROP_CASCADE":
        return (f"whatever depends on {name or whole} (CASCADE)",)
    return ()


def _may_lose(column: Tree) -> bool:
    """Whether a change to this type can lose something; the old type is not known to the grammar."""
    new = column["type_name"]
    plain_text = strings(new["names"])[-1] in _LOSSLESS_TYPES and "typmods" not in new and "array_bounds" not in new
    return not plain_text or "raw_default" in column


def _rename(tree: Tree) -> Classification:
    kind = tree["rename_type"]
    owner = tree.get("relation_type", "") if kind in {"OBJECT_COLUMN", "OBJECT_ATTRIBUTE"} else kind
    relations = () if owner == "OBJECT_TYPE" else named(tree)
    lock = "ShareUpdateExclusive" if kind == "OBJECT_INDEX" else "AccessExclusive"
    created: tuple[RelationName, ...] = ()
    if relations and kind in RELATION_OBJECTS:
        created = (RelationName(relations[0].schema, tree["newname"]),)
    notes = (f"a rename breaks readers of the old name {tree.get('subname') or relations[0]}",) if relations else ()
    return Classification(
        f"ALTER {object_words(owner)} RENAME",
        lock=lock if relations else "",
        relations=relations + created,
        creates=created,
        notes=()
        if kind in {"OBJECT_INDEX", "OBJECT_TABCONSTRAINT", "OBJECT_TRIGGER", "OBJECT_POLICY", "OBJECT_RULE"}
        else notes,
    )


def _set_schema(tree: Tree) -> Classification:
    relations = named(tree)
    created = tuple(RelationName(tree["newschema"], relation.name) for relation in relations)
    kind = f"ALTER {object_words(tree['object_type'])} SET SCHEMA"
    return Classification(kind, lock="AccessExclusive" if relations else "", relations=relations + created, creates=created)


def _alter_domain(tree: Tree) -> Classification:
    constraint = tree.get("def", {}).get("constraint", {})
    scans = tree.get("subtype") in {"C", "V", "O"} and not constraint.get("skip_validation", False)
    notes = ("every table with a column of the domain is read under a lock that blocks writes",) if scans else ()
    destroys = ("whatever depends on the constraint (CASCADE)",) if tree.get("behavior") == "DROP_CASCADE" else ()
    return Classification("ALTER DOMAIN", lock="Share" if scans else "", destroys=destroys, notes=notes)


def _alter_enum(tree: Tree) -> Classification:
    name = of_parts(strings(tree["type_name"]))
    if "old_val" in tree:
        return Classification("ALTER TYPE RENAME VALUE", notes=(f"a rename breaks code that names a value of {name}",))
    return Classification("ALTER TYPE ADD VALUE", notes=(f"a value added to {name} cannot be removed again",))


CLASSIFIERS: dict[str, Classifier] = {
    "alter_table_stmt": _alter_table,
    "rename_stmt": _rename,
    "alter_object_schema_stmt": _set_schema,
    "alter_domain_stmt": _alter_domain,
    "alter_enum_stmt": _alter_enum,
}
