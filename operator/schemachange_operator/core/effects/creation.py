"""CREATE of tables, views, sequences: what the new thing is tied to is locked."""

from collections.abc import Callable

from schemachange_operator.core.effects import queries
from schemachange_operator.core.effects.defaults import lock_sequences_named
from schemachange_operator.core.effects.foreign_keys import referred
from schemachange_operator.core.effects.found import Found
from schemachange_operator.core.effects.ground import Ground
from schemachange_operator.core.effects.partitions import joins
from schemachange_operator.core.effects.queries import Reader
from schemachange_operator.core.rules.place import Place
from schemachange_operator.core.sql.grammar import Tree, strings, walk


def table(place: Place, ground: Ground, found: Found) -> None:
    """CREATE TABLE, also as a partition, as a child, like another."""
    tree = place.tree.get("base_stmt", place.tree)
    name = created_name(ground, tree["relation"])
    if tree.get("if_not_exists") and ground.exists(name):
        return
    bound = tree.get("partbound")
    for item in tree.get("inh_relations", []):
        parent = ground.range(item["range_var"])
        found.lock(parent, "AccessExclusive" if bound else "ShareUpdateExclusive")
        if bound:
            joins(ground, found, parent, bound.get("partition_bound_spec", bound))
    for node in walk(tree.get("table_elts", [])):
        if "table_like_clause" in node:
            found.lock(ground.range(node["table_like_clause"]["relation"]), "AccessShare")
        if node.get("contype") == "CONSTR_FOREIGN" and created_name(ground, node["pktable"]) != name:
            referred(ground, found, node)
    lock_sequences_named(ground, found, tree.get("table_elts", []))


def created_name(ground: Ground, relation: Tree) -> str:
    """Where a new relation is made: its own schema, or the first of the search path."""
    schema = relation.get("schemaname") or next(iter(ground.catalog.search_path), "public")
    return f"{schema}.{relation['relname']}"


def table_as(place: Place, ground: Ground, found: Found) -> None:
    """CREATE TABLE AS, CREATE MATERIALIZED VIEW."""
    if place.tree.get("if_not_exists") and ground.exists(created_name(ground, place.tree["into"]["rel"])):
        return
    if place.tree["into"].get("skip_data"):
        queries.lock_named(ground, found, place.tree["query"])
    else:
        queries.read(Reader(place, ground, found), place.tree["query"])


def view(place: Place, ground: Ground, found: Found) -> None:
    """CREATE VIEW: what it names is looked up; one that is replaced is locked."""
    queries.lock_named(ground, found, place.tree["query"])
    name = created_name(ground, place.tree["view"])
    if place.tree.get("replace") and ground.exists(name):
        found.lock(name, "AccessExclusive")


def sequence(place: Place, ground: Ground, found: Found) -> None:
    """CREATE SEQUENCE … OWNED BY, ALTER SEQUENCE."""
    options = {item["def_elem"]["defname"]: item["def_elem"].get("arg", {}) for item in place.tree.get("options", [])}
    if place.node == "alter_seq_stmt":
        name = ground.range(place.tree["sequence"])
        if place.tree.get("missing_ok") and not ground.exists(name):
            return
        found.lock(name, "ShareRowExclusive")
        if options.keys() - {"owned_by"}:
            found.rewrite(name, "ShareRowExclusive")
    owner = strings(options.get("owned_by", {}).get("list", {}).get("items", []))
    if len(owner) > 1:
        found.lock(ground.parts(owner[:-1]), "AccessShare")


def schema(_place: Place, _ground: Ground, found: Found) -> None:
    """CREATE SCHEMA with what stands in it."""
    if _place.tree.get("schema_elts"):
        found.opaque("what CREATE SCHEMA makes in the schema is not looked into")


def extension(_place: Place, _ground: Ground, found: Found) -> None:
    """An extension's script can do anything."""
    found.opaque("the extension's own script runs")


EFFECTS: dict[str, Callable[[Place, Ground, Found], None]] = {
    "create_stmt": table,
    "create_foreign_table_stmt": table,
    "create_table_as_stmt": table_as,
    "view_stmt": view,
    "create_seq_stmt": sequence,
    "alter_seq_stmt": sequence,
    "create_schema_stmt": schema,
    "create_extension_stmt": extension,
    "alter_extension_stmt": extension,
    "import_foreign_schema_stmt": extension,
}
