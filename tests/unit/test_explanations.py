"""Every reason at which a change can stop has its explanation, and every explanation a reason that code can give."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from generate import REPOSITORY
from schemachange_operator.api.explanations import EXPLANATIONS, PARTS, PROGRESS, help_for
from schemachange_operator.api.reason import Reason
from schemachange_operator.api.reference import reasons_page

PRODUCT = REPOSITORY / "operator" / "schemachange_operator"
FILES = "operator/schemachange_operator/api/explanations"
STOPPING = frozenset({"Stop", "TryLater", "InvalidSql", "Blocked", "Wait", "Problem", "JobProblem"})
"""What is called with a reason when a change stops, waits, or does not get on."""


def uses() -> Iterator[tuple[str, str, str]]:
    """Every `Reason.X` of the product outside of api/: the name X, what it is an argument of ("" for none), and where."""
    for path in sorted(PRODUCT.rglob("*.py")):
        if path.is_relative_to(PRODUCT / "api"):
            continue
        tree = ast.parse(path.read_text())
        called = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
                for argument in [*node.args, *(keyword.value for keyword in node.keywords)]:
                    called[id(argument)] = name
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Reason":
                yield node.attr, called.get(id(node), ""), f"{path.relative_to(REPOSITORY)}:{node.lineno}"


def stops() -> dict[Reason, list[str]]:
    """Reasons that a change stops or waits for, each with the places."""
    found = defaultdict(list)
    for name, called, where in uses():
        if called in STOPPING:
            found[Reason[name]].append(where)
    return found


def test_the_search_finds_what_stops() -> None:
    found = stops()
    assert len(found) > 40
    assert {Reason.WAITING_FOR_LOCK, Reason.NO_OWNER, Reason.WINDOW_CLOSED, Reason.APPROVAL_REJECTED} <= set(found)


@pytest.mark.parametrize("reason", sorted(stops()))
def test_a_reason_that_a_change_stops_for_is_explained(reason: Reason) -> None:
    assert reason in EXPLANATIONS, (
        f"Reason.{reason.name} has no explanation, and a change stops for it at {', '.join(stops()[reason])}:"
        f" write its state, way on and whether it goes on by itself in the file of its phase in {FILES}/"
    )


def test_every_reason_is_explained_or_one_at_which_nothing_stops() -> None:
    missing = [reason.name for reason in Reason if reason not in EXPLANATIONS and reason not in PROGRESS]
    assert missing == [], (
        f"Reason.{', Reason.'.join(missing)}: write the explanation in the file of its phase in {FILES}/,"
        f" or, if no change ever stops for it, its name in {FILES}/progress.py"
    )


def test_no_reason_is_both_explained_and_one_at_which_nothing_stops() -> None:
    assert PROGRESS & set(EXPLANATIONS) == set()


def test_no_reason_is_explained_twice() -> None:
    assert sum(len(part.reasons) for part in PARTS) == len(EXPLANATIONS)


def test_no_explanation_is_dead() -> None:
    used = {Reason[name] for name, _, _ in uses()}
    dead = [reason.name for reason in EXPLANATIONS if reason not in used]
    assert dead == [], f"no code gives Reason.{', Reason.'.join(dead)}: remove it from {FILES}/ and from api/reason.py"


@pytest.mark.parametrize("reason", EXPLANATIONS)
def test_an_explanation_is_in_whole_sentences(reason: Reason) -> None:
    one = EXPLANATIONS[reason]
    assert all(text.endswith(".") and text[0].isupper() for text in (one.state, one.way_on, one.by_itself))


@pytest.mark.parametrize("reason", EXPLANATIONS)
def test_an_explanation_has_its_section_and_its_command(reason: Reason) -> None:
    page = reasons_page()
    assert f"\n### {reason.value}\n\n{reason.meaning}\n" in page
    assert help_for(reason) == f"schg explain {reason.value}"


def test_there_is_no_help_where_nothing_stops() -> None:
    assert {help_for(reason) for reason in PROGRESS} == {""}


@pytest.mark.parametrize("path", sorted((REPOSITORY / FILES).glob("*.py")), ids=lambda path: path.name)
def test_a_file_of_explanations_is_small(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 300
