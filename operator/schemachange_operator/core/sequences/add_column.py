"""ADD COLUMN that writes or reads the whole table: the bare column first, its rows in batches, its constraints last."""

from collections.abc import Iterator

from schemachange_operator.api.migration import Backfill
from schemachange_operator.core.content import ContentStep
from schemachange_operator.core.rules.place import Place
from schemachange_operator.core.rules.reading import default_of, has, is_serial, volatile_functions
from schemachange_operator.core.sequences.advancing import after
from schemachange_operator.core.sequences.constraint_not_valid import proved_later
from schemachange_operator.core.sequences.new_column import NewColumn, identity_swap, read_column, sequence_for
from schemachange_operator.core.sequences.not_null import required
from schemachange_operator.core.sequences.offer import Offer, fill, step
from schemachange_operator.core.sequences.unique_index import built_before
from schemachange_operator.core.sequences.writing import actions, alter, expression, quoted, ranged
from schemachange_operator.core.sql.grammar import Tree

MENDS = (
    "add-column-check",
    "add-column-references",
    "add-column-required",
    "add-column-serial",
    "add-column-unique",
    "add-column-volatile-default",
)
MISSING = "the value for the rows there are"


def offer(place: Place, _: ContentStep) -> Offer | None:
    """See MENDS."""
    (command,) = place.commands()
    tree = command["def"]["column_def"]
    found = read_column(tree)
    partitioned = place.partitioned(place.table)
    if has(tree, "GENERATED") or (partitioned and (found.keys or (found.references and place.catalog.major < 18))):
        return None
    if command.get("missing_ok"):
        command = {key: value for key, value in command.items() if key != "missing_ok"}
    late = _Late(place, tree)
    asks = (
        () if late.known else (f"Say {MISSING} in the backfill, and give new rows a value: by a default, or in the code.",)
    )
    return Offer(steps=tuple(_steps(place, command, found, late)), asks=asks)


class _Late:
    """What a new column's rows get after it was added; nothing where a constant default serves."""

    def __init__(self, place: Place, tree: Tree) -> None:
        default = default_of(tree)
        volatile = default is not None and bool(volatile_functions(default, place.catalog.steady_functions))
        self.sequence = sequence_for(place, tree) if is_serial(tree) or has(tree, "IDENTITY") else None
        self.required = has(tree, "NOTNULL", "PRIMARY") or self.sequence is not None
        self.known = volatile or self.sequence is not None or default is not None or not self.required
        self.value = ""
        if self.sequence:
            self.value = self.sequence.next_value
        elif volatile and default is not None:
            self.value = expression(default)
        elif not self.known:
            self.value = f"<{MISSING}>"


def _steps(place: Place, command: Tree, found: NewColumn, late: _Late) -> Iterator[ContentStep]:
    name = command["def"]["column_def"]["colname"]
    yield _add(place, command, found, late)
    if late.value:
        filling = Backfill(table=ranged(place.tree["relation"]), set={name: late.value}, where=f"{quoted(name)} IS NULL")
        yield fill("fill", filling)
        if late.required:
            yield from required(place, name)
    if late.sequence and late.sequence.identity is not None:
        yield identity_swap(place, name, late.sequence)
    for one in found.checks:
        steps = proved_later(place, one)
        yield from steps
        place = after(place, steps)
    for one in found.references:
        if not found.inline_reference(late.value):
            yield from proved_later(place, {**one, "fk_attrs": [{"string": {"sval": name}}]})
    for one in found.keys:
        done = frozenset({name}) if late.required else frozenset[str]()
        yield from built_before(place, {**one, "keys": [{"string": {"sval": name}}]}, done)


def _add(place: Place, command: Tree, found: NewColumn, late: _Late) -> ContentStep:
    tree = command["def"]["column_def"]
    name = quoted(tree["colname"])
    inline = [one for one in found.plain if not late.value or one["contype"] not in {"CONSTR_DEFAULT", "CONSTR_NOTNULL"}]
    if found.inline_reference(late.value):
        inline += found.references
    bare = {**tree, "constraints": [{"constraint": one} for one in inline]}
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    undo: tuple[str, ...] = (f"{alter(place)} DROP COLUMN {name}",)
    default = f"{alter(place)} ALTER COLUMN {name} SET DEFAULT {late.value}"
    if late.sequence:
        bare["type_name"] = late.sequence.type_name
        before, after = (late.sequence.create,), (default, late.sequence.own)
    elif late.value and late.known:
        after = (default,)
    if not bare["constraints"]:
        del bare["constraints"]
    added = actions(place, [{**command, "def": {"column_def": bare}}])
    return step("add", *before, added, *after, undo=undo)
