"""ADD CONSTRAINT that reads all rows: NOT VALID, then VALIDATE, which lets reads and writes go on."""

from schemachange_operator.core.content import ContentStep
from schemachange_operator.core.rules.place import Place
from schemachange_operator.core.rules.reading import name_of
from schemachange_operator.core.sequences.names import chosen
from schemachange_operator.core.sequences.offer import PROVEN, Offer, step
from schemachange_operator.core.sequences.writing import alter, constraint, quoted
from schemachange_operator.core.sql.grammar import Tree, walk

MENDS = ("add-check-scans", "add-foreign-key-scans", "set-not-null-scans")


def offer(place: Place, _: ContentStep) -> Offer | None:
    """See MENDS."""
    (command,) = place.commands()
    tree = command.get("def", {}).get("constraint", {})
    if not tree or (tree["contype"] == "CONSTR_FOREIGN" and _refused(place)):
        return None
    return Offer(steps=proved_later(place, tree))


def _refused(place: Place) -> bool:
    return place.partitioned(place.table) and place.catalog.major < 18


def proved_later(place: Place, tree: Tree) -> tuple[ContentStep, ...]:
    """The steps that add a CHECK, foreign key or NOT NULL and prove it."""
    table, name = alter(place), tree.get("conname") or default_name(place, tree)
    unproved = {key: value for key, value in tree.items() if key != "initially_valid"}
    added = constraint({**unproved, "conname": name, "skip_validation": True})
    return (
        step("add", f"{table} ADD {added}", undo=(f"{table} DROP CONSTRAINT {quoted(name)}",)),
        step("validate", f"{table} VALIDATE CONSTRAINT {quoted(name)}", undo=PROVEN),
    )


def default_name(place: Place, tree: Tree) -> str:
    """The name of a constraint that is left unnamed."""
    kind = tree["contype"].removeprefix("CONSTR_")
    if kind == "CHECK":
        named = dict.fromkeys(name_of(one["column_ref"]["fields"]) for one in walk(tree["raw_expr"]) if "column_ref" in one)
        return chosen(place, place.table, list(named) if len(named) == 1 else [], "check")
    keys = tree.get("fk_attrs") or tree.get("keys") or []
    label = {"FOREIGN": "fkey", "NOTNULL": "not_null", "UNIQUE": "key", "PRIMARY": "pkey"}[kind]
    more = tree.get("including", []) if kind == "UNIQUE" else []
    columns = [item["string"]["sval"] for item in (*keys, *more)]
    return chosen(place, place.table, [] if kind == "PRIMARY" else columns, label)
