"""A plan that is too big for one ConfigMap."""

import base64
import json
from dataclasses import replace
from pathlib import Path

import pytest

from schemachange_operator.core.plan import PlanDocument
from schemachange_operator.core.plan_files import PlanFiles, plan_files
from schemachange_operator.core.plan_split import LIMIT, split
from schemachange_operator.kube.config_maps import frozen_plan, plan_text
from schemachange_operator.runner.environment import _plan
from unit.kube import samples

DIGEST = "sha256:" + "a" * 64


def plan(count: int, text: str = "ALTER TABLE orders ADD COLUMN ü text -- ßßß") -> PlanDocument:
    (step, *_) = samples.plan().steps
    (statement,) = step.statements
    statements = tuple(statement.model_copy(update={"number": number, "text": text}) for number in range(1, count + 1))
    return samples.plan(steps=(step.model_copy(update={"statements": statements}),))


def files(count: int, **others: str) -> PlanFiles:
    return plan_files(samples.change(), samples.database(), plan(count, **others), DIGEST)


def size(part: PlanFiles) -> int:
    return sum(len(text.encode()) for text in part.data.values())


def test_a_plan_that_fits_stays_whole() -> None:
    assert split(files(100)) == (files(100),)


@pytest.mark.parametrize(("count", "limit"), [(10_000, LIMIT), (300, 10_000), (5, 5_000)])
def test_a_big_plan_is_split_and_every_part_can_be_read(count: int, limit: int) -> None:
    whole = files(count)
    parts = split(whole, limit)
    assert [part.config_map for part in parts[:3]] == [
        "orders-currency-plan", "orders-currency-plan-2", "orders-currency-plan-3",
    ][: len(parts)]  # fmt: skip
    assert all(size(part) <= limit for part in parts)
    pages = [part.data["plan.md"] for part in parts if "plan.md" in part.data]
    assert parts[0].data["approval.yaml"] == whole.data["approval.yaml"]
    assert f"part 1 of {len(pages)}" in pages[0]
    for number, page in enumerate(pages[:-1]):
        assert page.count("```") % 2 == 0
        assert f"goes on in ConfigMap {parts[number + 1].config_map}" in page
    lines = set("\n".join(pages).splitlines())
    assert [line for line in whole.data["plan.md"].splitlines() if line not in lines] == []
    document = "".join(text for part in parts for name, text in part.data.items() if name.startswith("plan.json."))
    assert json.loads(document) == json.loads(whole.data["plan.json"])


def test_a_line_that_is_longer_than_a_part_is_cut_between_characters() -> None:
    whole = replace(files(1), data={**files(1).data, "plan.md": "ü" * 20_000})
    parts = split(whole, 6_001)
    assert sum(part.data.get("plan.md", "").count("ü") for part in parts) == 20_000
    assert all(size(part) <= 6_001 for part in parts)


@pytest.mark.parametrize("count", [1, 10_000])
def test_a_frozen_plan_is_packed_where_it_has_to_be(count: int) -> None:
    document = plan(count)
    manifest = frozen_plan(samples.IDENTITY, "shop", document)
    assert plan_text(manifest) == document.text()
    assert manifest == frozen_plan(samples.IDENTITY, "shop", document)
    assert bool(manifest["data"]) == (count == 1)
    assert len(json.dumps(manifest)) < LIMIT


def test_the_runner_reads_a_packed_plan(tmp_path: Path) -> None:
    document = plan(10_000)
    manifest = frozen_plan(samples.IDENTITY, "shop", document)
    for name, text in manifest["binaryData"].items():
        (tmp_path / name).write_bytes(base64.b64decode(text))
    assert _plan(tmp_path / "plan.json") == document
    assert _plan(tmp_path / "other.json") is None
