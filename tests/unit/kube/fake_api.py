"""An API server in memory, behind the real client: versions, conflicts, label selectors, nothing else.

Not a proof of anything that the real one decides (schemas, admission, garbage collection): tests/cluster has that.
"""

import copy
import itertools
import json
from typing import Any

from schemachange_operator.kube.client import Client
from schemachange_operator.kube.errors import error_for

Json = dict[str, Any]
CREATED = "2026-11-23T12:00:00Z"


class FakeApi(Client):
    """Objects by path; every call that changes something is remembered."""

    def __init__(self) -> None:
        self.objects: dict[str, Json] = {}
        self.logs: dict[str, str] = {}
        """pod/container → text."""
        self.changes: list[str] = []
        """METHOD path."""
        self.refuse: dict[str, tuple[int, str]] = {}
        """METHOD path, or its beginning → status and reason to answer with."""
        self._versions = itertools.count(1)

    def put(self, path: str, body: Json) -> Json:
        """Place an object."""
        body = copy.deepcopy(body)
        name = path.rsplit("/", 1)[1]
        metadata = {"name": name, "uid": f"uid-{name}", "creationTimestamp": CREATED, **body.get("metadata", {})}
        if "/namespaces/" in path:
            metadata["namespace"] = path.split("/namespaces/")[1].split("/", maxsplit=1)[0]
        self.objects[path] = {**body, "metadata": {**metadata, "resourceVersion": str(next(self._versions))}}
        return self.objects[path]

    def names(self, plural: str) -> list[str]:
        """Names of all objects of a resource."""
        return sorted(path.rsplit("/", 1)[1] for path in self.objects if path.rsplit("/", 2)[1] == plural)

    def _call(
        self, method: str, path: str, query: Any = None, body: Any = None, content_type: str = "application/json"
    ) -> str:
        asked = f"{method} {path}"
        for beginning, (status, reason) in self.refuse.items():
            if asked.startswith(beginning):
                raise self._error(status, reason, asked)
        if method != "GET":
            self.changes.append(asked)
        if path.endswith("/log"):
            return self.logs.get(f"{path.split('/')[-2]}/{query['container']}", "")
        answer = getattr(self, f"_{method.lower()}")(path, query or {}, copy.deepcopy(body))
        return json.dumps(answer)

    def _get(self, path: str, query: Json, _: Any) -> Json:
        plural = path.rsplit("/", 1)[1]
        if path in self.objects:
            return self.objects[path]
        if plural in ("jobs", "pods", "configmaps", "schemachanges", "schemachangeapprovals"):
            return {"metadata": {}, "items": list(self._matching(path, plural, query.get("labelSelector", "")))}
        raise self._error(404, "NotFound", path)

    def _matching(self, path: str, plural: str, selector: str) -> Any:
        folder, _, _ = path.rpartition("/")
        wanted = [part.partition("=") for part in selector.split(",") if part]
        for at, body in self.objects.items():
            labels = body["metadata"].get("labels", {})
            fits = all(name in labels and value in ("", labels[name]) for name, _, value in wanted)
            if fits and at.startswith(folder) and at.rsplit("/", 2)[1] == plural:
                yield body

    def _post(self, path: str, _: Json, body: Json) -> Json:
        at = f"{path}/{body['metadata']['name']}"
        if at in self.objects:
            raise self._error(409, "AlreadyExists", at)
        return self.put(at, body)

    def _patch(self, path: str, _: Json, body: Json) -> Json:
        before = self._current(path, body)
        return self.put(path, merged(before, body))

    def _put(self, path: str, _: Json, body: Json) -> Json:
        at = path.removesuffix("/status")
        before = self._current(at, body)
        return self.put(at, {**before, "status": body["status"]} if path.endswith("/status") else body)

    def _delete(self, path: str, _: Json, body: Json) -> Json:
        self._current(path, {})
        if body["propagationPolicy"] == "Foreground":
            self.objects[path]["metadata"]["deletionTimestamp"] = CREATED
        else:
            del self.objects[path]
        return {}

    def _current(self, path: str, body: Json) -> Json:
        if path not in self.objects:
            raise self._error(404, "NotFound", path)
        wanted = body.get("metadata", {}).get("resourceVersion")
        if wanted is not None and wanted != self.objects[path]["metadata"]["resourceVersion"]:
            raise self._error(409, "Conflict", path)
        return self.objects[path]

    def _error(self, status: int, reason: str, what: str) -> Exception:
        return error_for(status, json.dumps({"reason": reason, "message": f"{reason} as the test wants"}), what)


def merged(before: Any, patch: Any) -> Any:
    """RFC 7396."""
    if not isinstance(patch, dict) or not isinstance(before, dict):
        return patch
    result = dict(before)
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merged(before.get(key, {}), value)
    return result
