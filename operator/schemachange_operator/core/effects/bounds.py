"""Bounds of partitions: whether CHECK constraints prove what would be read from the rows otherwise."""

from collections.abc import Iterator

from schemachange_operator.core.bounds_proof import bound_conditions, excluded, proved
from schemachange_operator.core.effects.ground import Ground
from schemachange_operator.core.rules.reading import check_expression
from schemachange_operator.core.sql.grammar import Tree


def implies(ground: Ground, table: str, parent: str, bound: Tree) -> bool:
    """Whether the valid CHECKs of a table say that all of its rows are within the bound."""
    not_null = [name for name, column in ground.facts(table).columns.items() if column.not_null]
    return proved(bound_conditions(_key(ground, parent), bound), _checks(ground, table), not_null)


def excludes(ground: Ground, table: str, parent: str, bound: Tree) -> bool:
    """Whether the valid CHECKs of a default partition say that none of its rows is within the bound."""
    return excluded(_key(ground, parent), bound, _checks(ground, table))


def _key(ground: Ground, parent: str) -> str:
    return ground.ties.partition_keys.get(parent, "")


def _checks(ground: Ground, table: str) -> Iterator[Tree]:
    for one in ground.facts(table).constraints.values():
        if one.kind == "c" and one.validated:
            yield check_expression(one.definition)
