"""The kubeconfig file: which cluster, user and namespace a command talks to.

The format is the `Config` of k8s.io/client-go `tools/clientcmd/api/v1`.
"""

from __future__ import annotations

import base64
import copy
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tutor.kubectl.errors import KubectlError
from tutor.kubectl.objects import Object

if TYPE_CHECKING:
    from tutor.kubectl.connection import Connection

EMPTY: Object = {
    "apiVersion": "v1",
    "kind": "Config",
    "preferences": {},
    "clusters": [],
    "contexts": [],
    "users": [],
    "current-context": "",
}


@dataclass(frozen=True)
class Endpoint:
    """Where an API server is and how to prove who we are; certificates and keys are PEM bytes."""

    server: str
    ca_data: bytes | None = None
    token: str | None = None
    client_cert: bytes | None = None
    client_key: bytes | None = None
    username: str | None = None
    password: str | None = None
    insecure: bool = False
    tls_server_name: str | None = None
    proxy: str | None = None


@dataclass(frozen=True)
class Overrides:
    """What the global flags (`--context`, `--server` ...) say instead of the file."""

    context: str = ""
    cluster: str = ""
    user: str = ""
    server: str = ""
    token: str = ""
    insecure: bool = False
    tls_server_name: str = ""


class KubeConfig:
    """A loaded kubeconfig, the open connections made from it, and the file it is written back to.

    Keep one for as long as a shell lives: connections and discovery are kept with it, so the second command is quick.
    """

    def __init__(self, data: Object, path: Path | None = None) -> None:
        self.data = data
        self.path = path
        self._connections: dict[Endpoint, Connection] = {}

    @classmethod
    def load(cls, path: Path) -> KubeConfig:
        """Reads a kubeconfig; a missing file is an empty configuration, as for kubectl."""
        import yaml

        try:
            data = yaml.safe_load(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            data = None
        except (OSError, yaml.YAMLError) as problem:
            raise KubectlError(f"error loading config file {str(path)!r}: {problem}") from None
        if data is not None and not isinstance(data, dict):
            raise KubectlError(f"error loading config file {str(path)!r}: it is not a mapping")
        return cls({**copy.deepcopy(EMPTY), **(data or {})}, path)

    def save(self) -> None:
        """Writes the configuration back, readable by its owner only, replacing the file in one step."""
        from tutor.kubectl.printers.yaml import to_yaml

        if self.path is None:
            return
        temporary = self.path.with_name(self.path.name + ".new")
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(to_yaml(self.data))
        temporary.replace(self.path)

    @property
    def current_context(self) -> str:
        return str(self.data.get("current-context") or "")

    def entries(self, kind: str) -> list[Object]:
        """The named entries of `clusters`, `contexts` or `users`."""
        return [entry for entry in self.data.get(kind) or [] if isinstance(entry, dict)]

    def entry(self, kind: str, name: str) -> Object | None:
        """The content of one named entry, to read or to change in place."""
        inner = kind.removesuffix("s")
        for item in self.entries(kind):
            if item.get("name") == name:
                content: Object = item.setdefault(inner, {})
                return content
        return None

    def context(self, name: str = "") -> Object:
        chosen = name or self.current_context
        found = self.entry("contexts", chosen)
        if found is None and name:
            raise KubectlError(f'context "{name}" does not exist')
        return found or {}

    def namespace(self, context: str = "") -> str:
        return str(self.context(context).get("namespace") or "default")

    def set_namespace(self, namespace: str) -> None:
        """Makes `namespace` the current context's default and writes the file."""
        self.context()["namespace"] = namespace
        self.save()

    def endpoint(self, overrides: Overrides) -> Endpoint:
        context = self.context(overrides.context)
        cluster = self._required("clusters", overrides.cluster or str(context.get("cluster") or ""))
        user = self._required("users", overrides.user or str(context.get("user") or ""))
        if "exec" in user or "auth-provider" in user:
            raise KubectlError(
                "this context's credentials come from a separate program, which the built-in kubectl does not run: "
                "use your own kubectl for it, or a context with a certificate or a token"
            )
        return Endpoint(
            server=overrides.server or str(cluster.get("server") or "http://localhost:8080"),
            ca_data=_bytes(cluster, "certificate-authority"),
            token=overrides.token or _token(user),
            client_cert=_bytes(user, "client-certificate"),
            client_key=_bytes(user, "client-key"),
            username=user.get("username"),
            password=user.get("password"),
            insecure=overrides.insecure or bool(cluster.get("insecure-skip-tls-verify")),
            tls_server_name=overrides.tls_server_name or cluster.get("tls-server-name"),
            proxy=cluster.get("proxy-url"),
        )

    def _required(self, kind: str, name: str) -> Object:
        found = self.entry(kind, name)
        if found is None and name:
            inner = {"clusters": "cluster", "users": "auth info"}[kind]
            raise KubectlError(f'{inner} "{name}" does not exist')
        return found or {}

    def connection(self, endpoint: Endpoint) -> Connection:
        """The kept connection to an endpoint, made at its first use."""
        from tutor.kubectl.connection import Connection

        if endpoint not in self._connections:
            self._connections[endpoint] = Connection(endpoint)
        return self._connections[endpoint]

    def close(self) -> None:
        for connection in self._connections.values():
            connection.close()
        self._connections.clear()


def _bytes(entry: dict[str, Any], key: str) -> bytes | None:
    """Inline base64 data, or the named file's content."""
    if entry.get(f"{key}-data"):
        return base64.b64decode(entry[f"{key}-data"])
    if entry.get(key):
        try:
            return Path(entry[key]).read_bytes()
        except OSError as problem:
            raise KubectlError(f"unable to read {key} {entry[key]}: {problem.strerror}") from None
    return None


def _token(user: Object) -> str | None:
    if user.get("tokenFile"):
        try:
            return Path(user["tokenFile"]).read_text(encoding="utf-8").strip()
        except OSError as problem:
            raise KubectlError(f"unable to read tokenFile {user['tokenFile']}: {problem.strerror}") from None
    return user.get("token") or None
