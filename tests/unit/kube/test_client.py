"""The client against a real socket: answers, refusals, silence."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import urllib3
from kubernetes import client as library

from schemachange_operator.kube import errors
from schemachange_operator.kube.client import Client, Timeouts
from schemachange_operator.kube.resources import CONFIG_MAPS, JOBS, SCHEMA_CHANGES

Answer = tuple[int, dict[str, str], str]


class Server(ThreadingHTTPServer):
    """Answers from a function; remembers what it was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answer: Callable[[str, str], Answer] = lambda method, path: (200, {}, "{}")
        self.asked: list[tuple[str, str, str, str]] = []
        self.released = threading.Event()

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that has gone away is what some tests are about."""


class Handler(BaseHTTPRequestHandler):
    server: Server

    def _do(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        self.server.asked.append((self.command, self.path, self.headers.get("Content-Type", ""), body))
        status, headers, text = self.server.answer(self.command, self.path)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _do

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.released.set()
        server.shutdown()
        thread.join()


@pytest.fixture
def client(server: Server) -> Client:
    configuration = library.Configuration(host=f"http://127.0.0.1:{server.server_port}", retries=urllib3.Retry(0))
    return Client(library.ApiClient(configuration), Timeouts(connect=1, read=0.3))


def status(code: int, reason: str) -> Answer:
    return code, {}, json.dumps({"kind": "Status", "reason": reason, "message": f"it is {reason}", "code": code})


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (status(404, "NotFound"), errors.NotFound),
        (status(403, "Forbidden"), errors.Forbidden),
        (status(409, "AlreadyExists"), errors.AlreadyExists),
        (status(409, "Conflict"), errors.Conflict),
        (status(422, "Invalid"), errors.Invalid),
        (status(413, "RequestEntityTooLarge"), errors.Invalid),
        (status(401, "Unauthorized"), errors.Unavailable),
        (status(500, "InternalError"), errors.Unavailable),
        ((503, {}, "not JSON at all"), errors.Unavailable),
    ],
)
def test_each_refusal_has_its_own_error(server: Server, client: Client, answer: Answer, error: type[Exception]) -> None:
    server.answer = lambda method, path: answer
    with pytest.raises(error):
        client.get(JOBS, "one", "shop")
    assert len(server.asked) == 1, "nothing is tried again behind our back"


def test_the_server_says_when_to_come_back(server: Server, client: Client) -> None:
    server.answer = lambda method, path: (429, {"Retry-After": "7"}, "{}")
    with pytest.raises(errors.Unavailable) as raised:
        client.get(JOBS, "one", "shop")
    assert raised.value.retry_after == 7


def test_a_mute_server_costs_one_timeout(server: Server, client: Client) -> None:
    def silent(method: str, path: str) -> Answer:
        server.released.wait(20)
        return 200, {}, "{}"

    server.answer = silent
    with pytest.raises(errors.Unavailable, match="Timeout"):
        client.get(JOBS, "one", "shop")
    assert len(server.asked) == 1


def test_nobody_listens() -> None:
    configuration = library.Configuration(host="http://127.0.0.1:1", retries=urllib3.Retry(0))
    with pytest.raises(errors.Unavailable):
        Client(library.ApiClient(configuration)).get(JOBS, "one", "shop")


def test_a_list_comes_page_by_page(server: Server, client: Client) -> None:
    def pages(method: str, path: str) -> Answer:
        first = "continue=" not in path
        page = {"metadata": {"continue": "more"} if first else {}, "items": [{"n": 1} if first else {"n": 2}]}
        return 200, {}, json.dumps(page)

    server.answer = pages
    assert client.list_all(SCHEMA_CHANGES, label_selector="a=b") == [{"n": 1}, {"n": 2}]
    assert "limit=500" in server.asked[0][1]
    assert "labelSelector=a%3Db" in server.asked[1][1]


def test_a_list_that_the_server_forgot_is_begun_again(server: Server, client: Client) -> None:
    def pages(method: str, path: str) -> Answer:
        if "continue=" in path:
            return status(410, "Expired")
        last = len(server.asked) > 2
        return 200, {}, json.dumps({"metadata": {} if last else {"continue": "old"}, "items": [{"n": len(server.asked)}]})

    server.answer = pages
    assert client.list_all(SCHEMA_CHANGES) == [{"n": 3}]


def test_what_is_sent(server: Server, client: Client) -> None:
    client.create(CONFIG_MAPS, {"metadata": {"name": "one", "namespace": "shop"}})
    client.merge_patch(SCHEMA_CHANGES, "one", "shop", {"status": {}}, "status")
    client.replace(SCHEMA_CHANGES, {"metadata": {"name": "one", "namespace": "shop"}}, "status")
    client.delete(JOBS, "one", "shop")
    assert [asked[:3] for asked in server.asked] == [
        ("POST", "/api/v1/namespaces/shop/configmaps", "application/json"),
        (
            "PATCH",
            "/apis/schemachange.dev/v1alpha1/namespaces/shop/schemachanges/one/status",
            "application/merge-patch+json",
        ),
        ("PUT", "/apis/schemachange.dev/v1alpha1/namespaces/shop/schemachanges/one/status", "application/json"),
        ("DELETE", "/apis/batch/v1/namespaces/shop/jobs/one", "application/json"),
    ]
    assert json.loads(server.asked[3][3])["propagationPolicy"] == "Background"


def test_a_log_is_text(server: Server, client: Client) -> None:
    server.answer = lambda method, path: (200, {}, "one\ntwo\n")
    assert client.log("shop", "pod", "apply", tail_lines=3) == "one\ntwo\n"
    assert server.asked[0][1] == "/api/v1/namespaces/shop/pods/pod/log?container=apply&tailLines=3"


def test_who_may_not_write_may_still_read(server: Server) -> None:
    configuration = library.Configuration(host=f"http://127.0.0.1:{server.server_port}", retries=urllib3.Retry(0))
    client = Client(library.ApiClient(configuration), may_write=lambda: False)
    client.get(JOBS, "one", "shop")
    with pytest.raises(errors.Unavailable, match="Lease"):
        client.delete(JOBS, "one", "shop")
    assert len(server.asked) == 1
