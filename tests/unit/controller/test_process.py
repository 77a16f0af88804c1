"""Settings, logs, and what kopf is told."""

import itertools
import json
import logging
import random
import sys

import pytest
from pydantic import ValidationError

from schemachange_operator.controller import settings
from schemachange_operator.controller.cache import Cache
from schemachange_operator.controller.handlers import EndlessBackoff, Intake, registry, watch_settings
from schemachange_operator.controller.json_logs import JsonFormatter
from schemachange_operator.controller.queue import WorkQueue
from unit.phases.simulation import CHANGE


def test_settings_come_from_the_environment() -> None:
    found = settings.load({"SCHEMACHANGE_WORKERS": "7", "SCHEMACHANGE_IDENTITY": "pod-1", "KUBECONFIG": "/k", "HOME": "/"})
    assert (found.workers, found.identity, found.kubeconfig) == (7, "pod-1", "/k")


@pytest.mark.parametrize(("name", "value"), [("WORKERS", "many"), ("WORKERS", "0"), ("LOG_LEVEL", "LOUD")])
def test_a_wrong_setting_is_named(name: str, value: str) -> None:
    with pytest.raises(ValidationError, match=name.lower()):
        settings.load({f"SCHEMACHANGE_{name}": value})


def test_a_log_line_is_json_with_its_extra_members() -> None:
    record = logging.makeLogRecord(
        {"msg": "a %s", "args": ("pass",), "levelname": "INFO", "change": "shop/one", "body": {"spec": 1}}
    )
    line = json.loads(JsonFormatter().format(record))
    assert (line["message"], line["change"], line["level"]) == ("a pass", "shop/one", "INFO")
    assert "body" not in line, "objects are not logged"


def test_a_log_line_with_an_exception_is_one_line() -> None:
    try:
        int("first\nsecond")
    except ValueError:
        record = logging.makeLogRecord({"msg": "failed", "exc_info": sys.exc_info()})
    text = JsonFormatter().format(record)
    assert "\n" not in text
    assert "ValueError" in json.loads(text)["exception"]


def test_pauses_never_end_and_stay_bounded() -> None:
    pauses = list(itertools.islice(EndlessBackoff(random.Random(1)), 1000))
    assert len(pauses) == 1000
    assert max(pauses) <= 30
    assert pauses[0] <= 1


@pytest.fixture
def queue() -> WorkQueue:
    return WorkQueue(lambda: 0.0, random.Random(1))


@pytest.fixture
def intake(queue: WorkQueue) -> Intake:
    return Intake(queue, Cache())


def taken(queue: WorkQueue) -> set[tuple[str, str]]:
    keys = set()
    while key := queue.take(0):
        queue.done(key)
        keys.add(key)
    return keys


def test_events_become_keys(intake: Intake, queue: WorkQueue) -> None:
    key = ("shop", "change")
    intake.change({"type": "ADDED", "object": CHANGE})
    assert taken(queue) == {key}
    intake.database({"type": "MODIFIED", "object": {"metadata": {"namespace": "shop", "name": "orders"}}})
    assert taken(queue) == {key}
    intake.policy({"type": "MODIFIED", "object": {"metadata": {"namespace": "shop", "name": "strict"}}})
    assert taken(queue) == {key}
    approval = {"metadata": {"namespace": "shop", "name": "a"}, "spec": {"change": {"name": "change"}}}
    intake.approval({"type": "ADDED", "object": approval})
    assert taken(queue) == {key}
    marks = {"schemachange.dev/change-namespace": "shop", "schemachange.dev/change-name": "change"}
    intake.job({"type": "ADDED", "object": {"metadata": {"namespace": "shop", "name": "j", "annotations": marks}}})
    assert taken(queue) == {key}
    intake.job({"type": "ADDED", "object": {"metadata": {"namespace": "shop", "name": "j"}}})
    intake.change({"type": "DELETED", "object": CHANGE})
    assert taken(queue) == {key}
    intake.database({"type": "MODIFIED", "object": {"metadata": {"namespace": "shop", "name": "orders"}}})
    assert taken(queue) == set()


def test_kopf_only_watches(intake: Intake) -> None:
    made = registry(intake, None)
    assert len(list(made._watching.get_all_handlers())) == 5
    assert not list(made._changing.get_all_handlers())
    assert not list(made._spawning.get_all_handlers())
    chosen = watch_settings(random.Random(1))
    assert not chosen.posting.enabled
    assert chosen.peering.standalone
