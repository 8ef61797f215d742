"""Random requests to the API, the same for the same seed: objects that fit their schema but for some faults, and plain noise.

Most requests are nearly right, because a request that is refused at the door reaches little of the server.
"""

from __future__ import annotations

import json
import random
from typing import Any

from tests.tools.api_values import Values
from tutor.simulator.api.http import Request
from tutor.simulator.resources.base import Resource
from tutor.simulator.resources.scheme import Scheme
from tutor.simulator.schemas.lookup import type_of
from tutor.simulator.schemas.types import ListOf, MapOf, Struct, Type

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
ODD_METHODS = ("HEAD", "OPTIONS", "BREW", "CONNECT")
NAMES = (
    "a",
    "b",
    "web",
    "x-1",
    "kubernetes",
    "node-1",
    "default",
    "kube-system",
    "coredns",
    "cluster-admin",
    "standard",
)
NAMESPACES = ("default", "default", "default", "kube-system", "fuzz", "nosuch")
QUERIES: dict[str, tuple[str, ...]] = {
    "watch": ("true", "1", "0", "x"),
    "limit": ("1", "2", "0", "-1", "x", "99999999999999999999"),
    "continue": ("x", "eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MSwic3RhcnQiOiJhIn0", "bnVsbA", "W10", "e30"),
    "labelSelector": (
        "a=b",
        "a",
        "!a",
        "a in (b,c)",
        "a notin ()",
        "a==b,c!=d",
        ",",
        "a in (",
        "a>1",
        "a>x",
        "x y",
        "=" * 9,
    ),
    "fieldSelector": (
        "metadata.name=a",
        "status.phase!=Running",
        "spec.nodeName=",
        "a.b=c",
        "=",
        "metadata.name",
        "a\\=b=c",
    ),
    "resourceVersion": ("0", "1", "5", "999999999999", "-1", "x", "1.5"),
    "resourceVersionMatch": ("Exact", "NotOlderThan", "x"),
    "dryRun": ("All", "", "x"),
    "fieldManager": ("m", "", "x" * 200, "\u0001"),
    "fieldValidation": ("Strict", "Warn", "Ignore", "x"),
    "force": ("true", "false", "x"),
    "sendInitialEvents": ("true", "false", "x"),
    "allowWatchBookmarks": ("true", "x"),
    "pretty": ("true", "0"),
    "timeoutSeconds": ("0", "1", "-1", "x"),
    "gracePeriodSeconds": ("0", "1", "-1", "x", "99999999999999999999"),
    "propagationPolicy": ("Foreground", "Background", "Orphan", "x"),
    "orphanDependents": ("true", "false"),
    "includeObject": ("Object", "None", "Metadata", "x"),
    "container": ("c", "", "nosuch"),
    "tailLines": ("1", "-1", "x"),
    "sinceSeconds": ("1", "0", "x"),
    "sinceTime": ("2026-01-01T00:00:00Z", "x"),
    "limitBytes": ("1", "0", "x"),
    "follow": ("true", "false"),
    "previous": ("true",),
    "timestamps": ("true",),
    "command": ("sh", "ls", ""),
    "ports": ("80", "x", "0"),
    "path": ("a", ""),
}
PATCHES = (
    "application/json-patch+json",
    "application/merge-patch+json",
    "application/strategic-merge-patch+json",
    "application/apply-patch+yaml",
)
OTHER_TYPES = (
    "application/json",
    "application/yaml",
    "application/vnd.kubernetes.protobuf",
    "text/plain",
    "",
    ";;",
    "application/cbor",
)
ACCEPTS = (
    "",
    "*/*",
    "application/json",
    "application/yaml",
    "application/json;as=Table;v=v1;g=meta.k8s.io,application/json",
    "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io",
    "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io",
    "application/vnd.kubernetes.protobuf,application/json",
    "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json",
    "application/json;as=x",
    "text/html",
    ";;,=",
)
SEGMENTS = (
    "api", "apis", "v1", "apps", "batch", "autoscaling", "v2", "namespaces", "default", "pods", "deployments", "configmaps", "watch",
    "nodes", "a", "status", "scale", "log", "exec", "eviction", "binding", "token", "finalize", "proxy", "portforward", "openapi",
    "v3", "healthz", "livez", "readyz", "version", "metrics", "logs", "x y", "", "%2e", "\u00fc",
)  # fmt: skip
SUBRESOURCES = (
    "status", "scale", "log", "exec", "attach", "eviction", "binding", "token", "finalize", "ephemeralcontainers", "portforward",
    "proxy", "proxy/a/b", "resize", "approval", "nosuch",
)  # fmt: skip


class Requests:
    """Makes requests for the kinds of a scheme, which may grow while it does."""

    def __init__(self, scheme: Scheme, seed: int) -> None:
        self._scheme = scheme
        self._random = random.Random(seed)
        self._values = Values(self._random)

    def next(self) -> Request:
        """One more request."""
        chance = self._random.random()
        if chance < 0.04:
            return self._noise()
        resource = self._random.choice(list(self._scheme))
        return self._request(resource)

    # -- whole requests

    def _noise(self) -> Request:
        rng = self._random
        path = "/" + "/".join(rng.choice(SEGMENTS) for _ in range(rng.randrange(8)))
        return Request(rng.choice(METHODS + ODD_METHODS), path, self._query(), self._headers(""), self._junk())

    def _request(self, resource: Resource) -> Request:
        rng = self._random
        method = rng.choice(METHODS) if rng.random() < 0.98 else rng.choice(ODD_METHODS)
        named = method in ("PUT", "PATCH") or (method != "POST" and rng.random() < 0.6)
        namespace, name = rng.choice(NAMESPACES), rng.choice(NAMES)
        subresource = ""
        if (named and rng.random() < 0.25) or (method == "POST" and rng.random() < 0.2):
            named, subresource = True, self._subresource(resource)
        path = self._path(resource, namespace, name if named else "", subresource)
        if method in ("GET", "DELETE"):
            body = self._junk() if rng.random() < 0.1 else self._delete_options() if method == "DELETE" else b""
            return Request(method, path, self._query(), self._headers("application/json"), body)
        content_type = self._content_type(method)
        body = self._body(resource, subresource, namespace, name, content_type)
        return Request(method, path, self._query(content_type), self._headers(content_type), body)

    def _subresource(self, resource: Resource) -> str:
        own = [
            *resource.subresources,
            *(["status"] if resource.has_status else []),
            *(["scale"] if resource.scale else []),
        ]
        return self._random.choice(own) if own and self._random.random() < 0.8 else self._random.choice(SUBRESOURCES)

    def _path(self, resource: Resource, namespace: str, name: str, subresource: str) -> str:
        root = f"/apis/{resource.group}/{resource.version}" if resource.group else f"/api/{resource.version}"
        namespaced = resource.namespaced != (self._random.random() < 0.02)
        parts = [root, *(["namespaces", namespace] if namespaced else []), resource.plural]
        return "/".join([*parts, *([name] if name else []), *([subresource] if subresource else [])])

    def _content_type(self, method: str) -> str:
        rng = self._random
        if rng.random() < 0.03:
            return rng.choice(PATCHES + OTHER_TYPES)
        return rng.choice(PATCHES) if method == "PATCH" else "application/json"

    def _headers(self, content_type: str) -> dict[str, str]:
        rng = self._random
        headers = {"content-type": content_type}
        if rng.random() < 0.3:
            headers["accept"] = rng.choice(ACCEPTS)
        if rng.random() < 0.02:
            headers["impersonate-user"] = rng.choice(
                ("bob", "system:serviceaccount:default:default", "system:serviceaccount:x", "")
            )
            headers["impersonate-group"] = rng.choice(("", "dev", "system:masters"))
        if rng.random() < 0.01:
            headers["authorization"] = rng.choice(("Bearer x", "Bearer a.b.c", "Basic x", "Bearer"))
        if rng.random() < 0.02:
            headers |= {"upgrade": "websocket", "sec-websocket-protocol": "v5.channel.k8s.io, portforward.k8s.io"}
        return headers

    def _query(self, content_type: str = "") -> dict[str, list[str]]:
        rng = self._random
        query = {}
        if content_type == PATCHES[3]:
            query = {"fieldManager": ["m"], "force": ["true"]}
        while rng.random() < 0.25:
            name = rng.choice(list(QUERIES))
            query[name] = [rng.choice(QUERIES[name]) for _ in range(rng.choice((1, 1, 1, 2)))]
        return query

    # -- bodies

    def _junk(self) -> bytes:
        rng = self._random
        kind = rng.randrange(4)
        if kind == 0:
            return rng.randbytes(rng.randrange(60))
        if kind == 1:
            return b"k8s\x00" + rng.randbytes(rng.randrange(80))
        return self._encoded(self._values.anything(4))

    def _delete_options(self) -> bytes:
        if self._random.random() < 0.5:
            return b""
        options = self._struct_by_kind("meta.k8s.io", "v1", "DeleteOptions")
        return self._encoded(options)

    def _struct_by_kind(self, group: str, version: str, kind: str) -> Any:
        from tutor.simulator.schemas import table

        type_ = table.kind_type(group, version, kind)
        return self._values.anything(3) if type_ is None else self._values.typed(type_, 0)

    def _body(self, resource: Resource, subresource: str, namespace: str, name: str, content_type: str) -> bytes:
        rng = self._random
        if rng.random() < 0.03:
            return self._junk()
        if content_type == PATCHES[0]:
            return self._encoded(self._json_patch(resource))
        obj = self._object(resource, namespace, name)
        if subresource:
            obj = self._for_subresource(subresource, obj)
        if content_type == PATCHES[2] and isinstance(obj, dict) and rng.random() < 0.2:
            self._directive(obj)
        data = self._encoded(obj)
        if rng.random() < 0.01:
            cut = rng.randrange(len(data) + 1)
            return data[:cut] + rng.randbytes(2) + data[cut:]
        return data

    def _object(self, resource: Resource, namespace: str, name: str) -> Any:
        rng = self._random
        type_ = type_of(resource)
        obj = self._values.typed(type_, 0) if type_ is not None else self._values.anything(4)
        if not isinstance(obj, dict) or rng.random() < 0.02:
            return obj
        obj["apiVersion"], obj["kind"] = resource.api_version, resource.kind
        metadata = obj.get("metadata") if isinstance(obj.get("metadata"), dict) else {}
        kept = {key: value for key, value in metadata.items() if rng.random() < 0.2} if metadata else {}
        obj["metadata"] = {**kept, "name": name}
        if rng.random() < 0.5:
            obj["metadata"]["labels"] = {"app": rng.choice(("a", "b"))}
        if rng.random() < 0.1:
            obj["metadata"]["namespace"] = namespace
        return obj

    def _for_subresource(self, subresource: str, obj: Any) -> Any:
        kinds = {
            "scale": ("autoscaling", "v1", "Scale"),
            "eviction": ("policy", "v1", "Eviction"),
            "binding": ("", "v1", "Binding"),
            "token": ("authentication.k8s.io", "v1", "TokenRequest"),
        }
        if subresource not in kinds or self._random.random() < 0.1:
            return obj
        group, version, kind = kinds[subresource]
        wanted = self._struct_by_kind(group, version, kind)
        if isinstance(wanted, dict) and isinstance(obj, dict):
            wanted |= {
                "apiVersion": f"{group}/{version}" if group else version,
                "kind": kind,
                "metadata": obj.get("metadata"),
            }
        return wanted

    def _json_patch(self, resource: Resource) -> Any:
        rng = self._random
        if rng.random() < 0.05:
            return self._values.anything(2)
        operations = []
        for _ in range(rng.choice((1, 1, 2, 3))):
            path, type_ = self._pointer(type_of(resource))
            operation = {"op": rng.choice(("add", "replace", "remove", "test", "move", "copy", "x")), "path": path}
            operation["value"] = self._values.typed(type_, 5) if type_ is not None else self._values.anything(2)
            if operation["op"] in ("move", "copy"):
                operation["from"] = self._pointer(type_of(resource))[0]
            operations.append(operation)
        return operations

    def _pointer(self, type_: Type | None) -> tuple[str, Type | None]:
        """A JSON pointer to somewhere in a type, and what belongs there."""
        rng = self._random
        parts: list[str] = []
        for _ in range(rng.randrange(1, 6)):
            if isinstance(type_, Struct) and type_.fields:
                name = rng.choice(list(type_.fields))
                type_ = type_.fields[name].type
            elif isinstance(type_, ListOf):
                name, type_ = rng.choice(("0", "-", "1", "x")), type_.elem
            elif isinstance(type_, MapOf):
                name, type_ = rng.choice(("app", "a~1b", "x")), type_.elem
            else:
                break
            parts.append(name)
        return "/" + "/".join(parts), type_

    def _directive(self, obj: dict[str, Any]) -> None:
        """Put a directive of strategic merge patches somewhere."""
        rng = self._random
        place: Any = obj
        while isinstance(place, dict) and place and rng.random() < 0.7:
            inner = rng.choice(list(place.values()))
            place = inner if isinstance(inner, dict) else place
            if inner is not place:
                break
        key = rng.choice(
            ("$patch", "$retainKeys", "$setElementOrder/containers", "$deleteFromPrimitiveList/finalizers", "$patch")
        )
        place[key] = rng.choice(("delete", "replace", "merge", "x", [], ["a"], [{"name": "c"}], None, 1))

    @staticmethod
    def _encoded(value: Any) -> bytes:
        return json.dumps(value).encode()
