"""Bad input of every kind: a clear message within seconds, no crash loop, nothing changed in the target, no secret told."""

import base64
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from playground.installation import OTHER_MAJOR_IMAGE
from playground.kubectl import Kubectl, KubectlError, Manifest
from playground.patience import wait_for
from playground.server import Server
from playground.shop import LOGIN_SECRET, Shop

ADD = {
    "migration": {"sql": "ALTER TABLE orders ADD COLUMN channel text"},
    "rollback": {"sql": "ALTER TABLE orders DROP COLUMN channel"},
}


def change(**spec: Any) -> Manifest:
    whole = {
        "database": {"name": "orders"}, "why": "Reports want it.", "author": "ada@example.com", "designedOn": "2026-11-20",
        "compatibility": "Additive", **ADD, **spec,
    }  # fmt: skip
    return {
        "apiVersion": "schemachange.dev/v1alpha1", "kind": "SchemaChange", "metadata": {"name": "orders-channel"},
        "spec": {key: value for key, value in whole.items() if value is not None},
    }  # fmt: skip


def columns(shop: Shop) -> str:
    return str(
        shop.ask(
            "SELECT string_agg(attname, ',' ORDER BY attnum) FROM pg_attribute WHERE attrelid = 'orders'::regclass AND attnum > 0"
        )
    )


def has_ledger(shop: Shop) -> bool:
    return bool(shop.ask("SELECT to_regclass('schemachange.change') IS NOT NULL"))


REFUSED_BY_THE_API: list[tuple[str, dict[str, Any], str]] = [
    ("unknown field", {"migrations": {}}, "migrations"),
    ("empty SQL", {"migration": {"sql": ""}}, "spec.migration.sql"),
    ("2 MiB of SQL", {"migration": {"sql": "SELECT 1;" + " " * 2_097_152}}, "sql"),
    ("two sources", {"migration": {"sql": "SELECT 1", "sqlFrom": {"name": "a", "key": "b"}}}, "exactly one of sql, sqlFrom, steps"),
    ("no source", {"migration": {}}, "exactly one of sql, sqlFrom, steps"),
    ("no rollback", {"rollback": None}, "spec.rollback"),
    ("two ways back", {"rollback": {"sql": "SELECT 1", "notNeeded": "x"}}, "exactly one of sql, sqlFrom, notNeeded, irreversible"),
    ("a date that is none", {"designedOn": "yesterday"}, "spec.designedOn"),
    ("an unknown compatibility", {"compatibility": "Maybe"}, "spec.compatibility"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("spec", "told"), [row[1:] for row in REFUSED_BY_THE_API], ids=[row[0] for row in REFUSED_BY_THE_API]
)
def test_the_api_server_refuses_it_and_names_the_field(shop_for_all: Shop, spec: dict[str, Any], told: str) -> None:
    with pytest.raises(KubectlError) as refused:
        shop_for_all.apply(change(**spec))
    assert told in str(refused.value)


BLOCKED: list[tuple[str, dict[str, Any], str, str]] = [
    ("white space", {"migration": {"sql": "  -- nothing\n"}}, "InvalidSQL", "spec.migration.sql"),
    ("does not parse", {"migration": {"sql": "ALTER TABLE orders AD COLUMN x"}}, "InvalidSQL", "line 1"),
    ("COMMIT inside", {"migration": {"sql": "SELECT 1; COMMIT"}}, "InvalidSQL", "COMMIT"),
    ("psql command", {"migration": {"sql": "\\d orders"}}, "InvalidSQL", "psql"),
    ("COPY from a program", {"migration": {"sql": "COPY orders FROM PROGRAM 'id'"}}, "InvalidSQL", "spec.migration.sql"),
    ("no ConfigMap", {"migration": {"sqlFrom": {"name": "missing", "key": "up.sql"}}}, "SourceNotFound", "missing"),
    ("no key in it", {"migration": {"sqlFrom": {"name": "kube-root-ca.crt", "key": "up.sql"}}}, "SourceNotFound", "up.sql"),
    ("unknown database", {"database": {"name": "nowhere"}}, "DatabaseNotFound", "nowhere"),
    ("unknown window", {"apply": {"window": "never"}}, "WindowUnknown", "never"),
    ("nothing said", {"why": None, "author": None, "designedOn": None, "compatibility": None}, "InputMissing", "spec.designedOn"),
]  # fmt: skip


@pytest.mark.parametrize(("spec", "reason", "told"), [row[1:] for row in BLOCKED], ids=[row[0] for row in BLOCKED])
def test_it_is_blocked_within_seconds_and_says_why(shop_for_all: Shop, spec: dict[str, Any], reason: str, told: str) -> None:
    name = shop_for_all.apply(change(**spec))
    try:
        status = shop_for_all.wait(name, "Blocked", reason, seconds=15)
        assert told in status["message"]
        assert shop_for_all.kubectl.list("jobs", shop_for_all.namespace, "schemachange.dev/task") == []
    finally:
        shop_for_all.kubectl.delete("schg", name, shop_for_all.namespace)
    assert "channel" not in columns(shop_for_all)
    assert not has_ledger(shop_for_all)


UNREACHABLE: list[tuple[str, dict[str, Any], str, str]] = [
    ("no Secret", {"connection": {"secretName": "missing"}}, "SecretMissing", "missing"),
    ("no key in it", {"connection": {"passwordKey": "pass"}}, "SecretMissing", "pass"),
    ("server down", {"connection": {"host": "127.0.0.1", "port": 1}}, "DatabaseUnreachable", ""),
    ("unknown host", {"connection": {"host": "nowhere.databases.svc"}}, "DatabaseUnreachable", "nowhere"),
    ("wrong major", {"rehearsal": {"image": OTHER_MAJOR_IMAGE}}, "RehearsalImageMismatch", "spec.rehearsal.image"),
    ("no such image", {"rehearsal": {"image": "localhost/missing:1"}}, "ImageUnavailable", "localhost/missing:1"),
    ("no such role", {"roles": {"migration": "nobody"}}, "PermissionMissing", "nobody"),
    ("no such owner of data", {"owners": []}, "NoOwner", "spec.owners"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("database", "reason", "told"), [row[1:] for row in UNREACHABLE], ids=[row[0] for row in UNREACHABLE]
)
def test_a_database_that_cannot_be_planned_for_is_told(
    open_shop: Callable[..., Shop], database: dict[str, Any], reason: str, told: str
) -> None:
    shop = open_shop(rows=10)
    spec = shop.manifest()["spec"]
    merged = {key: {**spec[key], **value} if isinstance(value, dict) else value for key, value in database.items()}
    shop.kubectl.apply(shop.manifest(**merged), shop.namespace)
    name = shop.apply(change())
    status = wait_for_reason(shop, name, reason)
    assert told in status["message"]
    assert status["phase"] in ("Planning", "Blocked")
    secrets_kept(shop, name)
    assert "channel" not in columns(shop)
    assert not has_ledger(shop)
    shop.kubectl.apply(shop.manifest(), shop.namespace)
    if status["phase"] == "Blocked" and reason not in ("NoOwner",):
        shop.apply(change(retry="mended"))
    shop.wait(name, "AwaitingApproval", mended=True)


def test_a_wrong_password_is_told_and_a_mended_secret_is_picked_up(open_shop: Callable[..., Shop]) -> None:
    shop = open_shop(rows=10)
    wrong = {**shop.secret(), "stringData": {"username": shop.login, "password": "canary-of-a-password"}}
    shop.kubectl.apply(wrong, shop.namespace)
    name = shop.apply(change())
    status = wait_for_reason(shop, name, "AuthenticationFailed")
    assert status["phase"] == "Planning"
    secrets_kept(shop, name, "canary-of-a-password")
    shop.kubectl.apply(shop.secret(), shop.namespace)
    shop.wait_for_plan(name)


def wait_for_reason(shop: Shop, name: str, reason: str) -> Manifest:
    def look() -> Manifest | None:
        status = shop.status(name)
        return status if status.get("reason") == reason else None

    return wait_for(reason, look, 60, lambda: shop.describe(name))


def secrets_kept(shop: Shop, name: str, *more: str) -> None:
    """No password in object, Events, logs of Jobs, or the operator's log."""
    found = shop.change(name)
    told = "\n".join(
        [
            str(found),
            str(shop.events(name)),
            shop.log_of_everything(found["metadata"]["uid"]),
            shop.kubectl.run(
                "logs", "-n", "schemachange-system", "-l", "app.kubernetes.io/name=schemachange-operator", "--tail=-1"
            ),
        ]
    )
    assert len(told) > 500, "there is something to look through"
    secret = shop.kubectl.find("secret", LOGIN_SECRET, shop.namespace)
    passwords = [shop.password, *more]
    if secret:
        passwords.append(base64.b64decode(secret["data"]["password"]).decode())
    for password in passwords:
        assert password not in told


@pytest.fixture(scope="module")
def shop_for_all(kubectl: Kubectl, server: Server, worker_id: str) -> Iterator[Shop]:
    """One shop, for each process of tests, for cases in which nothing may touch the database."""
    shop = Shop(f"t-bad-input-{worker_id}", server, kubectl, rows=10)
    shop.close_and_wait()
    yield shop.open()
    shop.close()
