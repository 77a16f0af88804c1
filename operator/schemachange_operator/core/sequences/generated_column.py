"""A new stored generated column: VIRTUAL where the server has it, else a plain column that a trigger keeps."""

from schemachange_operator.api.migration import Backfill
from schemachange_operator.core.content import ContentStep
from schemachange_operator.core.rules.place import Place
from schemachange_operator.core.rules.reading import constraints, has
from schemachange_operator.core.sequences.kept_by_trigger import keeper
from schemachange_operator.core.sequences.offer import Offer, fill, step
from schemachange_operator.core.sequences.writing import actions, alter, expression, quoted, ranged

MENDS = ("add-column-generated",)
_VIRTUAL_SINCE = 18


def offer(place: Place, _: ContentStep) -> Offer | None:
    """See MENDS. Only where nothing else is said of the column."""
    (command,) = place.commands()
    if command["subtype"] != "AT_AddColumn":
        return None
    tree = command["def"]["column_def"]
    (generated, *others) = sorted(constraints(tree), key=lambda one: one["contype"] != "CONSTR_GENERATED")
    if others or not has(tree, "GENERATED"):
        return None
    name = quoted(tree["colname"])
    drop = f"{alter(place)} DROP COLUMN {name}"
    if place.catalog.major >= _VIRTUAL_SINCE:
        virtual = {**tree, "constraints": [{"constraint": {**generated, "generated_kind": "v"}}]}
        add = actions(place, [{**command, "def": {"column_def": virtual}}])
        return Offer(
            steps=(step("add", add, undo=(drop,)),),
            asks=("A VIRTUAL column is computed whenever it is read, and can have no index.",),
        )
    value = expression(generated["raw_expr"])
    bare = {key: item for key, item in tree.items() if key != "constraints"}
    add = actions(place, [{**command, "def": {"column_def": bare}}])
    kept = keeper(place, tree["colname"], generated["raw_expr"])
    filling = Backfill(
        table=ranged(place.tree["relation"]), set={tree["colname"]: value}, where=f"{name} IS DISTINCT FROM ({value})"
    )
    return Offer(
        steps=(step("add", add, *kept.make, undo=(*kept.drop, drop)), fill("fill", filling)),
        asks=("The column is kept by a trigger, not GENERATED: PostgreSQL cannot make a column with rows generated.",),
    )
