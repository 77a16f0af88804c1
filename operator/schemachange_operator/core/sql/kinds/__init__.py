"""What each kind of statement is: one small file a family, each a table from libpg_query's name to a function.

To teach the operator a statement: add it to its family's table. Locks are those measured in the project's lock matrix
and documented in table 13.2 of PostgreSQL's manual.
"""

from weakref import WeakKeyDictionary

from schemachange_operator.core.sql.grammar import Parsed, Tree
from schemachange_operator.core.sql.kinds import access, alter_table, code, creation, drop, indexes, maintenance, rows
from schemachange_operator.core.sql.kinds.classification import Classification, Classifier, named

CLASSIFIERS: dict[str, Classifier] = {
    **creation.CLASSIFIERS,
    **alter_table.CLASSIFIERS,
    **drop.CLASSIFIERS,
    **indexes.CLASSIFIERS,
    **rows.CLASSIFIERS,
    **code.CLASSIFIERS,
    **access.CLASSIFIERS,
    **maintenance.CLASSIFIERS,
}


_FOUND: WeakKeyDictionary[Parsed, Classification] = WeakKeyDictionary()
"""As long as the statement itself is kept."""


def classified(parsed: Parsed) -> Classification:
    """What a statement is; asked again, it is not worked out again."""
    found = _FOUND.get(parsed)
    if found is None:
        found = _FOUND[parsed] = classify(parsed.node, parsed.tree)
    return found


def classify(node: str, tree: Tree) -> Classification:
    """What a statement is. One that no table knows takes the strongest lock on what it names."""
    known = CLASSIFIERS.get(node)
    if known:
        return known(tree)
    relations = named(tree)
    words = node.removesuffix("_stmt").replace("_", " ").upper()
    return Classification(words, lock="AccessExclusive" if relations else "", relations=relations)
