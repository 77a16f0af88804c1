"""Text of others on our page: no SQL, name or reason may break a table, make Markdown of its own or speak to a terminal."""

import re
import unicodedata

_SPECIAL = re.compile(r"[\\`*\[\]<>|~]|&(?=#?\w+;)|\b_|_\b|(?<!\w)_|_(?!\w)")
_BLOCK = re.compile(r"^(?:[#+=-]|\d+(?=[.)](?:\s|$)))")
"""What makes a heading, a list or a line of a text's first character."""
UNSHOWABLE = "\N{REPLACEMENT CHARACTER}"
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode's categories of control characters, marks that turn the direction of writing, halves of characters, unknown ones."""
FENCE = "```"


def printable(text: str, keep: str = "") -> str:
    """The text without what a terminal obeys and an eye does not see; some such characters may be kept."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(one if one in keep or unicodedata.category(one) not in _HIDDEN else UNSHOWABLE for one in text)


def words(text: str) -> str:
    """Text as one line of prose or a table's cell, which reads in Markdown as it is written."""
    flat = printable(" ".join(text.split()))
    escaped = _SPECIAL.sub(lambda found: f"\\{found[0]}", flat)
    return _BLOCK.sub(lambda found: f"\\{found[0]}" if not found[0].isdigit() else f"{found[0]}\\", escaped)


def code(text: str, longest: int = 0) -> str:
    """Text between backticks, in prose or in a table's cell; cut where it is longer than wanted."""
    flat = printable(" ".join(text.split()))
    if longest and len(flat) > longest:
        flat = f"{flat[: longest - 1].rstrip()}…"
    if not flat:
        return ""
    # A table reads `\|` as a bar, also between backticks; a backslash of the text's own must not stand before it.
    flat = flat.replace("\\|", "\\ |").replace("|", "\\|")
    marks = "`" * (max((len(run) for run in re.findall("`+", flat)), default=0) + 1)
    room = " " if flat.startswith("`") or flat.endswith(("`", "\\")) else ""
    return f"{marks}{room}{flat}{room}{marks}"


def block(text: str) -> str:
    """Lines that stand between fences, which they cannot close."""
    return printable(text, keep="\n\t").replace(FENCE, "` ` `")
