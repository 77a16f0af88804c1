"""Patterns for names: regular expressions without back references or look-around, so that each is matched in linear time."""

from functools import lru_cache
from typing import Annotated

from pydantic import AfterValidator, Field, TypeAdapter, ValidationError
from pydantic_core import SchemaError

TABLE, COLUMNS = "{table}", "{columns}"
"""What stands in a pattern for the table's name, and for the names of the columns joined by `_`."""


def matches(pattern: str, name: str, table: str = "", columns: str = "") -> bool:
    """Whether a whole name matches. Pydantic's engine is that of Rust: it does not backtrack, whatever is written."""
    given = pattern.replace(TABLE, _quoted(table)).replace(COLUMNS, _quoted(columns))
    try:
        _compiled(given).validate_python(name)
    except ValidationError:
        return False
    return True


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> TypeAdapter[str]:
    return TypeAdapter(Annotated[str, Field(pattern=rf"\A(?:{pattern})\z")])


def _quoted(name: str) -> str:
    return "".join(letter if letter.isalnum() or letter == "_" else f"\\x{{{ord(letter):x}}}" for letter in name)


def _checked(pattern: str) -> str:
    try:
        _compiled(pattern.replace(TABLE, "t").replace(COLUMNS, "c"))
    except SchemaError:
        raise ValueError("is not a regular expression (RE2: no back references, no look-around)") from None
    return pattern


Pattern = Annotated[str, Field(min_length=1, max_length=256), AfterValidator(_checked)]
"""One that the whole name has to match."""
