"""The catalog that a statement meets: the target's, and what the statements before it made of that."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from schemachange_operator.core.catalog_facts import CatalogFacts, ConstraintFacts, RelationFacts
from schemachange_operator.core.catalog_ties import Ties
from schemachange_operator.core.rules.reading import mentions
from schemachange_operator.core.sql.name import RelationName, of_parts, of_range

HOLDS_ROWS = frozenset({"r", "m"})
KEYS = frozenset({"p", "u", "x"})
"""Constraints that have an index of their name."""


class Ground:
    """Questions to the catalog as it is when a statement begins. Relations are named schema.name."""

    def __init__(self, catalog: CatalogFacts) -> None:
        copies = {
            "relations": dict(catalog.relations),
            "domains": dict(catalog.domains),
            "domain_bases": dict(catalog.domain_bases),
        }
        self.catalog = catalog.model_copy(update=copies)
        self.major = catalog.major
        self.made: set[str] = set()
        """Relations that the change made, indexes and sequences included."""
        self.committed: dict[str, str] = {}
        """Relations that the current step renamed, and their names when it began: those that others see."""
        self.sequences = dict(catalog.ties.sequences)
        self.views = dict(catalog.ties.views)
        self.triggers = {table: dict(triggers) for table, triggers in catalog.ties.triggers.items()}
        self.functions = dict(catalog.ties.functions)
        self.ruled = set(catalog.ties.ruled)
        self.index_parents = dict(catalog.ties.index_parents)
        self.tables_of_indexes = {index: name for name, facts in catalog.relations.items() for index in facts.indexes}
        self._children: dict[str, list[str]] | None = None
        self._referring: dict[str, dict[tuple[str, str], ConstraintFacts]] | None = None

    @property
    def relations(self) -> dict[str, RelationFacts]:
        """Tables and views by name."""
        return self.catalog.relations

    @property
    def ties(self) -> Ties:
        """What hung together before the change."""
        return self.catalog.ties

    def put(self, name: str, facts: RelationFacts | None) -> None:
        """Replace what is known of a relation; None: it is gone."""
        before = self.relations.get(name) or RelationFacts(kind="r")
        after = facts or RelationFacts(kind="r")
        if facts is None:
            self.relations.pop(name, None)
        else:
            self.relations[name] = facts
        # Both are made again when they are asked for, which takes time in a change of thousands of statements.
        if (before.parents, before.kind) != (after.parents, after.kind):
            self._children = None
        if before.constraints != after.constraints:
            self._referring = None

    def facts(self, name: str) -> RelationFacts:
        """What is known of a relation; of an unknown one that it is an ordinary table."""
        return self.relations.get(name) or RelationFacts(kind="r")

    # names

    def key(self, name: RelationName) -> str:
        """The relation, sequence or index that a name stands for."""
        if name.schema:
            return str(name)
        candidates = [f"{schema}.{name.name}" for schema in self.catalog.search_path]
        known = (one for one in candidates if self.exists(one))
        return next(known, candidates[0] if candidates else name.name)

    def exists(self, name: str) -> bool:
        """Whether there is a relation of this name."""
        return name in self.relations or name in self.sequences or name in self.tables_of_indexes

    def range(self, range_variable: dict[str, object]) -> str:
        """The relation that a RangeVar stands for."""
        return self.key(of_range(range_variable))

    def parts(self, parts: tuple[str, ...]) -> str:
        """The relation that the parts of a name stand for."""
        return self.key(of_parts(parts))

    # inheritance

    def children(self, name: str) -> list[str]:
        """Its partitions, or the tables that inherit from it."""
        if self._children is None:
            self._children = defaultdict(list)
            for child, facts in self.relations.items():
                # A view's "parents" are the relations that it reads.
                for parent in facts.parents if facts.kind not in {"v", "m"} else ():
                    self._children[parent].append(child)
        return self._children.get(name, [])

    def tree(self, name: str) -> list[str]:
        """The relation and all below it."""
        found, pending = {name: None}, [name]
        while pending:
            for child in self.children(pending.pop()):
                if child not in found:
                    found[child] = None
                    pending.append(child)
        return list(found)

    def below(self, name: str) -> list[str]:
        """All below it."""
        return self.tree(name)[1:]

    def partitioned(self, name: str) -> bool:
        """Whether it is a partitioned table."""
        return self.facts(name).kind == "p"

    def partition(self, name: str) -> bool:
        """Whether it is a partition."""
        return any(self.partitioned(parent) for parent in self.facts(name).parents)

    def holds_rows(self, name: str) -> bool:
        """Whether it has a file of its own."""
        return self.facts(name).kind in HOLDS_ROWS

    def default_partition(self, name: str) -> str:
        """Its partition for all other rows; empty where there is none."""
        return self.facts(name).default_partition

    # indexes and keys

    def indexes(self, name: str) -> list[str]:
        """Its own indexes."""
        return list(self.facts(name).indexes)

    def index_tree(self, index: str) -> list[str]:
        """An index and those of the partitions that belong to it."""
        found = [index]
        for one in found:
            found += [child for child, parent in self.index_parents.items() if parent == one]
        return found

    def indexes_on(self, name: str, column: str) -> list[str]:
        """Its indexes that name a column."""
        indexes = self.facts(name).indexes.items()
        return [index for index, one in indexes if mentions(one.definition.partition(" USING ")[2], column)]

    def key_index(self, name: str, constraint: str) -> str:
        """The index of a primary key, unique or exclusion constraint."""
        return f"{name.partition('.')[0]}.{constraint}"

    def keys_from(self, name: str) -> Iterator[tuple[str, ConstraintFacts]]:
        """Its foreign keys, by constraint."""
        for constraint, one in self.facts(name).constraints.items():
            if one.kind == "f":
                yield constraint, one

    def keys_to(self, name: str) -> Iterator[tuple[str, str, ConstraintFacts]]:
        """Foreign keys that refer to it: table, constraint."""
        if self._referring is None:
            self._referring = defaultdict(dict)
            for table in self.relations:
                for constraint, one in self.keys_from(table):
                    self._referring[one.refers_to][table, constraint] = one
        for (table, constraint), one in self._referring.get(name, {}).items():
            yield table, constraint, one

    def inherited(self, table: str, constraint: str) -> bool:
        """Whether a constraint comes from that of a partitioned table, on either side."""
        return f"{table}.{constraint}" in self.ties.inherited

    # views and sequences

    def readers(self, name: str) -> list[str]:
        """Views that name a relation."""
        return [view for view, one in self.views.items() if name in one.reads and self.exists(view)]

    def dependents(self, views: Iterable[str]) -> list[str]:
        """The views and all that are built on them."""
        found = dict.fromkeys(views)
        pending = list(found)
        while pending:
            for reader in self.readers(pending.pop()):
                if reader not in found:
                    found[reader] = None
                    pending.append(reader)
        return list(found)

    def owned_sequences(self, name: str, column: str = "") -> list[str]:
        """Sequences that belong to a table, or to one of its columns."""
        wanted = f"{name}.{column}" if column else ""
        return [
            sequence
            for sequence, owner in self.sequences.items()
            if (owner == wanted if wanted else owner.rpartition(".")[0] == name)
        ]

    def in_schema(self, schema: str) -> list[str]:
        """Tables, views and sequences of a schema."""
        return [name for name in [*self.relations, *self.sequences] if name.partition(".")[0] == schema]
