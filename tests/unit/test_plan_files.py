"""The plan as people read it."""

from pathlib import Path

import pytest
import yaml

from schemachange_operator.api.approval import SchemaChangeApproval
from schemachange_operator.core.finding import Finding
from schemachange_operator.core.plan import PlanDocument, PlannedStep
from schemachange_operator.core.plan_files import plan_files
from unit.kube import samples

GOLDEN = Path(__file__).parent / "kube" / "golden" / "plan.md"
DIGEST = "sha256:" + "a" * 64


def files(plan: PlanDocument) -> dict[str, str]:
    return plan_files(samples.change(), samples.database(), plan, DIGEST).data


def test_the_markdown_is_as_agreed() -> None:
    text = files(samples.plan())["plan.md"]
    if not GOLDEN.exists():
        GOLDEN.write_text(text)
        pytest.fail("plan.md was not there; it is written now, look at it")
    assert text == GOLDEN.read_text()


def test_a_harmless_plan_says_so() -> None:
    plan = samples.plan(
        steps=(PlannedStep(name="add", kind="Transaction", undo="not needed"),), difference=(), notes=(), sizes=()
    )
    text = files(plan)["plan.md"]
    assert "Nothing is destroyed" in text
    assert "Nothing in the catalog" in text


def test_what_the_rules_found_is_counted_above_and_listed_the_worst_first() -> None:
    warned = Finding(
        rule="add-check-scans", severity="Warn", step="add", statement=1, line=2, message="a | b.", recipe="Later."
    )
    found = (
        warned.model_copy(update={"rule": "lock-table", "waived": "the table is new"}),
        warned,
        warned.model_copy(update={"rule": "drop-table", "severity": "Block"}),
    )
    text = files(samples.plan(findings=found))["plan.md"]
    assert "| Findings | 1 Block, 1 Warn, 1 waived |" in text
    assert text.index("| Block | drop-table") < text.index("| Warn | add-check-scans") < text.index("| Warn | lock-table")
    assert "a \\| b." in text and "**Waived:** the table is new" in text and "step `add`, statement 1, line 2" in text


def test_the_approval_is_complete_but_for_the_approver() -> None:
    manifest = yaml.safe_load(files(samples.plan())["approval.yaml"])
    manifest["metadata"]["name"] = "made-by-the-server"
    approval = SchemaChangeApproval.model_validate(manifest)
    assert approval.spec.change.uid == samples.UID
    assert approval.spec.plan_digest == DIGEST
    assert (approval.spec.database.namespace, approval.spec.database.name) == ("shop", "orders")
    assert approval.spec.approved_by == "YOUR-USER-NAME"


def test_the_json_is_the_plan() -> None:
    assert PlanDocument.model_validate_json(files(samples.plan())["plan.json"]) == samples.plan()
