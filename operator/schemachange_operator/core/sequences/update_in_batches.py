"""UPDATE of many rows: a backfill step."""

from schemachange_operator.api.migration import Backfill
from schemachange_operator.core.content import ContentStep, Undo
from schemachange_operator.core.rules.place import Place
from schemachange_operator.core.rules.reading import volatile_functions
from schemachange_operator.core.sequences.offer import Offer
from schemachange_operator.core.sequences.writing import column, expression, quoted, ranged, replaced
from schemachange_operator.core.sql.grammar import Tree, strings, walk

MENDS = ("update-unbatched", "write-without-where", "work-under-lock")
_MORE = frozenset({"from_clause", "with_clause", "returning_clause"})


def offer(place: Place, _: ContentStep) -> Offer | None:
    """See MENDS. A backfill can be begun again: what it gives must not depend on what it has given."""
    tree = place.tree
    if place.node != "update_stmt" or _MORE & set(tree) or not tree["relation"].get("inh"):
        return None
    targets = [item["res_target"] for item in tree["target_list"]]
    if any("indirection" in one or "multi_assign_ref" in one["val"] or "set_to_default" in one["val"] for one in targets):
        return None
    given = {one["name"]: _own(tree["relation"], one["val"]) for one in targets}
    read = {
        strings(node["column_ref"]["fields"])[-1:]
        for value in given.values()
        for node in walk(value)
        if "column_ref" in node
    }
    steady = place.catalog.steady_functions
    if read & {(name,) for name in given} or any(volatile_functions(value, steady) for value in given.values()):
        return None
    values = {name: expression(value) for name, value in given.items()}
    # A backfill is at its end when no row matches: rows that have their value do not.
    left = " OR ".join(f"{quoted(name)} IS DISTINCT FROM ({value})" for name, value in values.items())
    where = tree.get("where_clause")
    condition = f"({expression(_own(tree['relation'], where))}) AND ({left})" if where else left
    backfill = Backfill(table=ranged(tree["relation"]), set=values, where=condition)
    undo = Undo(irreversible="the values that the rows had before are not kept; they are in the backup")
    return Offer(
        steps=(ContentStep(name="fill", backfill=backfill, undo=undo),),
        asks=("The table needs a primary key, by which the batches go.",),
    )


def _own(relation: Tree, tree: Tree) -> Tree:
    """An expression in which the table's alias is its name, since a backfill has no alias."""
    alias = relation.get("alias", {}).get("aliasname")
    if not alias:
        return tree
    for node in list(walk(tree)):
        fields = strings(node.get("column_ref", {}).get("fields", []))
        if len(fields) == 2 and fields[0] == alias:
            tree = replaced(tree, column(*fields), column(relation["relname"], fields[1]))
    return tree
