"""Effects as calls to the API server. Each may be done twice: the second time finds it done."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from schemachange_operator.core.jobs import JobOrder
from schemachange_operator.core.order import identity, job_order
from schemachange_operator.core.outcome import (
    AddFinalizer,
    CreateJob,
    DeleteJob,
    Effect,
    RemoveFinalizer,
    StorePlan,
)
from schemachange_operator.core.phases.approval import wanted_count
from schemachange_operator.core.plan_files import plan_files
from schemachange_operator.core.plan_split import split
from schemachange_operator.core.world import IN_FLIGHT_FINALIZER, World
from schemachange_operator.kube import config_maps, labels
from schemachange_operator.kube.client import Client
from schemachange_operator.kube.errors import AlreadyExists, Invalid, NotFound
from schemachange_operator.kube.jobs import job_manifest
from schemachange_operator.kube.pods import Manifest, RunnerImage
from schemachange_operator.kube.resources import CONFIG_MAPS, JOBS, SCHEMA_CHANGES, Resource

Json = dict[str, Any]

BEFORE_STATUS = (StorePlan, AddFinalizer)
"""Effects that the status of the same pass speaks of as done. All others rest on the status that is written first."""


@dataclass(frozen=True)
class Actor:
    """The hands of the operator. Every method raises ApiError."""

    client: Client
    image: Callable[[], RunnerImage]

    def act(self, effect: Effect, world: World, body: Json) -> Json:
        """Do one effect; `body` is the change as last seen, the answer is the change after it."""
        match effect:
            case CreateJob():
                self._create_job(job_order(world, effect))
            case DeleteJob(name):
                self._delete_job(world, name)
            case StorePlan():
                self._store_plan(world)
            case AddFinalizer():
                return self._finalizers(body, add=True)
            case RemoveFinalizer():
                return self._finalizers(body, add=False)
        return body

    def _create_job(self, order: JobOrder) -> None:
        for config_map in config_maps.frozen(order):
            self._freeze(config_map)
        manifest = job_manifest(order, self.image())
        try:
            self.client.create(JOBS, manifest)
        except AlreadyExists:
            self._check_labels(JOBS, manifest)

    def _check_labels(self, resource: Resource, manifest: Manifest) -> None:
        """A name that somebody else took would be read as an answer of ours."""
        metadata = manifest["metadata"]
        there = self.client.get(resource, metadata["name"], metadata["namespace"])["metadata"].get("labels", {})
        if not metadata["labels"].items() <= there.items():
            raise Invalid(f"{resource.plural} {metadata['namespace']}/{metadata['name']} exists and is not the operator's")

    def _freeze(self, manifest: Manifest) -> None:
        """One with other data under that name is no freeze of ours: the name is a digest of the data."""
        metadata = manifest["metadata"]
        there = self.client.find(CONFIG_MAPS, metadata["name"], metadata["namespace"])
        if there is not None and there.get("data") == manifest["data"]:
            return
        if there is not None:
            self._delete(CONFIG_MAPS, metadata["name"], metadata["namespace"], "Background")
        try:
            self.client.create(CONFIG_MAPS, manifest)
        except AlreadyExists:
            self._check_labels(CONFIG_MAPS, manifest)

    def _store_plan(self, world: World) -> None:
        plan, status = world.fresh_plan, world.status.plan
        if plan is None or status is None or world.database is None:
            return
        change = identity(world)
        self._freeze(config_maps.frozen_plan(change, world.database.metadata.namespace, plan))
        files = plan_files(
            world.change, world.database, plan, status.digest, world.policy, wanted_count(world), status.backed_up
        )
        for part in split(files):
            self._write(config_maps.plan_for_people(change, part))

    def _write(self, manifest: Manifest) -> None:
        """Create, or overwrite what is ours."""
        metadata = manifest["metadata"]
        try:
            self.client.create(CONFIG_MAPS, manifest)
        except AlreadyExists:
            there = self.client.get(CONFIG_MAPS, metadata["name"], metadata["namespace"])
            if there["metadata"].get("labels", {}).get(labels.MANAGED_BY) != labels.MANAGER:
                raise Invalid(
                    f"ConfigMap {metadata['namespace']}/{metadata['name']} exists and is not the operator's; the plan has no"
                    " place to be read. Rename or remove it."
                ) from None
            # A key of an earlier plan would stay: a merge patch removes what it names as null.
            gone = dict.fromkeys(there.get("data", {}).keys() - manifest["data"].keys())
            patch = {**manifest, "data": {**gone, **manifest["data"]}}
            self.client.merge_patch(CONFIG_MAPS, metadata["name"], metadata["namespace"], patch)

    def _delete_job(self, world: World, name: str) -> None:
        """Foreground: the Job stays in sight, as Deleting, until its pods have ended."""
        if world.database:
            self._delete(JOBS, name, world.database.metadata.namespace, "Foreground")

    def _delete(self, resource: Resource, name: str, namespace: str, propagation: str) -> None:
        try:
            self.client.delete(resource, name, namespace, propagation)
        except NotFound:
            return

    def _finalizers(self, body: Json, *, add: bool) -> Json:
        """With the version that was read: finalizers of others are neither lost nor brought back."""
        metadata = body["metadata"]
        others = [name for name in metadata.get("finalizers", []) if name != IN_FLIGHT_FINALIZER]
        wanted = [*others, IN_FLIGHT_FINALIZER] if add else others
        if wanted == metadata.get("finalizers", []):
            return body
        patch = {"metadata": {"resourceVersion": metadata["resourceVersion"], "finalizers": wanted}}
        try:
            return self.client.merge_patch(SCHEMA_CHANGES, metadata["name"], metadata["namespace"], patch)
        except NotFound:
            return body
