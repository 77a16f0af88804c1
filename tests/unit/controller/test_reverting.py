"""A change with revertOf finds its content in the frozen ConfigMap of the completed one; that one says by whom it was undone."""

from datetime import UTC, datetime
from typing import Any

import pytest

from schemachange_operator.api.base import API_VERSION
from schemachange_operator.controller.cache import Cache
from schemachange_operator.controller.reconcile import Reconciler
from schemachange_operator.core.content import Content
from schemachange_operator.core.revert import reverted
from schemachange_operator.kube import config_maps
from schemachange_operator.kube.act import Actor
from schemachange_operator.kube.observe import APPROVAL_POLICY, Observer
from schemachange_operator.kube.parsing import sibling
from schemachange_operator.kube.pods import RunnerImage
from schemachange_operator.kube.recorder import Recorder
from unit.kube import samples
from unit.kube.fake_api import FakeApi
from unit.phases.simulation import CHANGE, DATABASE

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
OURS = f"/apis/{API_VERSION}/namespaces/shop"
ADMISSION = "/apis/admissionregistration.k8s.io/v1"
APPLIED = Content.model_validate(
    {
        "steps": [
            {"name": "a", "sql": "CREATE TABLE a (id int)", "undo": {"sql": "DROP TABLE a"}},
            {"name": "b", "sql": "CREATE TABLE b (id int)", "undo": {"sql": "DROP TABLE b"}},
        ]
    }
)
COMPLETED = {
    "phase": "Completed", "reason": "Completed", "message": "Applied and verified.", "frozen": True,
    "contentDigest": APPLIED.digest(), "completedAt": "2026-11-23T11:00:00Z",
}  # fmt: skip


class Shop:
    """The API server with an original and its revert."""

    def __init__(self) -> None:
        self.api, self.cache = FakeApi(), Cache()
        self.api.put(f"{OURS}/postgresdatabases/orders", {"spec": DATABASE["spec"]})
        self.api.put(f"{ADMISSION}/validatingadmissionpolicies/{APPROVAL_POLICY}", {"spec": {"failurePolicy": "Fail"}})
        deny = {"spec": {"validationActions": ["Deny"]}}
        self.api.put(f"{ADMISSION}/validatingadmissionpolicybindings/{APPROVAL_POLICY}", deny)
        image = RunnerImage("operator:1")
        self.reconciler = Reconciler(
            Observer(self.api, self.cache, lambda: NOW),
            Actor(self.api, lambda: image),
            Recorder(self.api, "test", lambda: NOW),
            self.cache,
            lambda _: None,
        )
        own = {key: value for key, value in CHANGE["spec"].items() if key != "migration"}
        self.put("undo", {**own, "revertOf": {"name": "original"}}, {})

    def put(self, name: str, spec: dict[str, Any], status: dict[str, Any]) -> None:
        metadata = {**CHANGE["metadata"], "name": name, "uid": f"{name}-{CHANGE['metadata']['uid']}"}
        status = {"observedGeneration": -1, **status}
        self.api.put(f"{OURS}/schemachanges/{name}", {"metadata": metadata, "spec": spec, "status": status})
        self.cache.put(sibling(self.api.objects[f"{OURS}/schemachanges/{name}"]))

    def original(self, **status: Any) -> None:
        self.put("original", CHANGE["spec"], status)

    def freeze(self) -> None:
        change = samples.IDENTITY.model_copy(
            update={"name": "original", "uid": self.api.objects[f"{OURS}/schemachanges/original"]["metadata"]["uid"]}
        )
        manifest = config_maps.frozen_content(change, "shop", APPLIED)
        self.api.put(f"/api/v1/namespaces/shop/configmaps/{manifest['metadata']['name']}", manifest)

    def look(self, name: str = "undo") -> dict[str, Any]:
        self.reconciler.reconcile(("shop", name))
        found: dict[str, Any] = self.api.objects[f"{OURS}/schemachanges/{name}"]["status"]
        return found


def test_the_revert_is_planned_from_the_frozen_content() -> None:
    shop = Shop()
    shop.original(**COMPLETED)
    shop.freeze()
    status = shop.look()
    content, _ = reverted(APPLIED, "shop", "original")
    assert content is not None
    assert (status["phase"], status["contentDigest"]) == ("Planning", content.digest())
    assert [step["name"] for step in status["steps"]] == ["undo-b", "undo-a"]
    assert len(shop.api.names("jobs")) == 1


@pytest.mark.parametrize(
    ("status", "phase", "reason", "words"),
    [
        (None, "Pending", "DependencyMissing", "spec.revertOf"),
        ({"phase": "Applying"}, "Pending", "DependencyNotCompleted", "original (Applying)"),
        ({**COMPLETED, "revertedBy": "another"}, "Blocked", "RevertRefused", "undone already by another"),
        (COMPLETED, "Blocked", "SourceNotFound", "apply its manifest as it was"),
    ],
    ids=["missing", "not completed", "undone", "content lost"],
)
def test_what_keeps_it_from_being_planned(status: dict[str, Any] | None, phase: str, reason: str, words: str) -> None:
    shop = Shop()
    if status is not None:
        shop.original(**status)
    found = shop.look()
    assert (found["phase"], found["reason"]) == (phase, reason)
    assert words in found["message"]
    assert shop.api.names("jobs") == []


def test_an_original_seen_completed_by_others_and_gone_since_is_waited_for() -> None:
    shop = Shop()
    shop.original(**COMPLETED)
    del shop.api.objects[f"{OURS}/schemachanges/original"]
    assert shop.look()["reason"] == "DependencyNotCompleted"


def test_the_original_says_by_whom_it_was_undone_and_remembers() -> None:
    shop = Shop()
    shop.original(**COMPLETED)
    shop.freeze()
    assert shop.look("original")["reason"] == "Completed"
    undo = shop.api.objects[f"{OURS}/schemachanges/undo"]
    undo["status"] = {**undo["status"], "phase": "Completed"}
    assert ("shop", "original") in shop.cache.put(sibling(undo)), "it is woken"
    status = shop.look("original")
    assert (status["phase"], status["reason"], status["revertedBy"]) == ("Completed", "Reverted", "undo")
    conditions = {one["type"]: (one["status"], one["message"]) for one in status["conditions"]}
    assert conditions["Reverted"] == ("True", "Undone by undo.")
    assert conditions["Ready"][0] == "True"
    shop.cache.remove(("shop", "undo"))
    assert shop.look("original")["revertedBy"] == "undo"


def test_what_depends_on_a_change_that_was_undone_waits() -> None:
    shop = Shop()
    shop.original(**COMPLETED, revertedBy="undo")
    shop.put("next", {**CHANGE["spec"], "dependsOn": [{"name": "original"}]}, {})
    status = shop.look("next")
    assert (status["phase"], status["reason"]) == ("Pending", "DependencyNotCompleted")
    assert "original (undone by undo)" in status["message"]
    undo = shop.api.objects[f"{OURS}/schemachanges/undo"]
    shop.put("undo", undo["spec"], {"phase": "Completed", "revertedBy": "again"})
    assert shop.look("next")["phase"] == "Planning", "what undid it has been undone"
