"""What of the catalog hangs together: owners, sequences, views, triggers, partitions of indexes. The base of predicted effects."""

from collections import defaultdict
from collections.abc import Iterable

from schemachange_operator.api.base import Model
from schemachange_operator.core.snapshot import Attributes, Snapshot


class View(Model):
    """A view or a materialized view."""

    reads: tuple[str, ...] = ()
    """Relations that it names."""
    definition: str = ""


class Ties(Model):
    """Relations are written schema.name."""

    owners: dict[str, str] = {}
    """Relation, sequence or type to its owner."""
    unlogged: frozenset[str] = frozenset()
    access_methods: dict[str, str] = {}
    tablespaces: dict[str, str] = {}
    """Tables that are not in the database's own tablespace."""
    bounds: dict[str, str] = {}
    """Partition to its bound."""
    partition_keys: dict[str, str] = {}
    """Partitioned table to its key: RANGE (k)."""
    typed: dict[str, str] = {}
    """Table to the composite type that it is made of."""
    views: dict[str, View] = {}
    sequences: dict[str, str] = {}
    """Sequence to the column (schema.table.column) that owns it; empty where none does."""
    identities: frozenset[str] = frozenset()
    """Columns (schema.table.column) with an identity."""
    generated: dict[str, str] = {}
    """Columns (schema.table.column) that are generated: s where stored, v where virtual."""
    index_parents: dict[str, str] = {}
    """Index of a partition to the partitioned index that it belongs to."""
    clustered: frozenset[str] = frozenset()
    """Indexes that the next CLUSTER goes by."""
    inherited: frozenset[str] = frozenset()
    """Constraints (schema.table.constraint) that come from the constraint of a partitioned table."""
    unenforced: frozenset[str] = frozenset()
    """Constraints (schema.table.constraint) that are NOT ENFORCED."""
    not_null_unproven: frozenset[str] = frozenset()
    """Columns (schema.table.column) whose NOT NULL is NOT VALID."""
    triggers: dict[str, dict[str, str]] = {}
    """Table to trigger to definition; triggers that are disabled are left out."""
    ruled: frozenset[str] = frozenset()
    """Tables with rewrite rules."""
    forced: frozenset[str] = frozenset()
    """Tables whose row security binds the owner, too."""
    statistics: dict[str, str] = {}
    """Extended statistics to their table."""
    publications: dict[str, tuple[str, ...]] = {}
    """Publication to its tables."""
    type_uses: dict[str, tuple[str, ...]] = {}
    """Type to the relations with a column of it."""
    functions: dict[str, tuple[str, ...]] = {}
    """Function (schema.name) to the tables whose triggers call it, and those that it is known to depend on."""
    event_triggers: tuple[str, ...] = ()
    """Event triggers that are switched on."""


def catalog_ties(snapshot: Snapshot) -> Ties:
    """The ties that a snapshot holds."""
    tables, views = snapshot.get("table", {}), snapshot.get("view", {})
    sequences, types = snapshot.get("sequence", {}), snapshot.get("type", {})
    columns, constraints, indexes = (snapshot.get(kind, {}) for kind in ("column", "constraint", "index"))
    return Ties(
        owners={name: one.get("owner", "") for kind in (tables, views, sequences, types) for name, one in kind.items()},
        unlogged=_where(tables, "persistence", "u") | _where(sequences, "persistence", "u"),
        access_methods=_attribute(tables, "access_method"),
        tablespaces=_attribute(tables, "tablespace"),
        bounds=_attribute(tables, "partition_bound"),
        partition_keys=_attribute(tables, "partition_key"),
        typed=_attribute(tables, "of_type"),
        views={
            name: View(reads=tuple(one.get("uses", "").split()), definition=one.get("definition", ""))
            for name, one in views.items()
        },
        sequences={name: _owning(one) for name, one in sequences.items()},
        identities=frozenset(_attribute(columns, "identity")),
        generated=_attribute(columns, "generated"),
        index_parents=_attribute(indexes, "partition_of"),
        clustered=_where(indexes, "clustered", "true"),
        inherited=frozenset(_attribute(constraints, "parent")),
        unenforced=_where(constraints, "enforced", "false"),
        not_null_unproven=_where(columns, "not_null", "not valid"),
        triggers=_triggers(snapshot.get("trigger", {})),
        ruled=frozenset(one.get("of", "") for one in snapshot.get("rule", {}).values() if one.get("enabled") != "D"),
        forced=_where(tables, "row_security_forced", "true"),
        statistics=_attribute(snapshot.get("statistics", {}), "of"),
        publications=_publications(snapshot),
        type_uses={name: tuple(uses.split()) for name, uses in _attribute(types, "uses").items()},
        functions=_functions(snapshot.get("function", {})),
        event_triggers=tuple(
            name for name, one in sorted(snapshot.get("event_trigger", {}).items()) if one.get("enabled") != "D"
        ),
    )


def _attribute(objects: dict[str, Attributes], name: str) -> dict[str, str]:
    return {key: one[name] for key, one in objects.items() if name in one}


def _where(objects: dict[str, Attributes], name: str, value: str) -> frozenset[str]:
    return frozenset(key for key, one in objects.items() if one.get(name) == value)


def _owning(sequence: Attributes) -> str:
    return f"{sequence['of']}.{sequence.get('owned_by', '')}" if "of" in sequence else ""


def _triggers(objects: dict[str, Attributes]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for path, one in objects.items():
        if one.get("enabled") != "D":
            table = one.get("of", "")
            found[table][path.removeprefix(f"{table}.")] = one.get("definition", "")
    return dict(found)


def _publications(snapshot: Snapshot) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {name: [] for name in snapshot.get("publication", {})}
    for path, one in snapshot.get("published_table", {}).items():
        found.setdefault(path.partition(": ")[0], []).append(one.get("of", ""))
    return {name: tuple(tables) for name, tables in found.items()}


def _functions(objects: dict[str, Attributes]) -> dict[str, tuple[str, ...]]:
    found: dict[str, Iterable[str]] = {}
    for path, one in objects.items():
        name = path.partition("(")[0]
        found[name] = dict.fromkeys([*found.get(name, ()), *one.get("uses", "").split()])
    return {name: tuple(uses) for name, uses in found.items()}
