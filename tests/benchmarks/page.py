"""docs/benchmarks.md: each command that measures writes its own section and leaves the others alone."""

import re
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "benchmarks.md"
TITLE = (
    "# Benchmarks\n\nEach section is written by the command that it names. Figures depend on the machine; ratios less so.\n"
)


def write_section(name: str, text: str, page: Path = PAGE) -> None:
    """Put the text between the markers of this section, at the end of the page when it is new."""
    before = page.read_text() if page.is_file() else TITLE
    page.write_text(with_section(before, name, text))


def with_section(page: str, name: str, text: str) -> str:
    """The page with this section's text replaced, or added at its end."""
    begin, end = f"<!-- begin {name} -->", f"<!-- end {name} -->"
    section = f"{begin}\n{text.strip()}\n{end}"
    marked = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    if marked.search(page):
        return marked.sub(lambda _: section, page)
    return f"{page.rstrip()}\n\n{section}\n"
