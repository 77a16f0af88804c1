"""What the steps before a statement do to its rows: a violation that is found now may be mended by then."""

from dataclasses import dataclass, field

from schemachange_operator.core.content import Content
from schemachange_operator.core.rules.place import Place
from schemachange_operator.core.rules.reading import called_by
from schemachange_operator.core.rules.walking import OPAQUE
from schemachange_operator.core.sql.grammar import Tree, strings, walk
from schemachange_operator.core.sql.name import of_parts, read_name

_WRITES = ("insert_stmt", "update_stmt", "delete_stmt", "merge_stmt")
_ROOTS = frozenset({*_WRITES, "select_stmt"})
_CHANGES_ROWS = frozenset({"AT_AlterColumnType", "AT_DetachPartition", "AT_AttachPartition", "AT_DropInherit"})


@dataclass
class Earlier:
    """The change so far, as probes look at it. Relations are named schema.name."""

    content: Content
    constraints: dict[tuple[str, str], Tree] = field(default_factory=dict)
    """Constraints (relation, name) that this change added as NOT VALID."""
    domain_checks: dict[tuple[str, str], Tree] = field(default_factory=dict)
    """The same of domains (domain, name)."""
    enums: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Labels of enums that this change made."""
    _written: dict[str, str] = field(default_factory=dict)
    """Relation to the step that changes its rows; the empty name is all of them."""
    _steps: list[str] = field(default_factory=list)
    """Steps whose backfills were taken in."""

    def enter(self, place: Place) -> None:
        """Take in the backfills that come before a statement."""
        for step in self.content.steps:
            if step.name == place.step:
                return
            if step.name not in self._steps:
                self._steps.append(step.name)
                if step.backfill:
                    self._written.setdefault(place.key(read_name(step.backfill.table)), step.name)

    def note(self, place: Place) -> None:
        """Take in a statement, after its own questions."""
        for relation in _written_by(place):
            self._written.setdefault(relation, place.step)
        if place.node == "alter_table_stmt":
            for command in place.commands("AT_AddConstraint"):
                constraint = command["def"]["constraint"]
                if constraint.get("skip_validation") and constraint.get("conname"):
                    self.constraints[place.table, constraint["conname"]] = constraint
        if place.node == "alter_domain_stmt" and place.tree.get("def", {}).get("constraint", {}).get("skip_validation"):
            constraint = place.tree["def"]["constraint"]
            self.domain_checks[place.parts_key(strings(place.tree["type_name"])), constraint.get("conname", "")] = constraint
        if place.node == "create_enum_stmt":
            name = place.key(of_parts(strings(place.tree["type_name"])))
            self.enums[name] = strings(place.tree.get("vals", []))

    def mends(self, *relations: str) -> str:
        """The first step before that changes rows of one of these; empty where none does."""
        return next((self._written[name] for name in (*relations, "") if name in self._written), "")


def _written_by(place: Place) -> list[str]:
    if place.node in {OPAQUE, "call_stmt"} or (place.node == "select_stmt" and called_by(place.tree)):
        return [""]
    if place.node == "truncate_stmt":
        return [place.key(name) for name in place.made.relations]
    if place.node == "alter_table_stmt":
        return [place.table] if any(True for _ in place.commands(*_CHANGES_ROWS)) else []
    if place.node not in _ROOTS:
        return []
    written = (node[kind] for node in walk({place.node: place.tree}) for kind in _WRITES if kind in node)
    return [place.range_key(tree["relation"]) for tree in written]
