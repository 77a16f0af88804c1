"""Quarantine: a column or a table taken out of use and kept, by a new name and without rights for anybody but its owner.

The statements that do it, and those that undo it, are written here from a snapshot of the catalog: a rename, and the rights
that are there, taken and given back one by one. All of it is metadata: no row is read, written or lost on either way.
"""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import NamedTuple

from schemachange_operator.api.migration import Quarantine
from schemachange_operator.api.reason import Reason
from schemachange_operator.core.content import Content, Undo
from schemachange_operator.core.digest import digest
from schemachange_operator.core.errors import Stop
from schemachange_operator.core.plan import WrittenStep
from schemachange_operator.core.rights import Right, give, read_rights, take
from schemachange_operator.core.sequences.writing import dotted, quoted
from schemachange_operator.core.snapshot import Attributes, Snapshot
from schemachange_operator.core.sql.grammar import tokens
from schemachange_operator.core.sql.name import RelationName, read_name
from schemachange_operator.core.sql.statement import Statement

PREFIX = "quarantined_"
LONGEST = 63
"""Bytes of a name."""
DIGITS = 6
"""Of the digest that tells names apart which had to be cut."""
_HOURS = {"d": 24, "h": 1}


def quarantined(name: str) -> str:
    """The name in quarantine. It has no date: what is approved is the whole text, and when it will run is not known then."""
    made = f"{PREFIX}{name}"
    if len(made.encode()) <= LONGEST:
        return made
    room = LONGEST - DIGITS - 1
    return f"{made.encode()[:room].decode(errors='ignore')}_{digest(name).removeprefix('sha256:')[:DIGITS]}"


def kept_for(quarantine: Quarantine, default: str) -> timedelta:
    """How long it is kept at least; `default` is the policy's."""
    text = quarantine.keep_for or default
    return timedelta(hours=int(text[:-1]) * _HOURS[text[-1]])


class Place(NamedTuple):
    """What goes into quarantine, and what it is called there."""

    table: RelationName
    column: str
    """Empty for a whole table."""

    @property
    def renamed(self) -> str:
        """The new name: the column's, or the table's."""
        return quarantined(self.column or self.table.name)


def place_of(quarantine: Quarantine) -> Place:
    """The names as the catalog has them. Raises ValueError for what is no name."""
    column = read_name(quarantine.column).name if quarantine.column else ""
    return Place(read_name(quarantine.table), column)


def written_steps(content: Content, snapshot: Snapshot, search_path: Iterable[str]) -> tuple[WrittenStep, ...]:
    """The SQL of the quarantines of a change, for the target as it is before the first step.

    Raises Stop(QuarantineRefused) where the table or the column is not there, or a right on it could not be given back.
    """
    path = tuple(search_path)
    return tuple(
        _written(step.name, place_of(step.quarantine), snapshot, path)
        for step in content.steps
        if step.quarantine and step.sql is None
    )


def renames_alone(content: Content) -> tuple[WrittenStep, ...]:
    """As much of it as can be said without a catalog: the renames."""
    return tuple(
        _script(step.name, [], place_of(step.quarantine), _as_written(place_of(step.quarantine).table))
        for step in content.steps
        if step.quarantine and step.sql is None
    )


def in_full(content: Content, written: Iterable[WrittenStep]) -> Content:
    """The content with the SQL that was written for its steps."""
    by_name = {one.step: one for one in written}
    steps = (
        step.model_copy(update={"sql": by_name[step.name].sql, "undo": Undo(sql=by_name[step.name].undo)})
        if step.quarantine and step.name in by_name
        else step
        for step in content.steps
    )
    return content.model_copy(update={"steps": tuple(steps)})


def _written(step: str, place: Place, snapshot: Snapshot, path: tuple[str, ...]) -> WrittenStep:
    tables = snapshot.get("table", {})
    schemas = (place.table.schema,) if place.table.schema else path
    found = next((f"{schema}.{place.table.name}" for schema in schemas if f"{schema}.{place.table.name}" in tables), None)
    columns = snapshot.get("column", {})
    if found is None or (place.column and f"{found}.{place.column}" not in columns):
        what = f"{place.table}.{place.column}" if place.column else f"table {place.table}"
        raise _refused(step, f"there is no {what} before the change", "Name what is there before the first step.")
    owner = tables[found].get("owner", "")
    rights = list(_rights(found, place.column, tables, columns))
    foreign = sorted({right.grantor for right in rights} - {owner})
    if foreign:
        raise _refused(
            step,
            f"{', '.join(foreign)}, who is not the owner, has granted rights on {found}; only that role could give them back",
            f"Let the owner {owner} grant them in that role's place, and revoke those.",
        )
    return _script(step, rights, place, dotted(found))


def as_frozen(content: Content) -> Content:
    """The content as it was before SQL was written for its steps: what its digest is of."""
    steps = (one.model_copy(update={"sql": None, "undo": Undo()}) if one.quarantine else one for one in content.steps)
    return content.model_copy(update={"steps": tuple(steps)})


def _as_written(name: RelationName) -> str:
    return dotted(str(name)) if name.schema else quoted(name.name)


def _refused(step: str, what: str, remedy: str) -> Stop:
    return Stop(Reason.QUARANTINE_REFUSED, f"Step {step}: {what}. Nothing was touched. {remedy}")


def _script(step: str, rights: list[Right], place: Place, table: str) -> WrittenStep:
    schema = table.rpartition(".")[0]
    if place.column:
        old, new = quoted(place.column), quoted(place.renamed)
        there, back = (f"ALTER TABLE {table} RENAME COLUMN {one} TO {other}" for one, other in ((old, new), (new, old)))
    else:
        old, new = quoted(place.table.name), quoted(place.renamed)
        there = f"ALTER TABLE {table} RENAME TO {new}"
        back = f"ALTER TABLE {f'{schema}.' if schema else ''}{new} RENAME TO {old}"
    return WrittenStep(
        step=step,
        sql="".join(f"{one};\n" for one in (*take(rights), there)),
        undo="".join(f"{one};\n" for one in (back, *give(rights))),
    )


def _rights(table: str, column: str, tables: dict[str, Attributes], columns: dict[str, Attributes]) -> Iterator[Right]:
    """Rights of others than the owner: on the column alone, or on the table, its columns, and its partitions."""
    for name in (table, *_partitions(table, tables)):
        owner = tables[name].get("owner", "")
        if not column:
            yield from read_rights(tables[name].get("acl", ""), name, owner)
        for path, one in columns.items():
            part = path.removeprefix(f"{name}.")
            if one.get("of") == name and column in ("", part):
                yield from read_rights(one.get("acl", ""), name, owner, part)


def _partitions(table: str, tables: dict[str, Attributes]) -> Iterator[str]:
    for name, one in tables.items():
        if "partition_bound" in one and table in one.get("uses", "").split(" "):
            yield name
            yield from _partitions(name, tables)


def destroyed(table: str, column: str, statement: Statement) -> bool:
    """Whether a statement that destroys something is about a table in quarantine, or about a column that is; both by the
    names that they have there.
    """
    if table not in {name.name for name in statement.relations}:
        return False
    return not column or any(token.text.strip('"').replace('""', '"') == column for token in tokens(statement.text))
