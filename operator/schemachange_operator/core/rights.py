"""Rights on tables and columns: read from access lists, revoked, and granted again as they were."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from schemachange_operator.core.sequences.writing import dotted, quoted

_ITEM = re.compile(r'(?:"((?:[^"]|"")+)"|([^\s="]*))=([a-zA-Z*]*)/(?:"((?:[^"]|"")+)"|([^\s"]+))')
_WORDS = {
    "r": "SELECT",
    "a": "INSERT",
    "w": "UPDATE",
    "d": "DELETE",
    "D": "TRUNCATE",
    "x": "REFERENCES",
    "t": "TRIGGER",
    "m": "MAINTAIN",
}
"""PostgreSQL documentation, table 5.1."""


class Right(NamedTuple):
    """What one role may do with one table or column."""

    table: str
    """schema.name"""
    column: str
    """Empty for the table as a whole."""
    role: str
    """Empty for everybody."""
    grantor: str
    privileges: tuple[str, ...]
    grantable: bool
    """Whether the role may hand them on."""


def read_rights(acl: str, table: str, owner: str, column: str = "") -> Iterator[Right]:
    """Rights of others than the owner, from access items with spaces between (role=rights/grantor)."""
    for match in _ITEM.finditer(acl):
        role, grantor = (_name(match[one], match[one + 1]) for one in (1, 4))
        if role == owner:
            continue
        for grantable in (False, True):
            found = re.findall(r"[a-zA-Z]\*" if grantable else r"[a-zA-Z](?!\*)", match[3])
            if found:
                yield Right(table, column, role, grantor, tuple(_WORDS[one[0]] for one in found), grantable)


def _name(in_quotes: str | None, plain: str | None) -> str:
    return in_quotes.replace('""', '"') if in_quotes else plain or ""


def take(rights: Iterable[Right]) -> tuple[str, ...]:
    """One REVOKE for each table or column: all that these roles have on it."""
    roles: dict[tuple[str, str], dict[str, None]] = {}
    for right in rights:
        roles.setdefault((right.table, right.column), {})[right.role] = None
    return tuple(
        f"REVOKE ALL{_columns(column)} ON TABLE {dotted(table)} FROM {', '.join(map(_role, names))}"
        for (table, column), names in roles.items()
    )


def give(rights: Iterable[Right]) -> tuple[str, ...]:
    """The GRANTs that bring the rights back."""
    return tuple(
        f"GRANT {', '.join(f'{one}{_columns(right.column)}' for one in right.privileges)} ON TABLE {dotted(right.table)}"
        f" TO {_role(right.role)}{' WITH GRANT OPTION' if right.grantable else ''}"
        for right in rights
    )


def _columns(column: str) -> str:
    return f" ({quoted(column)})" if column else ""


def _role(name: str) -> str:
    return quoted(name) if name else "PUBLIC"
