"""Calls to the API server: JSON in, JSON out, never without a timeout, and our own errors."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import urllib3
from kubernetes import client as library
from kubernetes import config

from schemachange_operator import __version__
from schemachange_operator.kube.errors import NotFound, Unavailable, error_for
from schemachange_operator.kube.resources import PODS, Resource

PAGE = 500
"""Objects in one page of a list."""
MERGE_PATCH = "application/merge-patch+json"

Json = dict[str, Any]


@dataclass(frozen=True)
class Timeouts:
    """Seconds that a call may take to connect, and between two pieces of its answer."""

    connect: float = 5.0
    read: float = 30.0


class Client:
    """The API server. Thread-safe. Every method raises `errors.ApiError`."""

    def __init__(
        self,
        api: library.ApiClient,
        timeouts: Timeouts = Timeouts(),
        may_write: Callable[[], bool] = lambda: True,
    ) -> None:
        """`may_write` is asked before every call that changes something: a replica that lost the Lease stops there."""
        self._api = api
        self._timeouts = timeouts
        self._may_write = may_write

    def get(self, resource: Resource, name: str, namespace: str | None = None) -> Json:
        """One object."""
        return self._json("GET", resource.path(namespace, name))

    def find(self, resource: Resource, name: str, namespace: str | None = None) -> Json | None:
        """One object, or None."""
        try:
            return self.get(resource, name, namespace)
        except NotFound:
            return None

    def list_all(self, resource: Resource, namespace: str | None = None, label_selector: str = "") -> list[Json]:
        """All objects, page by page; begun again once when a page took so long that the server forgot the list."""
        try:
            return list(self._pages(resource, namespace, label_selector))
        except Unavailable as error:
            if error.status != 410:
                raise
            return list(self._pages(resource, namespace, label_selector))

    def create(self, resource: Resource, manifest: Json) -> Json:
        """Create an object in the namespace that it names."""
        return self._json("POST", resource.path(manifest["metadata"].get("namespace")), body=manifest)

    def merge_patch(self, resource: Resource, name: str, namespace: str, patch: Json, subresource: str = "") -> Json:
        """Patch an object; with metadata.resourceVersion in the patch, only that version (otherwise Conflict)."""
        return self._json("PATCH", resource.path(namespace, name, subresource), body=patch, content_type=MERGE_PATCH)

    def replace(self, resource: Resource, manifest: Json, subresource: str = "") -> Json:
        """Write an object, or a part of it, as a whole; only that version of it (otherwise Conflict)."""
        metadata = manifest["metadata"]
        path = resource.path(metadata.get("namespace"), metadata["name"], subresource)
        return self._json("PUT", path, body=manifest)

    def delete(self, resource: Resource, name: str, namespace: str, propagation: str = "Background") -> None:
        """Delete an object and what it owns. Raises NotFound when it is gone already."""
        options = {"apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": propagation}
        self._json("DELETE", resource.path(namespace, name), body=options)

    def log(self, namespace: str, pod: str, container: str, tail_lines: int | None = None) -> str:
        """What a container has written, whole or its last lines."""
        query: dict[str, str | int] = {"container": container}
        if tail_lines is not None:
            query["tailLines"] = tail_lines
        return self._call("GET", PODS.path(namespace, pod, "log"), query=query)

    def _pages(self, resource: Resource, namespace: str | None, label_selector: str) -> Iterator[Json]:
        query: dict[str, str | int] = {"limit": PAGE}
        if label_selector:
            query["labelSelector"] = label_selector
        while True:
            page = self._json("GET", resource.path(namespace), query=query)
            yield from page["items"]
            if not (following := page["metadata"].get("continue")):
                return
            query["continue"] = following

    def _json(self, method: str, path: str, **more: Any) -> Json:
        answer: Json = json.loads(self._call(method, path, **more))
        return answer

    def _call(
        self,
        method: str,
        path: str,
        query: dict[str, str | int] | None = None,
        body: Any = None,
        content_type: str = "application/json",
    ) -> str:
        what = f"{method} {path}"
        if method != "GET" and not self._may_write():
            raise Unavailable(f"{what}: this replica does not hold the Lease")
        headers = {"Accept": "application/json, */*", "User-Agent": f"schemachange-operator/{__version__}"}
        if body is not None:
            headers["Content-Type"] = content_type
        self._api.update_params_for_auth(headers, [], ["BearerToken"], path, method, body)
        url = self._api.configuration.host + path + (f"?{urlencode(query)}" if query else "")
        limits = (self._timeouts.connect, self._timeouts.read)
        try:
            answer = self._api.call_api(method, url, headers, body, _request_timeout=limits)
            text: str = answer.read().decode()  # type: ignore[no-untyped-call]
        except (urllib3.exceptions.HTTPError, library.ApiException, OSError) as error:
            # urllib3 wraps the cause in a sentence about retries that were not made.
            cause = getattr(error, "reason", None) or error
            raise Unavailable(f"{what}: {type(cause).__name__}: {cause}") from error
        if not 200 <= answer.status <= 299:
            raise error_for(answer.status, text, what, answer.headers.get("Retry-After"))
        return text


def connect(
    kubeconfig: str | None,
    connections: int = 1,
    timeouts: Timeouts = Timeouts(),
    may_write: Callable[[], bool] = lambda: True,
) -> Client:
    """The client of the cluster that a kubeconfig names, or of the one that this pod runs in."""
    configuration = library.Configuration()
    if kubeconfig:
        config.load_kube_config(kubeconfig, client_configuration=configuration)  # type: ignore[no-untyped-call]
    else:
        config.load_incluster_config(client_configuration=configuration)  # type: ignore[no-untyped-call]
    # urllib3 would try three times more and so quadruple every timeout; the work queue is what tries again.
    configuration.retries = urllib3.Retry(0)
    configuration.connection_pool_maxsize = connections
    return Client(library.ApiClient(configuration), timeouts, may_write)
