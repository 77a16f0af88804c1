"""ALTER COLUMN TYPE: which changes are free, as measured on 14 to 18 (`TYPE …` in the lock matrix of the research)."""

from collections.abc import Iterator
from typing import Literal, NamedTuple

from schemachange_operator.core.catalog_facts import CatalogFacts, RelationFacts
from schemachange_operator.core.rules.place import Place
from schemachange_operator.core.rules.reading import TypeName, mentions, name_of, read_type, type_of
from schemachange_operator.core.sql.grammar import Tree, strings
from schemachange_operator.core.sql.name import of_parts

Effect = Literal["free", "rewrite", "time zone"]

_TEXTS = frozenset({"text", "varchar"})
_TIMES = frozenset({"timestamp", "timestamptz"})
_UTC = frozenset({"UTC", "ETC/UTC", "GMT", "ETC/GMT", "UCT", "ZULU"})
_PRECISE = frozenset({"timestamp", "timestamptz", "time", "timetz", "interval"})


class TypeChange(NamedTuple):
    """One column whose type changes."""

    column: str
    target: str
    old: str
    """In words: ' from integer'; empty where the old type is not known."""
    effect: Effect
    reinterprets: bool
    """Whether TimeZone decides what the values mean, in the change and in each later read and write."""
    rechecked: tuple[str, ...]
    """Indexes that are built anew and CHECKs that are proved again, although the table is not written anew."""


def type_changes(place: Place) -> Iterator[TypeChange]:
    """The changes of type in an ALTER TABLE."""
    facts = place.facts(place.table)
    for command in place.commands("AT_AlterColumnType"):
        column, definition = command["name"], command["def"]["column_def"]
        if (place.table, column) in place.course.columns:
            continue
        known = facts.columns.get(column) if facts else None
        again = (place.table, column) in place.course.retyped
        old = _resolved(known.type, place.catalog) if known and not again else None
        new = _target(definition["type_name"], place)
        converts = _converts(definition, column)
        effect = _effect(old, new, converts, place.catalog.time_zone)
        collated = "coll_clause" in definition
        yield TypeChange(
            column,
            ".".join(strings(definition["type_name"]["names"])[-1:]),
            f" from {known.type}" if known else "",
            effect,
            not converts and old is not None and new is not None and {old[0], new[0]} == _TIMES,
            tuple(_rechecked(facts, column, old, new, collated)) if facts else (),
        )


def keeps_values(place: Place, command: Tree) -> bool:
    """Whether an AT_AlterColumnType is known to lose no value: the old type is known, the new one holds all of it."""
    definition, facts = command["def"]["column_def"], place.facts(place.table)
    if place.table in place.course.created or (place.table, command["name"]) in place.course.columns:
        return False
    known = facts.columns.get(command["name"]) if facts else None
    old = _resolved(known.type, place.catalog) if known else None
    new = _target(definition["type_name"], place)
    return old is not None and new is not None and not _converts(definition, command["name"]) and keeps_all(old, new)


def _resolved(text: str, catalog: CatalogFacts) -> TypeName | None:
    """A type as format_type wrote it, a domain as the type under it: its values are stored the same."""
    found = read_type(text)
    if found is None:
        return None
    base = next((b for name, b in catalog.domain_bases.items() if name == text or name.endswith(f".{text}")), "")
    return read_type(base) if base else found


def _target(tree: Tree, place: Place) -> TypeName | None:
    """None: a domain whose constraints have to be proved on every row, which a rewrite does."""
    domain = place.key(of_parts(strings(tree["names"])))
    if domain in place.catalog.domains:
        return None if place.catalog.domains[domain] else read_type(place.catalog.domain_bases[domain])
    return type_of(tree)


def _converts(definition: Tree, column: str) -> bool:
    """Whether USING does more than the cast that the change does anyway."""
    expression = definition.get("raw_default")
    if expression is None:
        return False
    cast = expression.get("type_cast", {})
    inner = cast.get("arg", expression)
    same = not cast or type_of(cast["type_name"]) == type_of(definition["type_name"])
    return not same or name_of(inner.get("column_ref", {}).get("fields", [])) != column


def _effect(old: TypeName | None, new: TypeName | None, converts: bool, time_zone: str) -> Effect:
    if old is None or new is None or converts:
        return "rewrite"
    if {old[0], new[0]} == _TIMES and old[1] == new[1] and old[2] == new[2]:
        zone = time_zone.upper()
        return "free" if zone in _UTC else "rewrite" if zone else "time zone"
    return "free" if old == new or _widens(old, new) else "rewrite"


def _widens(old: TypeName, new: TypeName) -> bool:
    (base, modifiers, array), (other, wanted, other_array) = old, new
    if array or other_array:
        return False
    if base in _TEXTS and other in _TEXTS:
        # text to varchar(n) has to look at each value, varchar(n) to text has not.
        return not wanted or (bool(modifiers) and wanted[0] >= modifiers[0])
    if base != other:
        return (base, other) == ("cidr", "inet")
    if base == "numeric":
        return not wanted or (len(modifiers) > 0 and wanted[0] >= modifiers[0] and wanted[1:] == modifiers[1:])
    if base == "varbit" or base in _PRECISE:
        return not wanted or (bool(modifiers) and wanted[0] >= modifiers[0])
    return False


_INTEGERS = ("int2", "int4", "int8")
_FLOATS = ("float4", "float8")


def keeps_all(old: TypeName, new: TypeName) -> bool:
    """Whether every value of the old type is the same value of the new one, so that nothing is lost and nothing fails."""
    if old[2] != new[2]:
        return False
    if old == new or _widens(old, new):
        return True
    (base, _, array), (other, modifiers, _) = old, new
    if array:
        return keeps_all((base, old[1], False), (other, modifiers, False))
    for family in (_INTEGERS, _FLOATS):
        if base in family and other in family:
            return family.index(base) <= family.index(other)
    if base in _INTEGERS and other == "numeric":
        return not modifiers
    if base in {"int2", "int4"} and other == "float8":
        return True
    # A blank-padded value loses its padding, and json its spelling; all else prints what it is.
    return other in _TEXTS and not modifiers and base != "bpchar"


def _rechecked(
    facts: RelationFacts, column: str, old: TypeName | None, new: TypeName | None, collated: bool
) -> Iterator[str]:
    # timestamptz sorts in the same order, and PostgreSQL does not know it.
    whole = collated or (old is not None and new is not None and (old[0], new[0]) == ("timestamp", "timestamptz"))
    for name, index in facts.indexes.items():
        if mentions(index.definition.partition(" USING ")[2], column) and (index.special or whole):
            yield f"the index {name}"
    for name, constraint in facts.constraints.items():
        if constraint.kind == "c" and constraint.validated and mentions(constraint.definition, column):
            yield f"the CHECK {name}"
