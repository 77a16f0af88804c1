"""What is known of the target's catalog: everything a rule may ask, and every part may be missing."""

import re
from collections import defaultdict
from collections.abc import Iterable

from schemachange_operator.api.base import Model
from schemachange_operator.core.catalog_ties import Ties, catalog_ties
from schemachange_operator.core.plan import Probe, TableSize
from schemachange_operator.core.snapshot import Attributes, Snapshot

_KINDS = ("table", "view")
_WORD = re.compile(r'"[^"]+"|\w+')
_HEADER = re.compile(r"^ .*\b(IMMUTABLE|STABLE)\b", re.MULTILINE)


class ColumnFacts(Model):
    """One column."""

    type: str
    """As format_type writes it, for example character varying(20)."""
    not_null: bool = False
    default: str = ""


class ConstraintFacts(Model):
    """One constraint."""

    kind: str
    """pg_constraint.contype: c, f, p, u, x."""
    definition: str
    validated: bool = True
    refers_to: str = ""
    """The other table of a foreign key, as schema.name."""


class IndexFacts(Model):
    """One index."""

    definition: str
    valid: bool = True

    @property
    def special(self) -> bool:
        """Whether it has an expression or a condition: a change of type that is free elsewhere builds it anew."""
        body = self.definition.partition(" USING ")[2]
        return " WHERE " in body or "(" in body.partition("(")[2]


class RelationFacts(Model):
    """One table, partitioned table, view or materialized view."""

    kind: str
    """pg_class.relkind."""
    rows: int | None = None
    bytes: int | None = None
    columns: dict[str, ColumnFacts] = {}
    constraints: dict[str, ConstraintFacts] = {}
    indexes: dict[str, IndexFacts] = {}
    """By schema.name."""
    parents: tuple[str, ...] = ()
    default_partition: str = ""
    """Its partition for all other rows, as schema.name."""
    partition_key: str = ""
    """Of a partitioned table, as pg_get_partkeydef writes it, for example RANGE (at)."""
    partition_bound: str = ""
    """Of a partition: FOR VALUES … or DEFAULT."""
    read_by: tuple[str, ...] = ()
    """Views and materialized views that read it."""
    referred_by: tuple[str, ...] = ()
    """Tables with a foreign key to it."""
    published: bool = False
    words: tuple[str, ...] = ()
    """Names that stand in the query of a view; how the query is written differs from version to version."""
    unlogged: bool = False
    row_security: bool = False
    """Whether policies decide which of its rows are seen."""
    granted: tuple[str, ...] = ()
    """Roles other than its owner with rights on it; an empty name is everybody."""
    acl: str = ""
    """Rights, as pg_class.relacl writes them, with a space between."""
    triggers: tuple[str, ...] = ()
    """Definitions of those that fire."""


class CatalogFacts(Model):
    """The target, as far as it is known; without relations nothing is known and every table is taken to be large."""

    major: int = 0
    """The server's major version; 0 is unknown."""
    time_zone: str = ""
    """TimeZone of the session that applies the change; empty is unknown."""
    search_path: tuple[str, ...] = ("public",)
    relations: dict[str, RelationFacts] = {}
    """By schema.name."""
    domains: dict[str, bool] = {}
    """Domain (schema.name) to whether it has constraints."""
    domain_bases: dict[str, str] = {}
    """Domain (schema.name) to the type under it."""
    steady_functions: frozenset[str] = frozenset()
    """Names of the application's own functions that are IMMUTABLE or STABLE."""
    functions: dict[str, str] = {}
    """Definitions of the application's functions and procedures, by schema.name(arguments)."""
    probes: tuple[Probe, ...] = ()
    """What the target's data answered to the questions of this very change."""
    ties: Ties = Ties()
    """What hangs together, and whose it is."""
    objects: frozenset[str] = frozenset()
    """Types and sequences (schema.name) and triggers (schema.table.name)."""

    @property
    def known(self) -> bool:
        """Whether the catalog was read at all."""
        return self.major > 0


def catalog_facts(
    snapshot: Snapshot, sizes: Iterable[TableSize], version: str, search_path: tuple[str, ...], time_zone: str = ""
) -> CatalogFacts:
    """The facts that a snapshot and the sizes of the touched tables hold."""
    return CatalogFacts(
        major=int(version.split(".", maxsplit=1)[0]),
        time_zone=time_zone,
        search_path=search_path,
        relations=_relations(snapshot, {size.relation: size for size in sizes}),
        domains={name: _constrained(one) for name, one in _domains(snapshot).items()},
        domain_bases={name: one.get("base", "") for name, one in _domains(snapshot).items()},
        objects=frozenset(name for kind in ("type", "sequence", "trigger") for name in snapshot.get(kind, {})),
        functions={
            name: one["definition"]
            for name, one in snapshot.get("function", {}).items()
            if one.get("kind") in {"f", "p"} and "definition" in one
        },
        steady_functions=frozenset(
            name.partition("(")[0].rpartition(".")[2]
            for name, one in snapshot.get("function", {}).items()
            if _HEADER.search(one.get("definition", "").partition("AS $")[0])
        ),
        ties=catalog_ties(snapshot),
    )


def _domains(snapshot: Snapshot) -> dict[str, Attributes]:
    return {name: one for name, one in snapshot.get("type", {}).items() if one.get("kind") == "d"}


def _constrained(domain: Attributes) -> bool:
    return "constraints" in domain or domain.get("not_null") == "true"


def _of(snapshot: Snapshot, kind: str) -> dict[str, dict[str, Attributes]]:
    """Objects of a kind by the relation that they belong to."""
    found: dict[str, dict[str, Attributes]] = defaultdict(dict)
    for name, one in snapshot.get(kind, {}).items():
        found[one.get("of", "")][name] = one
    return found


def _relations(snapshot: Snapshot, sizes: dict[str, TableSize]) -> dict[str, RelationFacts]:
    columns, constraints, indexes, triggers = (_of(snapshot, kind) for kind in ("column", "constraint", "index", "trigger"))
    read_by, referred_by, default_of = _readers(snapshot), _referring(snapshot), _defaults(snapshot)
    published = {one.get("of", "") for one in snapshot.get("published_table", {}).values()}
    return {
        name: RelationFacts(
            kind=one.get("kind", "r"),
            rows=sizes[name].rows if name in sizes else None,
            bytes=sizes[name].bytes if name in sizes else None,
            columns={path.removeprefix(f"{name}."): _column(c) for path, c in columns[name].items()},
            constraints={path.removeprefix(f"{name}."): _constraint(c) for path, c in constraints[name].items()},
            indexes={path: _index(i) for path, i in indexes[name].items()},
            parents=tuple(one.get("uses", "").split()),
            default_partition=default_of.get(name, ""),
            partition_key=one.get("partition_key", ""),
            partition_bound=one.get("partition_bound", ""),
            read_by=tuple(read_by[name]),
            referred_by=tuple(referred_by[name]),
            published=name in published,
            acl=one.get("acl", ""),
            triggers=tuple(
                t["definition"] for t in triggers[name].values() if t.get("enabled") != "D" and "definition" in t
            ),
            words=tuple(sorted({word.strip('"') for word in _WORD.findall(one.get("definition", ""))})),
            unlogged=one.get("persistence") == "u",
            row_security=one.get("row_security") == "true",
            granted=_granted(one),
        )
        for kind in _KINDS
        for name, one in snapshot.get(kind, {}).items()
    }


def grantees(acl: str) -> tuple[str, ...]:
    """Roles in an access list as aclitem writes it (role=rights/grantor), each once; an empty name is everybody."""
    return tuple(dict.fromkeys(item.partition("=")[0].strip('"') for item in acl.split()))


def _granted(one: Attributes) -> tuple[str, ...]:
    return tuple(role for role in grantees(one.get("acl", "")) if role != one.get("owner", ""))


def _column(one: Attributes) -> ColumnFacts:
    return ColumnFacts(type=one.get("type", ""), not_null=one.get("not_null") == "true", default=one.get("default", ""))


def _constraint(one: Attributes) -> ConstraintFacts:
    return ConstraintFacts(
        kind=one.get("kind", ""),
        definition=one.get("definition", ""),
        validated=one.get("validated") == "true" and one.get("enforced") != "false",
        refers_to=one.get("uses", ""),
    )


def _index(one: Attributes) -> IndexFacts:
    return IndexFacts(definition=one.get("definition", ""), valid=one.get("valid") == "true")


def _readers(snapshot: Snapshot) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for name, one in snapshot.get("view", {}).items():
        for used in one.get("uses", "").split():
            found[used].append(name)
    return found


def _referring(snapshot: Snapshot) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for one in snapshot.get("constraint", {}).values():
        if "uses" in one:
            found[one["uses"]].append(one.get("of", ""))
    return found


def _defaults(snapshot: Snapshot) -> dict[str, str]:
    return {
        parent: name
        for name, one in snapshot.get("table", {}).items()
        if one.get("partition_bound", "").upper() == "DEFAULT"
        for parent in one.get("uses", "").split()
    }
