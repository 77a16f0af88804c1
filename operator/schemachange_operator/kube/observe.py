"""Gather everything that is known of one change, live from the API server, into a World."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from pydantic import ValidationError

from schemachange_operator.api.approval import SchemaChangeApproval
from schemachange_operator.api.database import PostgresDatabase
from schemachange_operator.api.policy import SchemaPolicy, SchemaPolicySpec
from schemachange_operator.api.reason import Reason
from schemachange_operator.api.schema_change import SchemaChange
from schemachange_operator.core.content import Content
from schemachange_operator.core.digest import text_digest
from schemachange_operator.core.jobs import config_map_name
from schemachange_operator.core.plan import PlanDocument
from schemachange_operator.core.quarantine import in_full
from schemachange_operator.core.revert import reverting
from schemachange_operator.core.sources import config_maps_named, resolve
from schemachange_operator.core.task import ChangeIdentity
from schemachange_operator.core.world import Problem, Sibling, World
from schemachange_operator.kube import pods
from schemachange_operator.kube.client import Client
from schemachange_operator.kube.config_maps import plan_text
from schemachange_operator.kube.job_observer import observe_jobs
from schemachange_operator.kube.parsing import parse, shape_problem
from schemachange_operator.kube.resources import (
    ADMISSION_BINDINGS,
    ADMISSION_POLICIES,
    APPROVALS,
    CONFIG_MAPS,
    DATABASES,
    POLICIES,
    SCHEMA_CHANGES,
)

APPROVAL_POLICY = "schemachange-approvals"
"""The name of the ValidatingAdmissionPolicy that proves who approves, and of its binding."""


class Siblings(Protocol):
    """Where other changes are looked up: a cache, since order and fairness may be a moment late. Safety is the ledger's."""

    def siblings(self, change: SchemaChange) -> Sequence[Sibling]:
        """Other changes of this namespace and of the same database."""
        ...


@dataclass(frozen=True)
class Observer:
    """The eyes of the operator."""

    client: Client
    others: Siblings
    clock: Callable[[], datetime]

    def change(self, namespace: str, name: str) -> dict[str, Any] | None:
        """The change as it is now; None when it is gone."""
        return self.client.find(SCHEMA_CHANGES, name, namespace)

    def world(self, body: dict[str, Any]) -> World:
        """Everything around one change. Raises ApiError; ValidationError when the change itself has not its shape."""
        change = parse(SchemaChange, body)
        problems: list[Problem] = []
        database = self._database(change, problems)
        # Known without the database's object: Jobs that run must stay in sight when somebody deletes that.
        place = change.spec.database.namespace or change.metadata.namespace
        content, missing = self._content(change, place)
        jobs, fresh = observe_jobs(self.client, change, place)
        return World(
            now=self.clock(),
            change=change,
            database=database,
            policy=self._policy(database, problems),
            content=content,
            problems=(*problems, *missing),
            approvals=self._approvals(change),
            approval_policy_since=self._approval_policy_since(),
            siblings=tuple(self.others.siblings(change)),
            jobs=jobs,
            fresh_plan=fresh,
            stored_plan=self._stored_plan(change, place),
        )

    def _database(self, change: SchemaChange, problems: list[Problem]) -> PostgresDatabase | None:
        reference = change.spec.database
        body = self.client.find(DATABASES, reference.name, reference.namespace or change.metadata.namespace)
        try:
            return parse(PostgresDatabase, body) if body else None
        except ValidationError as error:
            problems.append(shape_problem("spec.database", error))
            return None

    def _policy(self, database: PostgresDatabase | None, problems: list[Problem]) -> SchemaPolicySpec | None:
        """The defaults where the database names none."""
        if database is None or database.spec.policy is None:
            return SchemaPolicySpec()
        body = self.client.find(POLICIES, database.spec.policy.name, database.metadata.namespace)
        try:
            return parse(SchemaPolicy, body).spec if body else None
        except ValidationError as error:
            problems.append(shape_problem("PostgresDatabase.spec.policy", error))
            return SchemaPolicySpec()

    def _content(self, change: SchemaChange, place: str) -> tuple[Content | None, tuple[Problem, ...]]:
        """What is frozen counts while it is frozen: Git may have pruned or changed the ConfigMaps that it came from."""
        frozen = _frozen_digest(change)
        kept = self._frozen_content(change, place, frozen) if frozen else None
        if kept:
            return kept, ()
        content, missing = self._reverting(change) if change.spec.revert_of else self._resolved(change)
        if frozen and not missing and (content is None or content.digest() != frozen):
            return None, (_other_content(frozen),)
        return content, missing

    def _frozen_content(self, change: SchemaChange, place: str, frozen: str) -> Content | None:
        name = config_map_name(_identity(change), "content", frozen)
        text = self._data(place, name).get(pods.CONTENT_KEY, "")
        return Content.model_validate_json(text) if text_digest(text) == frozen else None

    def _resolved(self, change: SchemaChange) -> tuple[Content | None, tuple[Problem, ...]]:
        """From the manifest and the ConfigMaps that it names."""
        namespace = change.metadata.namespace
        found = {name: self.client.find(CONFIG_MAPS, name, namespace) for name in config_maps_named(change.spec)}
        return resolve(change.spec, {name: body.get("data", {}) if body else None for name, body in found.items()})

    def _reverting(self, change: SchemaChange) -> tuple[Content | None, tuple[Problem, ...]]:
        """Out of the completed change that is undone, live: the frozen content of that, or its manifest where that is gone."""
        name = change.spec.revert_of.name if change.spec.revert_of else ""
        body = self.change(change.metadata.namespace, name)
        try:
            original = parse(SchemaChange, body) if body else None
        except ValidationError as error:
            return None, (shape_problem("spec.revertOf", error),)
        return reverting(change, original, self._applied(original) if original else None)

    def _applied(self, original: SchemaChange) -> Content | None:
        frozen = _frozen_digest(original)
        if not frozen:
            return None
        place = original.spec.database.namespace or original.metadata.namespace
        content = self._frozen_content(original, place, frozen)
        if content is None and original.spec.revert_of is None:
            resolved, _ = self._resolved(original)
            content = resolved if resolved and resolved.digest() == frozen else None
        if content is None or not any(step.quarantine for step in content.steps):
            return content
        plan = self._stored_plan(original, place)
        return in_full(content, plan.written) if plan else content

    def _stored_plan(self, change: SchemaChange, place: str) -> PlanDocument | None:
        plan = change.status.plan
        if plan is None:
            return None
        body = self.client.find(CONFIG_MAPS, config_map_name(_identity(change), "plan", plan.evidence_digest), place)
        text = plan_text(body) if body else ""
        return PlanDocument.model_validate_json(text) if text_digest(text) == plan.evidence_digest else None

    def _data(self, namespace: str, name: str) -> dict[str, str]:
        body = self.client.find(CONFIG_MAPS, name, namespace)
        data: dict[str, str] = body.get("data", {}) if body else {}
        return data

    def _approvals(self, change: SchemaChange) -> tuple[SchemaChangeApproval, ...]:
        """Live, since a withdrawn approval must not count. One without its shape is nobody's approval."""
        found = []
        for body in self.client.list_all(APPROVALS, change.metadata.namespace):
            if body.get("spec", {}).get("change", {}).get("name") == change.metadata.name:
                try:
                    found.append(parse(SchemaChangeApproval, body))
                except ValidationError:
                    continue
        return tuple(found)

    def _approval_policy_since(self) -> datetime | None:
        """When the admission policy and its binding were both there; None where one is missing or does not deny."""
        policy = self.client.find(ADMISSION_POLICIES, APPROVAL_POLICY)
        binding = self.client.find(ADMISSION_BINDINGS, APPROVAL_POLICY)
        if policy is None or binding is None:
            return None
        if policy["spec"].get("failurePolicy") != "Fail" or "Deny" not in binding["spec"].get("validationActions", []):
            return None
        stamps = [body["metadata"]["creationTimestamp"] for body in (policy, binding)]
        return max(datetime.fromisoformat(stamp) for stamp in stamps)


def _frozen_digest(change: SchemaChange) -> str:
    """The digest of what is, or may be, applied; empty while nothing is."""
    status = change.status
    if not status.frozen:
        return ""
    return status.plan.content_digest if status.plan else status.content_digest


def _other_content(frozen: str) -> Problem:
    return Problem(
        Reason.CONTENT_MISMATCH,
        "spec.migration",
        f"the frozen content ({frozen[:19]}) is gone and its sources hold another; bring the ConfigMaps back as they were",
    )


def _identity(change: SchemaChange) -> ChangeIdentity:
    metadata = change.metadata
    return ChangeIdentity(uid=metadata.uid, namespace=metadata.namespace, name=metadata.name)
