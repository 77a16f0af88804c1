"""Whatever SQL, names and reasons hold, the page keeps its shape: no table breaks, nothing becomes HTML, no terminal obeys."""

import unicodedata
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from schemachange_operator.core.page.escaping import block, code, words
from schemachange_operator.core.plan import PlanDocument
from unit.page.reading import seen, shape
from unit.page.samples import change, currency, destructive, text

NASTY = (
    "a|b", "a\\|b", "a\\", "`", "``x`", "a`|`b", "<script>alert(1)</script>", "<!-- x", "]]>", "&lt;b&gt;", "a\nb\n\n# c",
    "\r\n| x | y |\n|---|---|", "```\nend", "~~~", "\x1b[31mred\x1b[0m", "\x9b31m", "\u202egnp.exe", "\u2028x",
    "[x](javascript:alert(1))", "![x](http://x/y.png)", "**bold**", "_x_", "a_b_c", "# heading", "- item", "1. one", "1) one",
    "=====", "---", "> quote", "+ x", "\t\tx", "    x", "http://example.com/|x", "<http://x>", "\x00", "\\`", "a\\`b", "\x7f", "",
)  # fmt: skip
PIECES = some.text(alphabet="ab|\\`<>*_[]()#-+=~&;!\n\r\t\x1b\u202e0123.", max_size=25) | some.sampled_from(NASTY)


def poisoned(value: Any, with_text: str) -> Any:
    """The same value with another text wherever a text of others stands."""
    if isinstance(value, dict):
        return {name: _part(name, one, with_text) for name, one in value.items()}
    if isinstance(value, list):
        return [poisoned(one, with_text) for one in value]
    return value


OURS = {"severity", "lock", "mode", "kind", "change", "answer", "about", "rowsFrom", "rows_from", "irreversible", "opaque"}


def _part(name: str, one: Any, with_text: str) -> Any:
    if isinstance(one, str) and one and name not in OURS:
        return f"x{with_text}" if name != "waived" else one
    if name in {"relations", "rewritten", "notes", "columns_changed"} and one:
        return [f"{number}{with_text}" for number, _ in enumerate(one)]
    return poisoned(one, with_text)


def page_with(plan: PlanDocument, with_text: str) -> str:
    changed = PlanDocument.model_validate(poisoned(plan.model_dump(mode="json"), with_text))
    told = change(why=f"x{with_text}", author=f"x{with_text}", links={f"x{with_text}": f"x{with_text}"})
    return text(changed, findings=changed.findings, change=told)


def check(plan: PlanDocument, with_text: str) -> None:
    plain, printed = page_with(plan, "y"), page_with(plan, with_text)
    assert shape(printed)[1:] == shape(plain)[1:]
    assert len(shape(printed)[0]) == len(shape(plain)[0])
    assert not seen(printed).html and not seen(printed).links
    assert not [one for one in printed if unicodedata.category(one) in {"Cc", "Cf", "Cs"} and one not in "\n\t"]


@pytest.mark.parametrize("nasty", NASTY)
@pytest.mark.parametrize("plan", [currency(), destructive()], ids=["currency", "destructive"])
def test_no_text_changes_the_shape_of_the_page(plan: PlanDocument, nasty: str) -> None:
    check(plan, nasty)


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(PIECES)
def test_no_mixture_changes_the_shape_of_the_page(mixture: str) -> None:
    check(currency(), mixture)


@settings(max_examples=600, deadline=None, derandomize=True)
@given(some.text(max_size=40) | PIECES)
def test_a_cell_is_one_cell_and_says_what_was_written(mixture: str) -> None:
    for cell in (words(mixture), code(mixture)):
        assert "\n" not in cell
        printed = f"| a | b |\n|---|---|\n| {cell} | end |\n"
        (table,) = seen(printed).tables
        assert [len(row) for row in table] == [2, 2] and table[1][1] == "end"
        assert not seen(printed).html and not seen(printed).links


@pytest.mark.parametrize(
    "plain", ["18.1", "2026-11-20", "ada@example.com", "orders_by_day", "a (b), c; d.", "x = 5", "50 %"]
)
def test_plain_words_stay_as_they_are(plain: str) -> None:
    assert words(plain) == plain


def test_a_block_keeps_lines_and_loses_what_a_terminal_obeys() -> None:
    assert block("a\n\tb ```\x1b") == "a\n\tb ` ` `\N{REPLACEMENT CHARACTER}"
    assert words("a\ud800") == "a\N{REPLACEMENT CHARACTER}"
    assert code("x" * 50, 10) == "`xxxxxxxxx…`"
