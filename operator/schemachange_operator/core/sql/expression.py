"""Single SQL expressions, as a backfill has them."""

from schemachange_operator.core.sql import grammar
from schemachange_operator.core.sql.kinds.classification import named
from schemachange_operator.core.sql.name import RelationName

BEFORE = "SELECT ("
AFTER = "\n)"


def read_expression(text: str) -> grammar.Tree:
    """The tree of a text that is one expression and nothing behind it.

    In brackets it has to be the only thing that is selected. Raises GrammarError when it does not parse, with line and
    column in the expression, and ValueError when it is more than one expression.
    """
    try:
        parsed = grammar.parse(f"{BEFORE}{text}{AFTER}")
    except grammar.GrammarError as error:
        if error.line > text.count("\n") + 1:
            # It stopped at our bracket, that is at the text's end.
            raise grammar.GrammarError(error.what, "", *grammar.position(text, len(text))) from None
        column = error.column - len(BEFORE) if error.line == 1 else error.column
        raise grammar.GrammarError(error.what, error.token, error.line, column) from None
    if len(parsed) != 1 or parsed[0].node != "select_stmt" or not _one_value(parsed[0].tree):
        raise ValueError("it is not one SQL expression")
    return parsed[0].tree


def _one_value(tree: grammar.Tree) -> bool:
    only_a_list = set(tree) <= {"target_list", "limit_option", "op"} and tree["op"] == "SETOP_NONE"
    return only_a_list and len(tree.get("target_list", [])) == 1


def relations_in(text: str) -> tuple[RelationName, ...]:
    """The relations that an expression reads in subqueries. Raises as read_expression."""
    return named(read_expression(text))
