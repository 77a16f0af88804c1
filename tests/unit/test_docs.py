"""Every manifest in docs/ and manifests/examples has the shape of its kind, and every link and name leads somewhere."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from schemachange_operator.api.crd import KINDS
from schemachange_operator.api.explanations import EXPLANATIONS

REPOSITORY = Path(__file__).resolve().parents[2]
PAGES = sorted([REPOSITORY / "README.md", *(REPOSITORY / "docs").rglob("*.md")])
MODELS = {kind.name: kind.model for kind in KINDS}


def documents() -> list[tuple[str, dict[str, Any]]]:
    blocks = [(page, text) for page in PAGES for text in re.findall(r"```yaml\n(.*?)```", page.read_text(), re.DOTALL)]
    blocks += [(path, path.read_text()) for path in sorted((REPOSITORY / "manifests" / "examples").glob("*.yaml"))]
    return [
        (f"{path.name}:{document['kind']}/{document['metadata']['name']}", document)
        for path, text in blocks
        for document in yaml.safe_load_all(text)
        if document and document.get("kind") in MODELS
    ]


def unknown(given: Any, known: Any, path: str = "") -> list[str]:
    """Members that a model has dropped: pydantic passes over what it does not know."""
    if isinstance(given, dict) and isinstance(known, dict):
        return [gone for key, value in given.items() for gone in unknown(value, known.get(key, _ABSENT), f"{path}.{key}")]
    if isinstance(given, list) and isinstance(known, list):
        return [gone for number, value in enumerate(given) for gone in unknown(value, known[number], f"{path}[{number}]")]
    return [path] if known is _ABSENT else []


_ABSENT = object()


def test_there_is_something_to_look_at() -> None:
    assert len(documents()) > 12


@pytest.mark.parametrize(("where", "document"), documents(), ids=[name for name, _ in documents()])
def test_a_manifest_has_the_shape_of_its_kind(where: str, document: dict[str, Any]) -> None:
    read = MODELS[document["kind"]].model_validate(document)
    written = read.model_dump(mode="json", by_alias=True)
    assert unknown(document["spec"], written["spec"]) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(REPOSITORY)))
def test_every_link_leads_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#]+)", page.read_text())
    assert [target for target in targets if "://" not in target and not (page.parent / target).exists()] == []


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_link_into_a_page_leads_to_a_heading() -> None:
    links = [
        (page, target or page.name, anchor)
        for page in PAGES
        for target, anchor in re.findall(r"\]\(([^)#:]*)#([^)]+)\)", page.read_text())
    ]
    assert len(links) > 60
    assert [str(link) for link in links if link[2] not in anchors((link[0].parent / link[1]).resolve())] == []


def test_every_reason_that_a_page_has_explained_exists() -> None:
    named = [name for page in PAGES for name in re.findall(r"schg explain ([A-Z]\w*)", page.read_text())]
    assert "StallBudgetExceeded" in named
    assert [name for name in named if name != "REASON" and name not in EXPLANATIONS] == []


def test_every_test_that_a_page_names_exists() -> None:
    named = [found for page in PAGES for found in re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", page.read_text())]
    assert len(named) > 15
    missing = [
        (path, name)
        for path, name in named
        if not (REPOSITORY / path).is_file() or f"def {name}" not in (REPOSITORY / path).read_text()
    ]
    assert missing == []
