"""Catalog snapshots, by name and never by OID, and the difference between two of them."""

from collections.abc import Iterable

from schemachange_operator.core.digest import digest
from schemachange_operator.core.plan import Difference

Attributes = dict[str, str]
Snapshot = dict[str, dict[str, Attributes]]
"""kind → name path → attribute → value as text. Kinds: schema, table, column, constraint, index, …"""

RESIDUE: dict[str, frozenset[str]] = {"column": frozenset({"rank"})}
"""Attributes by kind that change nothing for what names its columns: a rollback may leave them, and no plan is void by them."""

SHOWN = 200
"""Characters of a value that a difference shows."""


def difference(before: Snapshot, after: Snapshot) -> tuple[Difference, ...]:
    """What changed from one snapshot to the other, ordered by kind and name."""
    found: list[Difference] = []
    for kind in sorted(before.keys() | after.keys()):
        old, new = before.get(kind, {}), after.get(kind, {})
        for name in sorted(old.keys() | new.keys()):
            found.extend(_object_difference(kind, name, old.get(name), new.get(name)))
    return tuple(found)


def _object_difference(kind: str, name: str, old: Attributes | None, new: Attributes | None) -> Iterable[Difference]:
    if old is None:
        yield Difference(kind=kind, name=name, change="added", after=digest(_lasting(kind, new)))
    elif new is None:
        yield Difference(kind=kind, name=name, change="removed", before=digest(_lasting(kind, old)))
    else:
        for attribute in sorted(old.keys() | new.keys()):
            was, now = old.get(attribute, ""), new.get(attribute, "")
            if was != now:
                yield Difference(
                    kind=kind, name=name, change="changed", attribute=attribute, before=_shown(was), after=_shown(now)
                )


def _shown(value: str) -> str:
    """The value itself, or its beginning and digest: a difference stays short and still tells two values apart."""
    return value if len(value) <= SHOWN else f"{value[:SHOWN]}… ({digest(value)[:19]})"


def about(snapshot: Snapshot, relations: Iterable[str]) -> Snapshot:
    """The part of a snapshot about some relations (schema.name): themselves and what belongs to them.

    Every object carries the relation it belongs to in the attribute `of`; a view or a function that depends on a
    relation names it in `uses`, with spaces between several.
    """
    wanted = set(relations)

    def concerns(name: str, attributes: Attributes) -> bool:
        belongs = {name, attributes.get("of", ""), *attributes.get("uses", "").split(" ")}
        return bool(belongs & wanted)

    return {
        kind: {name: attributes for name, attributes in objects.items() if concerns(name, attributes)}
        for kind, objects in snapshot.items()
    }


def fingerprint(snapshot: Snapshot, relations: Iterable[str]) -> str:
    """`sha256:…` over the part of a snapshot about some relations, without what is residue."""
    part = about(snapshot, relations)
    return digest(
        {
            kind: {name: _lasting(kind, attributes) for name, attributes in objects.items()}
            for kind, objects in part.items()
            if objects
        }
    )


def picture(snapshot: Snapshot, relations: Iterable[str]) -> Snapshot:
    """What a fingerprint is of, short enough to keep: two pictures differ where the fingerprints do, and can say in what."""
    return {
        kind: {
            name: {attribute: _shown(value) for attribute, value in _lasting(kind, attributes).items()}
            for name, attributes in objects.items()
        }
        for kind, objects in about(snapshot, relations).items()
        if objects
    }


def _lasting(kind: str, attributes: Attributes | None) -> Attributes:
    left_out = RESIDUE.get(kind, frozenset())
    return {attribute: value for attribute, value in (attributes or {}).items() if attribute not in left_out}
