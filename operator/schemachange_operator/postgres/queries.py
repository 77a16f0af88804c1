"""SQL of our own lives in named files beside this one, one query a file, so that it can be read and run by itself."""

from functools import cache
from importlib import resources
from typing import LiteralString


@cache
def query(name: str) -> LiteralString:
    """The text of queries/<name>.sql.

    It is a literal as far as psycopg's types care: it comes from this package and from nowhere else.
    Raises FileNotFoundError when there is no such query.
    """
    return resources.files(__name__.rpartition(".")[0]).joinpath("queries", f"{name}.sql").read_text(encoding="utf-8")
