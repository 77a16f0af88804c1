"""DROP COLUMN and DROP TABLE: into quarantine instead, from where it comes back at once; dropped by a change of its own."""

from collections.abc import Iterator

from schemachange_operator.api.migration import Quarantine
from schemachange_operator.core.content import ContentStep, Undo
from schemachange_operator.core.quarantine import PREFIX, quarantined
from schemachange_operator.core.rules.place import Place
from schemachange_operator.core.sequences.offer import Offer, step
from schemachange_operator.core.sequences.writing import quoted, ranged
from schemachange_operator.core.sql.grammar import strings

MENDS = ("drop-column", "drop-table")
_SCHEMA_AND_NAME = 2


def offer(place: Place, _: ContentStep) -> Offer | None:
    """See MENDS. Not for what is there already, nor for CASCADE, which says that more goes with it."""
    if place.node == "drop_stmt":
        return _tables(place)
    if place.node != "alter_table_stmt" or len(place.tree["cmds"]) != 1:
        return None
    command = place.tree["cmds"][0]["alter_table_cmd"]
    facts, name = place.facts(place.table), command.get("name", "")
    unknown = bool(command.get("missing_ok")) and facts is None
    if (
        command.get("behavior") == "DROP_CASCADE"
        or unknown
        or name.startswith(PREFIX)
        or not place.tree["relation"].get("inh")
    ):
        return None
    table, column = ranged(place.tree["relation"]), quoted(name)
    new = quoted(quarantined(name))
    return Offer(
        steps=(
            *_nullable(place, table, name),
            ContentStep(name="quarantine", quarantine=Quarantine(table=table, column=column), undo=Undo()),
        ),
        asks=(_dropped(f"ALTER TABLE {table} DROP COLUMN {new}"),),
        leaves=tuple(_column_left(place, name)),
    )


def _nullable(place: Place, table: str, column: str) -> Iterator[ContentStep]:
    """NOT NULL without a default would refuse the rows of an application that does without the column."""
    facts = place.facts(place.table)
    known = facts.columns.get(column) if facts else None
    if known and known.not_null and not known.default:
        begin = f"ALTER TABLE {table} ALTER COLUMN {quoted(column)}"
        yield step("nullable", f"{begin} DROP NOT NULL", undo=(f"{begin} SET NOT NULL",))


def _column_left(place: Place, column: str) -> Iterator[str]:
    for table in (place.table, *_partitions(place, place.table)):
        yield f"{table}.{quarantined(column)}"
        facts = place.facts(table)
        # An index goes with the column that is dropped, and stays with the one that is renamed.
        yield from facts.indexes if facts else ()


def _partitions(place: Place, table: str) -> Iterator[str]:
    for name, facts in place.catalog.relations.items():
        if table in facts.parents:
            yield name
            yield from _partitions(place, name)


def _tables(place: Place) -> Offer | None:
    named = [strings(item["list"]["items"]) for item in place.tree["objects"]]
    known = not place.tree.get("missing_ok") or place.catalog.known
    if place.tree["remove_type"] != "OBJECT_TABLE" or place.tree.get("behavior") == "DROP_CASCADE" or not known:
        return None
    if any(parts[-1].startswith(PREFIX) or place.absent(place.parts_key(parts)) for parts in named):
        return None
    steps = (ContentStep(name="quarantine", quarantine=Quarantine(table=_written(parts)), undo=Undo()) for parts in named)
    dropped = ", ".join(_written((*parts[:-1], quarantined(parts[-1]))) for parts in named)
    return Offer(
        steps=tuple(steps),
        asks=(_dropped(f"DROP TABLE {dropped}"),),
        leaves=tuple(name for parts in named for name in _table_left(place, place.parts_key(parts))),
    )


def _written(parts: tuple[str, ...]) -> str:
    return ".".join(quoted(part) for part in parts[-_SCHEMA_AND_NAME:])


def _table_left(place: Place, table: str) -> Iterator[str]:
    schema, _, name = table.rpartition(".")
    yield f"{schema}.{quarantined(name)}"
    yield from _partitions(place, table)


def _dropped(statement: str) -> str:
    return (
        "Nothing is destroyed yet, and the step's rollback is metadata only. When its time is over (keepFor, or the policy's), a"
        f" Contract change that depends on this one drops it: {statement}."
    )
