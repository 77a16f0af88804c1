"""What a statement leaves for those after it, as far as their effects depend on it."""

from collections.abc import Callable

from schemachange_operator.core.catalog_facts import ColumnFacts, ConstraintFacts, IndexFacts, RelationFacts
from schemachange_operator.core.catalog_ties import View
from schemachange_operator.core.effects import evolution_of_tables
from schemachange_operator.core.effects.creation import created_name
from schemachange_operator.core.effects.ground import Ground
from schemachange_operator.core.rules.place import Place
from schemachange_operator.core.rules.reading import constraints, has, is_serial
from schemachange_operator.core.sql.grammar import Tree, strings
from schemachange_operator.core.sql.kinds.alter_table import RELATION_OBJECTS
from schemachange_operator.core.sql.kinds.classification import named
from schemachange_operator.core.sql.kinds.drop import object_parts


def evolve(place: Place, ground: Ground) -> None:
    """Take note of a statement."""
    note = _NOTES.get(place.node)
    if note:
        note(place, ground)


def _table(place: Place, ground: Ground) -> None:
    tree = place.tree.get("base_stmt", place.tree)
    name = created_name(ground, tree["relation"])
    if ground.exists(name):
        return
    columns = [item["column_def"] for item in tree.get("table_elts", []) if "column_def" in item]
    own = [item["constraint"] for item in tree.get("table_elts", []) if "constraint" in item]
    inner = [one for column in columns for one in constraints(column)]
    parents = tuple(ground.range(item["range_var"]) for item in tree.get("inh_relations", []))
    make(
        ground,
        name,
        RelationFacts(
            kind="p" if tree.get("partspec") else "r",
            columns={one["colname"]: ColumnFacts(type="", not_null=has(one, "NOTNULL", "PRIMARY")) for one in columns},
            constraints={
                f"key {number}": ConstraintFacts(kind="f", definition="", refers_to=ground.range(one["pktable"]))
                for number, one in enumerate([*own, *inner])
                if one["contype"] == "CONSTR_FOREIGN"
            },
            parents=parents,
        ),
    )
    for column in columns:
        if is_serial(column) or has(column, "IDENTITY"):
            _own_sequence(ground, name, column["colname"])
    if tree.get("partbound", {}).get("is_default"):
        for parent in parents:
            ground.put(parent, ground.facts(parent).model_copy(update={"default_partition": name}))


def make(ground: Ground, name: str, facts: RelationFacts) -> None:
    """A new relation."""
    ground.put(name, facts)
    ground.made.add(name)


def _own_sequence(ground: Ground, table: str, column: str) -> None:
    sequence = f"{table}_{column}_seq"
    ground.sequences[sequence] = f"{table}.{column}"
    ground.made.add(sequence)


def _table_as(place: Place, ground: Ground) -> None:
    name = created_name(ground, place.tree["into"]["rel"])
    if not ground.exists(name):
        materialized = place.tree.get("objtype") == "OBJECT_MATVIEW"
        make(ground, name, RelationFacts(kind="m" if materialized else "r"))
        if materialized:
            ground.views[name] = _view_of(place.tree["query"], ground)


def _view_of(query: Tree, ground: Ground) -> View:
    return View(reads=tuple(ground.key(one) for one in named(query)), definition="")


def _view(place: Place, ground: Ground) -> None:
    name = created_name(ground, place.tree["view"])
    if not ground.exists(name):
        make(ground, name, RelationFacts(kind="v"))
    ground.views[name] = _view_of(place.tree["query"], ground)


def _select_into(place: Place, ground: Ground) -> None:
    if "into_clause" in place.tree:
        make(ground, created_name(ground, place.tree["into_clause"]["rel"]), RelationFacts(kind="r"))


def _sequence(place: Place, ground: Ground) -> None:
    name = created_name(ground, place.tree["sequence"])
    if not ground.exists(name):
        ground.sequences[name] = ""
        ground.made.add(name)


def _index(place: Place, ground: Ground) -> None:
    table = ground.range(place.tree["relation"])
    if not place.tree.get("idxname"):
        return
    index = f"{table.partition('.')[0]}.{place.tree['idxname']}"
    if index in ground.tables_of_indexes:
        return
    facts = ground.facts(table)
    keys = ", ".join(item["index_elem"].get("name", "(expression)") for item in place.tree.get("index_params", []))
    unique = "UNIQUE " if place.tree.get("unique") else ""
    method = place.tree.get("access_method", "btree")
    condition = " WHERE (condition)" if "where_clause" in place.tree else ""
    made = IndexFacts(definition=f"CREATE {unique}INDEX ON {table} USING {method} ({keys}){condition}")
    ground.put(table, facts.model_copy(update={"indexes": {**facts.indexes, index: made}}))
    ground.tables_of_indexes[index] = table
    ground.made.add(index)


def _trigger(place: Place, ground: Ground) -> None:
    table = ground.range(place.tree["relation"])
    ground.triggers.setdefault(table, {})[place.tree["trigname"]] = place.text.upper()


def _rule(place: Place, ground: Ground) -> None:
    ground.ruled.add(ground.range(place.tree["relation"]))


def _function(place: Place, ground: Ground) -> None:
    parts = strings(place.tree["funcname"])
    schema = parts[-2] if len(parts) > 1 else next(iter(ground.catalog.search_path), "public")
    ground.functions.setdefault(f"{schema}.{parts[-1]}", ())


def _domain(place: Place, ground: Ground) -> None:
    parts = strings(place.tree["domainname"])
    schema = parts[-2] if len(parts) > 1 else next(iter(ground.catalog.search_path), "public")
    kinds = {item["constraint"]["contype"] for item in place.tree.get("constraints", [])}
    ground.catalog.domains[f"{schema}.{parts[-1]}"] = bool(kinds & {"CONSTR_CHECK", "CONSTR_NOTNULL"})
    ground.catalog.domain_bases[f"{schema}.{parts[-1]}"] = ""


def _drop(place: Place, ground: Ground) -> None:
    kind = place.tree["remove_type"]
    for parts in map(object_parts, place.tree["objects"]):
        if kind == "OBJECT_TRIGGER":
            ground.triggers.get(ground.parts(parts[:-1]), {}).pop(parts[-1], None)
        elif kind == "OBJECT_INDEX":
            _forget_index(ground, ground.parts(parts))
        elif kind in {"OBJECT_TABLE", "OBJECT_VIEW", "OBJECT_MATVIEW", "OBJECT_FOREIGN_TABLE", "OBJECT_SEQUENCE"}:
            _forget(ground, ground.parts(parts))


def _forget_index(ground: Ground, index: str) -> None:
    table = ground.tables_of_indexes.pop(index, "")
    if table:
        facts = ground.facts(table)
        kept = {name: one for name, one in facts.indexes.items() if name != index}
        ground.put(table, facts.model_copy(update={"indexes": kept}))


def _forget(ground: Ground, name: str) -> None:
    for one in ground.tree(name):
        for index in ground.indexes(one):
            ground.tables_of_indexes.pop(index, None)
        ground.views.pop(one, None)
        ground.sequences.pop(one, None)
        ground.put(one, None)


def _rename(place: Place, ground: Ground) -> None:
    if "relation" not in place.tree:
        return
    name, kind = ground.range(place.tree["relation"]), place.tree["rename_type"]
    if kind == "OBJECT_COLUMN":
        evolution_of_tables.rename_column(ground, name, place.tree["subname"], place.tree["newname"])
    elif kind in RELATION_OBJECTS:
        evolution_of_tables.move(ground, name, f"{name.partition('.')[0]}.{place.tree['newname']}")


def _set_schema(place: Place, ground: Ground) -> None:
    if "relation" in place.tree:
        name = ground.range(place.tree["relation"])
        evolution_of_tables.move(ground, name, f"{place.tree['newschema']}.{name.partition('.')[2]}")


_NOTES: dict[str, Callable[[Place, Ground], None]] = {
    "create_stmt": _table,
    "create_foreign_table_stmt": _table,
    "create_table_as_stmt": _table_as,
    "view_stmt": _view,
    "select_stmt": _select_into,
    "create_seq_stmt": _sequence,
    "index_stmt": _index,
    "create_trig_stmt": _trigger,
    "rule_stmt": _rule,
    "create_function_stmt": _function,
    "create_domain_stmt": _domain,
    "drop_stmt": _drop,
    "rename_stmt": _rename,
    "alter_object_schema_stmt": _set_schema,
    "alter_table_stmt": evolution_of_tables.altered,
}
