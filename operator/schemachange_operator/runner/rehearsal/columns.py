"""A column while rows are generated: its candidates, one after the other."""

import re
from collections.abc import Sequence
from typing import Any

from psycopg import sql

from schemachange_operator.runner.rehearsal.values import natural

SHIFT = 1000
"""How much later another value is: more than the limits of a range that a check asks for are usually apart."""
_NUMBER = re.compile(r"\bg\b")


class Column:
    """What a column is given, until no check objects: its default or a natural value, literals of the check, NULL."""

    def __init__(self, row: dict[str, Any]) -> None:
        self.relation: str = row["relation"]
        self.name: str = row["name"]
        self._row = row
        self._candidates: list[sql.Composable] | None = None
        self._at = 0
        self._instead: sql.Composable | None = None

    def expression(self) -> sql.Composable | None:
        """The value as SQL over `g`; None leaves the column to its default, or to NULL."""
        if self._instead is not None:
            return self._instead
        if self._candidates is not None and self._at < len(self._candidates):
            return self._candidates[self._at]
        value = self._array() if self._row["is_array"] else self._natural()
        default = self._row["default"]
        if default is None or self._row["is_unique"]:
            return value
        if value is None or self._candidates is not None:
            return None
        # Half of the rows: a column that is dropped and comes back with its default would look as if nothing was lost.
        return sql.SQL("CASE WHEN g % 2 = 0 THEN {} ELSE {} END").format(value, sql.SQL(default))

    def others(self) -> list[sql.Composable]:
        """Values that differ from those of a column of the same type in the same row: later ones, none at all."""
        found: list[sql.Composable] = []
        value = None if self._row["is_array"] or self._row["labels"] else self._natural()
        if value is not None:
            found.append(sql.SQL(_NUMBER.sub(f"(g + {SHIFT})", value.as_string(None))))
        if not self._row["not_null"]:
            found.append(sql.SQL("NULL"))
        return found

    def instead(self, value: sql.Composable | None) -> None:
        """Take this value, or with None its own again."""
        self._instead = value

    @property
    def required(self) -> bool:
        """Whether it must not be NULL."""
        return bool(self._row["not_null"])

    def _natural(self) -> sql.Composable | None:
        return natural(
            self._row["type"],
            self._row["type_text"],
            self._row["length"] or self._row["precision"],
            self._row["scale"],
            self._row["labels"],
        )

    def _array(self) -> sql.Composable:
        """One element in every second row, where there is a value for it."""
        type_text = sql.SQL(self._row["type_text"])
        empty = sql.SQL("{}::{}").format(sql.Literal("{}"), type_text)
        element = natural(self._row["element_type"], self._row["element_text"], None, None, self._row["element_labels"])
        if element is None:
            return empty
        return sql.SQL("CASE WHEN g % 2 = 0 THEN ARRAY[{}]::{} ELSE {} END").format(element, type_text, empty)

    def advance(self, literals: Sequence[str]) -> bool:
        """Go on to the next candidate, from the literals of a violated check; False when there is none left."""
        if self._candidates is None:
            self._candidates = self._from(literals)
            return bool(self._candidates)
        self._at += 1
        return self._at < len(self._candidates)

    def _from(self, literals: Sequence[str]) -> list[sql.Composable]:
        type_text = sql.SQL(self._row["type_text"])
        found: list[sql.Composable] = []
        if self._row["default"] is not None and not self._row["is_unique"]:
            found.append(sql.SQL(self._row["default"]))
        if len(literals) > 1:
            array = sql.SQL(", ").join(map(sql.Literal, literals))
            found.append(sql.SQL("(ARRAY[{}])[1 + (g - 1) % {}]::{}").format(array, sql.Literal(len(literals)), type_text))
        found += [sql.SQL("{}::{}").format(sql.Literal(literal), type_text) for literal in literals]
        if not self._row["not_null"]:
            found.append(sql.SQL("NULL"))
        return found
