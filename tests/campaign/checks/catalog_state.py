"""The catalog is one of the two allowed states, and the one that the change says it is in."""

import difflib

from campaign.checks.reading import Session, catalog
from campaign.facts import Facts


def check(session: Session, facts: Facts) -> list[str]:
    """The catalog against its reference."""
    wanted = facts.after if facts.ended == "Completed" else facts.before
    found = catalog(facts.url)
    if found == wanted:
        return []
    other = " (it is as the other end would have left it)" if found in {facts.before, facts.after} else ""
    lines = difflib.unified_diff(wanted.splitlines(), found.splitlines(), "wanted", "found", lineterm="", n=1)
    return [f"the change is {facts.ended} and the catalog is not as it should be{other}: {' / '.join(list(lines)[:30])}"]
