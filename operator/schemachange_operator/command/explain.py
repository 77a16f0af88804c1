"""`schg explain`: what a reason in status means, what the state is then, and how to go on."""

import argparse
import difflib
import textwrap
from collections.abc import Iterator

from schemachange_operator.api.explanations import EXPLANATIONS, PARTS
from schemachange_operator.api.reason import Reason
from schemachange_operator.command.errors import UsageError

WIDTH = 100
INDENT = "  "


def add_explain(explain: argparse.ArgumentParser) -> None:
    """The arguments of `schg explain`."""
    explain.add_argument("reason", nargs="?", default="", metavar="REASON", help="as in status.reason (default: list all)")


def explain(given: argparse.Namespace) -> str:
    """The text to print. Raises UsageError for a word that is no reason."""
    return "\n".join(_one(_find(given.reason)) if given.reason else _all()) + "\n"


def _find(word: str) -> Reason:
    known = {reason.value.lower(): reason for reason in Reason}
    if word.lower() in known:
        return known[word.lower()]
    near = difflib.get_close_matches(word.lower(), known, n=1)
    hint = f" Is {known[near[0]].value} meant?" if near else ""
    raise UsageError(f"there is no reason {word}.{hint} `schg explain` lists all of them")


def _one(reason: Reason) -> Iterator[str]:
    yield f"{reason.value}: {reason.meaning}"
    one = EXPLANATIONS.get(reason)
    told = one.told() if one else (("The state", "Nothing stops here: work is under way, or done."),)
    for title, text in told:
        yield ""
        yield f"{title}:"
        yield from textwrap.wrap(text, WIDTH, initial_indent=INDENT, subsequent_indent=INDENT, break_on_hyphens=False)


def _all() -> Iterator[str]:
    width = max(len(reason.value) for reason in EXPLANATIONS)
    for number, part in enumerate(PARTS):
        yield from ([""] if number else [])
        yield f"{part.title}:"
        yield from (f"{INDENT}{reason.value:{width}}  {reason.meaning}" for reason in part.reasons)
