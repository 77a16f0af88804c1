"""A change of type that writes the table anew: a second column beside the first, kept by a trigger, swapped in the end."""

from collections.abc import Iterator

from schemachange_operator.api.migration import Backfill
from schemachange_operator.core.catalog_facts import RelationFacts
from schemachange_operator.core.content import ContentStep, Undo
from schemachange_operator.core.rules.place import Place
from schemachange_operator.core.rules.reading import mentions
from schemachange_operator.core.rules.type_change import type_changes
from schemachange_operator.core.sequences.kept_by_trigger import Keeper, keeper
from schemachange_operator.core.sequences.not_null import required
from schemachange_operator.core.sequences.offer import Offer, fill, step
from schemachange_operator.core.sequences.writing import (
    alter,
    collation,
    column,
    dotted,
    expression,
    quoted,
    ranged,
    replaced,
    type_name,
)
from schemachange_operator.core.sql.grammar import Tree, deparse, parse

MENDS = ("change-column-type", "change-column-time-zone")
_DEPLOY = (
    "The drop at the end is in another change, if code of before may still run prepared statements over the old column.",
    "Sessions with prepared statements over the table prepare them anew after the swap, or fail once.",
)

_ZONE = (
    "Where the application's sessions have another time zone than UTC, put its name in the place of UTC in every step.",
)


def offer(place: Place, _: ContentStep) -> Offer | None:
    """See MENDS. Needs the catalog: what else hangs on the column has to be known."""
    (command,) = place.commands()
    facts, name = place.facts(place.table), command["name"]
    new, old = f"{name}_new", f"{name}_old"
    if facts is None or name not in facts.columns or {new, old} & facts.columns.keys() or place.partitioned(place.table):
        return None
    definition = command["def"]["column_def"]
    cast = {"type_cast": {"arg": column(name), "type_name": definition["type_name"]}}
    zoned = any(change.column == name and change.reinterprets for change in type_changes(place))
    value = _in_utc(name) if zoned else definition.get("raw_default", cast)
    change = _Change(place, facts, name, definition, value)
    return Offer(steps=tuple(change.steps()), asks=(*_DEPLOY, *(_ZONE if zoned else ()), *change.asks()))


def _in_utc(name: str) -> Tree:
    # A cast would take the zone of each session that writes: the application's in the trigger, another in the backfill.
    (parsed,) = parse(f"SELECT {quoted(name)} AT TIME ZONE 'UTC'")
    found: Tree = parsed.tree["target_list"][0]["res_target"]["val"]
    return found


class _Change:
    """One column on its way to another type."""

    def __init__(self, place: Place, facts: RelationFacts, name: str, definition: Tree, value: Tree) -> None:
        self._place, self._facts, self._name, self._value = place, facts, name, value
        self._definition = definition
        self._table = alter(place)
        self._old, self._new = quoted(f"{name}_old"), quoted(f"{name}_new")
        self._keeper: Keeper = keeper(place, f"{name}_new", value)
        bodies = ((key, one.definition) for key, one in facts.indexes.items())
        owned = set(facts.constraints)
        self._indexes = [
            (key, text)
            for key, text in bodies
            if mentions(text.partition(" USING ")[2], name) and key.rpartition(".")[2] not in owned
        ]

    def asks(self) -> Iterator[str]:
        """What hangs on the column and is not moved by the steps."""
        bound = [name for name, one in self._facts.constraints.items() if mentions(one.definition, self._name)]
        if bound:
            yield f"Make on {self._new}, before the swap, what the column has: {', '.join(bound)}."
        if self._facts.read_by:
            yield f"Make anew, in the step that swaps, the views where they read the column: {', '.join(self._facts.read_by)}."

    def steps(self) -> Iterator[ContentStep]:
        """Add, fill, prove, index, swap, drop."""
        kind = type_name(self._definition["type_name"]) + collation(self._definition)
        add = f"{self._table} ADD COLUMN {self._new} {kind}"
        back = (*self._keeper.drop, f"{self._table} DROP COLUMN {self._new}")
        yield step("add", add, *self._keeper.make, undo=back)
        value = expression(self._value)
        filling = Backfill(
            table=ranged(self._place.tree["relation"]),
            set={f"{self._name}_new": value},
            where=f"{self._new} IS DISTINCT FROM ({value})",
        )
        yield fill("fill", filling)
        if self._facts.columns[self._name].not_null:
            yield from required(self._place, f"{self._name}_new")
        for key, text in self._indexes:
            yield self._index(key, text)
        yield self._swap()
        yield self._drop()

    def _index(self, key: str, text: str) -> ContentStep:
        (parsed,) = parse(text)
        elements = replaced(parsed.tree, column(self._name), column(f"{self._name}_new"))
        tree = _renamed(elements, self._name, f"{self._name}_new")
        name = f"{key.rpartition('.')[2]}_new"
        schema = key.rpartition(".")[0]
        create = deparse("index_stmt", {**tree, "idxname": name, "concurrent": True})
        return step("index", create, undo=(f"DROP INDEX CONCURRENTLY IF EXISTS {dotted(f'{schema}.{name}')}",))

    def _swap(self) -> ContentStep:
        name = quoted(self._name)
        column_facts = self._facts.columns[self._name]
        before = f"{self._table} RENAME COLUMN"
        statements = [*self._keeper.drop, f"{before} {name} TO {self._old}", f"{before} {self._new} TO {name}"]
        back = [f"{before} {name} TO {self._new}", f"{before} {self._old} TO {name}", *self._keeper.make]
        if column_facts.default:
            statements.append(f"{self._table} ALTER COLUMN {name} SET DEFAULT {column_facts.default}")
            back.insert(0, f"{self._table} ALTER COLUMN {name} DROP DEFAULT")
        if column_facts.not_null:
            statements.append(f"{self._table} ALTER COLUMN {self._old} DROP NOT NULL")
            back.insert(0, f"{self._table} ALTER COLUMN {self._old} SET NOT NULL")
        return step("swap", *statements, undo=tuple(back))

    def _drop(self) -> ContentStep:
        renames = [
            f"ALTER INDEX {dotted(f'{key}_new')} RENAME TO {quoted(key.rpartition('.')[2])}" for key, _ in self._indexes
        ]
        dropped = step("drop-old", f"{self._table} DROP COLUMN {self._old}", *renames, undo="")
        undo = Undo(
            irreversible="the values of the old type are gone; they are in the backup that is taken before this step"
        )
        return dropped.model_copy(update={"undo": undo})


def _renamed(tree: Tree, old: str, new: str) -> Tree:
    """An index whose plain column is another one."""
    return {
        **tree,
        **{
            member: [
                {"index_elem": {**one["index_elem"], "name": new}} if one["index_elem"].get("name") == old else one
                for one in tree[member]
            ]
            for member in ("index_params", "index_including_params")
            if member in tree
        },
    }
