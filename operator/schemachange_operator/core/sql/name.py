"""Names of relations, as a statement writes them."""

from typing import NamedTuple

from schemachange_operator.core.sql.grammar import GrammarError, Tree, parse, tokens


class RelationName(NamedTuple):
    """A relation; the schema is None where the search path decides."""

    schema: str | None
    name: str

    def __str__(self) -> str:
        return f"{self.schema}.{self.name}" if self.schema else self.name


def of_range(range_variable: Tree) -> RelationName:
    """The name in libpg_query's RangeVar."""
    return RelationName(range_variable.get("schemaname"), range_variable["relname"])


def of_parts(parts: tuple[str, ...]) -> RelationName:
    """The name in a list of one, two or three parts (a database in front is left out)."""
    return RelationName(parts[-2] if len(parts) > 1 else None, parts[-1])


def read_name(text: str) -> RelationName:
    """Read `table` or `schema.table`, quoted where needed. Raises ValueError when it is anything else."""
    try:
        parts = tokens(text)
        parsed = parse(f"TABLE {text}")
    except GrammarError:
        raise ValueError("it is not a table's name") from None
    # A table's name is one token, or two with a dot between them: all else would be more than a name.
    shape = "".join("." if part.text == "." else "n" for part in parts)
    if shape not in {"n", "n.n"} or len(parsed) != 1:
        raise ValueError("it is not a table's name")
    return of_range(parsed[0].tree["from_clause"][0]["range_var"])
