"""Literals of an expression, for generating values that a CHECK likes."""

from schemachange_operator.core.sql.grammar import GrammarError, tokens


def literals_in(text: str) -> tuple[str, ...]:
    """Strings and numbers in a text, as values, each once, in order; empty when it cannot be scanned."""
    try:
        found = tokens(text)
    except GrammarError:
        return ()
    strings = [token.text[1:-1].replace("''", "'") for token in found if token.kind == "SCONST" and token.text[0] == "'"]
    numbers = [token.text for token in found if token.kind in {"ICONST", "FCONST"}]
    return tuple(dict.fromkeys(strings + numbers))
