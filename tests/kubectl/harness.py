"""Runs the built-in kubectl without a network: against recorded or made-up replies."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tutor.kubectl import FolderFiles, KubeConfig, KubectlIO, NoFiles, run
from tutor.kubectl.connection import Connection
from tutor.kubectl.kubeconfig import Endpoint

NOW = 1_700_000_000.0  # the time commands see unless a test says otherwise, in seconds since 1970
SERVER = "https://cluster.test:6443"


class Headers(dict[str, str]):
    """Reply headers as far as the client looks at them."""

    def getlist(self, name: str) -> list[str]:
        return [self[name]] if name in self else []


@dataclass
class Reply:
    """What a server answers; `pieces` are the parts of a long reply."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    pieces: list[bytes] | None = None

    @property
    def data(self) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        return self.body.encode() if isinstance(self.body, str) else json.dumps(self.body).encode()


class FakeResponse:
    """The part of urllib3's response the client uses."""

    def __init__(self, reply: Reply) -> None:
        self.status = reply.status
        self.headers = Headers(reply.headers)
        self.data = reply.data
        self._pieces = reply.pieces if reply.pieces is not None else [reply.data]

    def read(self) -> bytes:
        return self.data

    def stream(self, amount: int, decode_content: bool = True) -> Iterator[bytes]:
        yield from self._pieces

    def shutdown(self) -> None:
        self._pieces = []

    def close(self) -> None:
        self._pieces = []


@dataclass
class Request:
    """A request the command sent."""

    method: str
    path: str
    body: Any
    headers: dict[str, str]


Answer = Callable[[Request], Reply]


class FakeConnection(Connection):
    """A connection whose server is a function."""

    def __init__(self, answer: Answer, server: str = SERVER) -> None:
        super().__init__(Endpoint(server=server, insecure=True))
        self._answer = answer
        self.requests: list[Request] = []

    def open(
        self,
        method: str,
        path: str,
        headers: dict[str, str],
        body: bytes | None,
        timeout: float | None,
        *,
        stream: bool,
    ) -> Any:
        request = Request(method, path, json.loads(body) if body else None, headers)
        self.requests.append(request)
        return FakeResponse(self._answer(request))


class FakeConfig(KubeConfig):
    """A kubeconfig whose connection is given."""

    def __init__(self, connection: Connection, namespace: str = "default") -> None:
        super().__init__(
            {
                "apiVersion": "v1",
                "kind": "Config",
                "clusters": [{"name": "test", "cluster": {"server": SERVER}}],
                "users": [{"name": "me", "user": {}}],
                "contexts": [{"name": "test", "context": {"cluster": "test", "user": "me", "namespace": namespace}}],
                "current-context": "test",
            }
        )
        self._only = connection

    def connection(self, endpoint: Endpoint) -> Connection:
        return self._only


@dataclass
class Outcome:
    exit_code: int
    stdout: str
    stderr: str


def run_kubectl(
    argv: Sequence[str],
    config: KubeConfig,
    *,
    stdin: str = "",
    folder: Path | None = None,
    now: float = NOW,
    editor: Callable[[str, str], str | None] | None = None,
) -> Outcome:
    """Runs one command line and collects what it printed."""
    out: list[str] = []
    err: list[str] = []
    surroundings = KubectlIO(
        stdout=out.append,
        stderr=err.append,
        stdin=io.StringIO(stdin),
        files=FolderFiles(folder) if folder else NoFiles(),
        now=lambda: now,
        editor=editor,
    )
    code = run(list(argv), surroundings, config)
    return Outcome(code, "".join(out), "".join(err))


def status(code: int, reason: str, message: str, **details: Any) -> Reply:
    body = {
        "kind": "Status",
        "apiVersion": "v1",
        "status": "Failure",
        "code": code,
        "reason": reason,
        "message": message,
    }
    return Reply(code, {**body, "details": details} if details else body)


def resource(plural: str, kind: str, **extra: Any) -> dict[str, Any]:
    """An entry of aggregated discovery."""
    entry = {
        "resource": plural,
        "responseKind": {"group": "", "version": "v1", "kind": kind},
        "scope": "Namespaced",
        "singularResource": kind.lower(),
        "verbs": ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"],
    }
    return {**entry, **extra}


def group(name: str, version: str, *resources: dict[str, Any]) -> dict[str, Any]:
    return {
        "metadata": {"name": name} if name else {},
        "versions": [{"version": version, "resources": list(resources)}],
    }


CORE = group(
    "",
    "v1",
    resource("pods", "Pod", shortNames=["po"], categories=["all"]),
    resource("services", "Service", shortNames=["svc"], categories=["all"]),
    resource("configmaps", "ConfigMap", shortNames=["cm"]),
    resource("namespaces", "Namespace", shortNames=["ns"], scope="Cluster"),
    resource("nodes", "Node", shortNames=["no"], scope="Cluster"),
)
APPS = group(
    "apps",
    "v1",
    resource(
        "deployments",
        "Deployment",
        shortNames=["deploy"],
        categories=["all"],
        subresources=[{"subresource": "scale", "verbs": ["get", "patch", "update"]}],
    ),
    resource("replicasets", "ReplicaSet", shortNames=["rs"], categories=["all"]),
)


def discovery(request: Request) -> Reply | None:
    """Answers the two discovery requests, None for any other."""
    groups = {"/api": [CORE], "/apis": [APPS]}.get(request.path)
    return None if groups is None else Reply(body={"kind": "APIGroupDiscoveryList", "items": groups})


def serving(routes: dict[str, Any]) -> tuple[FakeConfig, FakeConnection]:
    """A server that answers `METHOD /path` (or `/path` for GET) from a table; a list is used up one by one, the rest is 404."""

    def answer(request: Request) -> Reply:
        found = discovery(request)
        if found is not None and request.path not in routes:
            return found
        key = request.path if request.method == "GET" else f"{request.method} {request.path}"
        entry = routes.get(key, routes.get(key.partition("?")[0]))
        if isinstance(entry, list):
            entry = entry.pop(0) if entry else None
        if callable(entry):
            entry = entry(request)
        if isinstance(entry, Reply):
            return entry
        return Reply(body=entry) if entry is not None else status(404, "NotFound", f"nothing at {key}")

    connection = FakeConnection(answer)
    return FakeConfig(connection), connection


def table(columns: Sequence[str], *rows: tuple[Sequence[Any], dict[str, Any]]) -> dict[str, Any]:
    """A server-side Table; each row is its cells and the object's metadata."""
    return {
        "kind": "Table",
        "apiVersion": "meta.k8s.io/v1",
        "metadata": {"resourceVersion": "7"},
        "columnDefinitions": [
            {
                "name": name,
                "type": "string",
                "format": "name" if name == "Name" else "",
                "priority": 1 if name == "IP" else 0,
            }
            for name in columns
        ],
        "rows": [{"cells": list(cells), "object": {"metadata": metadata}} for cells, metadata in rows],
    }
