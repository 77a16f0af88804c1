"""A page as a reader of Markdown sees it: headings, tables with their cells, text that became HTML."""

import re
from dataclasses import dataclass, field

from markdown_it import MarkdownIt
from markdown_it.token import Token

READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])


@dataclass
class Seen:
    headings: list[str] = field(default_factory=list)
    tables: list[list[list[str]]] = field(default_factory=list)
    html: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    fences: list[str] = field(default_factory=list)
    items: int = 0


def seen(text: str) -> Seen:
    found, tokens = Seen(), READER.parse(text)
    for at, token in enumerate(tokens):
        if token.type == "heading_open":
            found.headings.append(tokens[at + 1].content)
        elif token.type == "table_open":
            found.tables.append([])
        elif token.type == "tr_open":
            found.tables[-1].append([])
        elif token.type in {"th_open", "td_open"}:
            found.tables[-1][-1].append(tokens[at + 1].content)
        elif token.type == "fence":
            found.fences.append(token.content)
        elif token.type == "list_item_open":
            found.items += 1
        _inside(token, found)
    return found


def _inside(token: Token, found: Seen) -> None:
    for one in (token, *(token.children or ())):
        if one.type.startswith("html"):
            found.html.append(one.content)
        if one.type in {"link_open", "image"}:
            found.links.append(str(one.attrs))


def shape(text: str) -> tuple[list[str], list[list[int]], int, int]:
    """Headings, the cells of each row of each table, items of lists, blocks of SQL: what no text of others may change."""
    found = seen(text)
    return found.headings, [[len(row) for row in table] for table in found.tables], found.items, len(found.fences)


def rows_of_source(text: str) -> list[int]:
    """Bars of each line that is a table's row, as a reader counts them who only knows backslashes."""
    return [len(re.findall(r"(?<!\\)(?:\\\\)*\|", line)) for line in text.splitlines() if line.startswith("|")]
