"""A kubeconfig for a person, with a client certificate that the cluster signs; the same way with every provider."""

import base64
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from testcluster.cluster import Cluster
from testcluster.paths import cache_directory
from testcluster.shell import CommandError, give_to_user, run, wait_until

SECONDS_TO_BE_SIGNED = 30.0


def add_user(cluster: Cluster, name: str, groups: Sequence[str]) -> Path:
    """Write the person's kubeconfig and return its path. Rights come from role bindings, of which there are none yet."""
    folder = cache_directory() / "users"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = run(["openssl", "ecparam", "-genkey", "-name", "prime256v1", "-noout"])
    subject = "".join(f"/O={group}" for group in groups) + f"/CN={name}"
    request = run(["openssl", "req", "-new", "-key", "/dev/stdin", "-subj", subject], feed=key)
    certificate = _signed(cluster, name, request)
    path = folder / f"{name}.kubeconfig"
    path.touch(mode=0o600)
    path.write_text(json.dumps(_kubeconfig(cluster, name, key, certificate), indent=1))
    give_to_user(path)
    return path


def _signed(cluster: Cluster, name: str, request: str) -> str:
    """Ask the cluster to sign, by a CertificateSigningRequest that the administrator approves."""
    document = {
        "apiVersion": "certificates.k8s.io/v1",
        "kind": "CertificateSigningRequest",
        "metadata": {"generateName": f"{name}-"},
        "spec": {
            "request": _encoded(request),
            "signerName": "kubernetes.io/kube-apiserver-client",
            "usages": ["client auth"],
        },
    }
    created = _kubectl(cluster, "create", "-f", "-", "-o", "name", feed=json.dumps(document)).strip()
    _kubectl(cluster, "certificate", "approve", created)

    def certificate() -> str:
        return _kubectl(cluster, "get", created, "-o", "jsonpath={.status.certificate}")

    if not wait_until(lambda: bool(certificate()), SECONDS_TO_BE_SIGNED):
        raise CommandError(f"the cluster did not sign {created}")
    signed = certificate()
    _kubectl(cluster, "delete", created)
    return signed


def _kubeconfig(cluster: Cluster, name: str, key: str, certificate: str) -> dict[str, Any]:
    # kubectl writes the kubeconfig as JSON, whatever it was written in.
    view = ["config", "view", "--raw", "--minify", "--flatten", "-o", "json"]
    administrators = json.loads(_kubectl(cluster, *view))
    context = {"cluster": administrators["clusters"][0]["name"], "user": name}
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": name,
        "clusters": administrators["clusters"],
        "users": [{"name": name, "user": {"client-certificate-data": certificate, "client-key-data": _encoded(key)}}],
        "contexts": [{"name": name, "context": context}],
    }


def _kubectl(cluster: Cluster, *arguments: str, feed: str | None = None) -> str:
    return run([cluster.kubectl(), f"--kubeconfig={cluster.kubeconfig()}", *arguments], feed=feed)


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
