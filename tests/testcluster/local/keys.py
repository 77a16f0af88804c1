"""The cluster's certificate authority, the components' certificates, and their kubeconfigs."""

import base64
import json
from dataclasses import dataclass
from pathlib import Path

from testcluster.local.layout import API_PORT, API_SERVICE_ADDRESS, DOMAIN, NODE_ADDRESS, NODE_NAME
from testcluster.shell import run

DAYS = "3650"

API_SERVER_NAMES = [
    "DNS:localhost",
    "DNS:kubernetes",
    "DNS:kubernetes.default",
    "DNS:kubernetes.default.svc",
    f"DNS:kubernetes.default.svc.{DOMAIN}",
    f"IP:{NODE_ADDRESS}",
    f"IP:{API_SERVICE_ADDRESS}",
]

# Who the components and the administrator are, each with a kubeconfig.
USERS = {
    "admin": "/O=system:masters/CN=admin",
    "kube-controller-manager": "/CN=system:kube-controller-manager",
    "kube-scheduler": "/CN=system:kube-scheduler",
    "kube-proxy": "/CN=system:kube-proxy",
    "kubelet": f"/O=system:nodes/CN=system:node:{NODE_NAME}",
    "dns": "/CN=testcluster-dns",
    "volumes": "/CN=testcluster-volumes",
}


@dataclass(frozen=True)
class Authority:
    """The certificate authority in a folder."""

    folder: Path

    def ensure_all(self) -> None:
        """Make everything, once."""
        done = self.folder / "done"
        if done.exists():
            return
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._make_authority()
        self._make_token_keys()
        self._make_certificates()
        for name, subject in USERS.items():
            self._make_certificate(name, subject, "clientAuth")
            self._make_kubeconfig(name)
        done.touch()

    def _make_authority(self) -> None:
        self._make_key("ca")
        extensions = ["basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign,cRLSign,digitalSignature"]
        added = [word for extension in extensions for word in ("-addext", extension)]
        subject = ["-days", DAYS, "-subj", "/CN=schemachange-test-cluster"]
        self._openssl("req", "-x509", "-new", "-key", self._path("ca.key"), *subject, *added, "-out", self._path("ca.crt"))

    def _make_token_keys(self) -> None:
        self._openssl("genrsa", "-out", self._path("tokens.key"), "2048")
        self._openssl("rsa", "-in", self._path("tokens.key"), "-pubout", "-out", self._path("tokens.pub"))

    def _make_certificates(self) -> None:
        self._make_certificate("apiserver", "/CN=kube-apiserver", "serverAuth", API_SERVER_NAMES)
        node_names = [f"DNS:{NODE_NAME}", f"IP:{NODE_ADDRESS}"]
        self._make_certificate("kubelet-server", USERS["kubelet"], "serverAuth", node_names)
        self._make_certificate("apiserver-to-kubelet", "/O=system:masters/CN=apiserver-to-kubelet", "clientAuth")
        self._make_certificate("front-proxy", "/CN=front-proxy", "clientAuth")

    def _make_certificate(self, name: str, subject: str, usage: str, names: list[str] | None = None) -> None:
        self._make_key(name)
        lines = ["basicConstraints=CA:FALSE", "keyUsage=digitalSignature,keyEncipherment", f"extendedKeyUsage={usage}"]
        lines += [f"subjectAltName={','.join(names)}"] if names else []
        extensions = self.folder / f"{name}.extensions"
        extensions.write_text("\n".join(lines))
        request = self._path(f"{name}.csr")
        self._openssl("req", "-new", "-key", self._path(f"{name}.key"), "-subj", subject, "-out", request)
        signer = ["-CA", self._path("ca.crt"), "-CAkey", self._path("ca.key"), "-CAcreateserial", "-days", DAYS]
        output = ["-extfile", str(extensions), "-out", self._path(f"{name}.crt")]
        self._openssl("x509", "-req", "-in", request, *signer, *output)

    def _make_kubeconfig(self, name: str) -> None:
        server = {
            "server": f"https://{NODE_ADDRESS}:{API_PORT}",
            "certificate-authority-data": self._encoded("ca.crt"),
        }
        user = {
            "client-certificate-data": self._encoded(f"{name}.crt"),
            "client-key-data": self._encoded(f"{name}.key"),
        }
        document = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "local",
            "clusters": [{"name": "local", "cluster": server}],
            "users": [{"name": name, "user": user}],
            "contexts": [{"name": "local", "context": {"cluster": "local", "user": name}}],
        }
        path = self.folder / f"{name}.kubeconfig"
        path.touch(mode=0o600)
        path.write_text(json.dumps(document, indent=1))

    def _make_key(self, name: str) -> None:
        self._openssl("ecparam", "-genkey", "-name", "prime256v1", "-noout", "-out", self._path(f"{name}.key"))

    def _encoded(self, file: str) -> str:
        return base64.b64encode((self.folder / file).read_bytes()).decode()

    def _path(self, file: str) -> str:
        return str(self.folder / file)

    def _openssl(self, *arguments: str) -> None:
        run(["openssl", *arguments])
