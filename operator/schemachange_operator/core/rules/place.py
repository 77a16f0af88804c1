"""A statement in its place: its tree, the change around it, the catalog that it meets."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from schemachange_operator.api.standards import Standards
from schemachange_operator.core.catalog_facts import CatalogFacts, IndexFacts, RelationFacts
from schemachange_operator.core.rules.course import Course
from schemachange_operator.core.rules.reading import check_expression, columns_not_null
from schemachange_operator.core.sql.grammar import Tree
from schemachange_operator.core.sql.kinds.classification import Classification
from schemachange_operator.core.sql.name import RelationName, of_parts, of_range

SMALL_ROWS = 1_000
SMALL_BYTES = 8 * 1024 * 1024
"""A table up to this size is scanned, indexed or written anew within a few milliseconds."""


class Hit(NamedTuple):
    """What a check found: about which relation, and what of it, in words."""

    relation: str
    what: str


@dataclass(frozen=True)
class Place:
    """One statement, as a check sees it."""

    step: str
    number: int
    line: int
    node: str
    """libpg_query's name of the statement."""
    tree: Tree
    text: str
    made: Classification
    course: Course
    catalog: CatalogFacts
    standards: Standards = Standards()
    compatibility: str = ""
    """What the change says in spec.compatibility; empty where it says nothing."""
    quarantine: bool = False
    """Whether the operator wrote it, to take something into quarantine."""
    inside: str = ""
    """What it stands in, which may not run it: a DO block, a function that the change calls; empty for the change itself."""

    @cached_property
    def table(self) -> str:
        """The relation that the statement is about, as schema.name; empty where its tree has no such member."""
        relation = self.tree.get("relation") or self.tree.get("table")
        return self.key(of_range(relation)) if relation and "relname" in relation else ""

    def key(self, name: RelationName) -> str:
        """The relation that a name stands for, as schema.name."""
        if name.schema:
            return str(name)
        candidates = [f"{schema}.{name.name}" for schema in self.catalog.search_path]
        known = (one for one in candidates if one in self.course.created or one in self.catalog.relations)
        return next(known, candidates[0] if candidates else name.name)

    def range_key(self, range_variable: Tree) -> str:
        """The relation that a RangeVar stands for."""
        return self.key(of_range(range_variable))

    def parts_key(self, parts: tuple[str, ...]) -> str:
        """The relation that the parts of a name stand for."""
        return self.key(of_parts(parts))

    def facts(self, relation: str) -> RelationFacts | None:
        """What the catalog says of it; None where it is unknown, or made by this change."""
        return None if relation in self.course.created else self.catalog.relations.get(relation)

    def in_use(self, relation: str) -> bool:
        """Whether it existed before the change, so that somebody may use it."""
        return bool(relation) and relation not in self.course.created

    def large(self, relation: str) -> bool:
        """Whether work on all of its rows takes a while: unless it is known to be small, it does."""
        if not self.in_use(relation):
            return False
        facts = self.facts(relation)
        if facts is None or facts.rows is None:
            return True
        return facts.rows > SMALL_ROWS or (facts.bytes or 0) > SMALL_BYTES

    def absent(self, name: str) -> bool:
        """Whether a DROP … IF EXISTS finds nothing of that name (schema.name, or schema.table.name of a trigger)."""
        there = name in self.catalog.relations or name in self.catalog.objects
        return bool(self.tree.get("missing_ok")) and self.catalog.known and not there

    def partitioned(self, relation: str) -> bool:
        """Whether it is known to be a partitioned table."""
        facts = self.facts(relation)
        return relation in self.course.partitioned or (facts is not None and facts.kind == "p")

    @property
    def parent_alone(self) -> bool:
        """Whether it is about ONLY a partitioned table, which has no row of its own."""
        return self.partitioned(self.table) and not self.tree.get("relation", {}).get("inh")

    def commands(self, *subtypes: str) -> Iterator[Tree]:
        """The actions of an ALTER TABLE on a table in use, all of them or those of some subtypes."""
        if self.node == "alter_table_stmt" and self.tree["objtype"] in _TABLES and self.in_use(self.table):
            for item in self.tree["cmds"]:
                if not subtypes or item["alter_table_cmd"]["subtype"] in subtypes:
                    yield item["alter_table_cmd"]

    def new_columns(self) -> Iterator[Tree]:
        """Column definitions that an ALTER TABLE adds to a table in use."""
        for command in self.commands("AT_AddColumn"):
            yield command["def"]["column_def"]

    def new_constraints(self, *kinds: str) -> Iterator[Tree]:
        """Constraints of some kinds (FOREIGN, CHECK, …) that an ALTER TABLE adds to a table in use."""
        for command in self.commands("AT_AddConstraint"):
            constraint = command["def"]["constraint"]
            if constraint["contype"].removeprefix("CONSTR_") in kinds:
                yield constraint

    def proves_not_null(self, relation: str, column: str) -> bool:
        """Whether a valid CHECK, or the column itself, says that no row has NULL there, so that no scan is needed."""
        if (relation, column) in self.course.not_null:
            return True
        if any(of == relation and column in columns for (of, _), columns in self.course.proofs.items()):
            return True
        facts = self.facts(relation)
        if facts is None:
            return False
        if column in facts.columns and facts.columns[column].not_null:
            return True
        return any(
            one.kind == "c"
            and (one.validated or (relation, name) in self.course.proofs)
            and column in columns_not_null(check_expression(one.definition))
            for name, one in facts.constraints.items()
            if (relation, name) not in self.course.dropped_constraints
        )

    def readable(self, function: str) -> bool:
        """Whether the body of a function is known, so that its statements have places of their own."""
        ours = (name.partition("(")[0].rpartition(".")[2] for name in self.catalog.functions)
        return function in self.course.functions or function in ours

    def index(self, name: str) -> tuple[str, IndexFacts | None]:
        """An index' relation (empty where unknown) and what the catalog says of it."""
        if name in self.course.indexes:
            return self.course.indexes[name], None
        for relation, facts in self.catalog.relations.items():
            if name in facts.indexes:
                return relation, facts.indexes[name]
        return "", None

    def index_key(self, parts: tuple[str, ...]) -> str:
        """The index that the parts of a name stand for, as schema.name."""
        name = of_parts(parts)
        if name.schema:
            return str(name)
        candidates = [f"{schema}.{name.name}" for schema in self.catalog.search_path]
        return next((one for one in candidates if self.index(one)[0]), candidates[0] if candidates else name.name)


_TABLES = frozenset({"OBJECT_TABLE", "OBJECT_MATVIEW"})
