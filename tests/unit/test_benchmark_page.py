"""Each benchmark writes its own section of the page."""

from pathlib import Path

from benchmarks.page import TITLE, with_section, write_section


def test_sections_stand_beside_each_other(tmp_path: Path) -> None:
    page = tmp_path / "benchmarks.md"
    write_section("one", "first\n", page)
    write_section("two", "second", page)
    write_section("one", r"first \1 again", page)
    text = page.read_text()
    assert text.startswith(TITLE)
    assert text.index(r"first \1 again") < text.index("second")
    assert "first\n" not in text


def test_the_same_text_changes_nothing() -> None:
    page = with_section(TITLE, "one", "first")
    assert with_section(page, "one", "first") == page
