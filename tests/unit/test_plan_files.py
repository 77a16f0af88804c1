"""The plan as people read it."""

import yaml

from schemachange_operator.api.approval import SchemaChangeApproval
from schemachange_operator.api.policy import SchemaPolicySpec
from schemachange_operator.core.plan import PlanDocument
from schemachange_operator.core.plan_files import plan_files
from unit.kube import samples

DIGEST = "sha256:" + "a" * 64


def files(plan: PlanDocument) -> dict[str, str]:
    return plan_files(samples.change(), samples.database(), plan, DIGEST).data


def test_the_page_has_the_decision_and_what_the_policy_says() -> None:
    page = plan_files(samples.change(), samples.database(), samples.plan(), DIGEST, SchemaPolicySpec(), 2).data["plan.md"]
    assert page.startswith("# Plan of shop/orders-currency\n\n**Verdict: it destroys data")
    assert "2 people of the data's owners" in page and "stands as the test for 168 hours" in page
    assert "kubectl get configmap/orders-currency-plan --namespace shop" in page.partition("## To approve")[2]


def test_the_page_says_the_backups_that_the_policy_asks_for() -> None:
    first = samples.plan().steps[0].name
    plan = samples.plan().model_copy(
        update={"steps": tuple(one.model_copy(update={"destroys": False}) for one in samples.plan().steps)}
    )
    asked = plan_files(samples.change(), samples.database(), plan, DIGEST, asked_backups=(first,)).data["plan.md"]
    assert f"**Back up** what step `{first}`" in asked and "**Back up**" not in files(plan)["plan.md"]


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
