"""What the API says about itself: version, health, discovery and OpenAPI."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection
from typing import Any

from tutor.simulator import errors
from tutor.simulator.api import discovery, health, openapi
from tutor.simulator.api.call import render
from tutor.simulator.api.http import JSON, Request, Response, encode, encode_pretty, plain_text
from tutor.simulator.api.negotiation import accepted, not_acceptable, parse_media, plainly_accepted
from tutor.simulator.api.openapi_protobuf import encode_document
from tutor.simulator.resources.scheme import Scheme
from tutor.simulator.schemas import table

_BELOW_HEALTH = tuple(f"{path}/" for path in health.PATHS)
OPENAPI_PROTOBUF = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf"
_OPENAPI_V2 = {
    **dict.fromkeys((JSON, "application/*", "*/*"), JSON),
    **dict.fromkeys((OPENAPI_PROTOBUF, OPENAPI_PROTOBUF.replace("@", ".")), OPENAPI_PROTOBUF.replace("@", ".")),
}
"""What a client may ask /openapi/v2 for, and what it gets (kube-openapi, pkg/handler/handler.go)."""
_AGGREGATED = "APIGroupDiscoveryList"


def version_info() -> dict[str, str]:
    """The answer of /version (version.Info)."""
    version = table.version()
    major, minor, _ = version.removeprefix("v").split(".")
    return {
        "major": major,
        "minor": minor,
        "emulationMajor": major,
        "emulationMinor": minor,
        "minCompatibilityMajor": major,
        "minCompatibilityMinor": str(int(minor) - 1),
        "gitVersion": version,
        "gitCommit": "",
        "gitTreeState": "clean",
        "buildDate": "1970-01-01T00:00:00Z",
        "goVersion": "go1.26.8",
        "compiler": "gc",
        "platform": "linux/amd64",
    }


class Documents:
    """Answers for every path that is no resource. Documents are made when first asked for and kept while the scheme is the same."""

    def __init__(self, scheme: Scheme, failing_checks: Callable[[], Collection[str]] = tuple) -> None:
        self.scheme = scheme
        self.failing_checks = failing_checks
        """The health checks that fail now."""
        self._kept: dict[str, Any] = {}
        self._generation = scheme.generation

    def kept(self, key: str, make: Callable[[], Any]) -> Any:
        """A document, made anew when kinds have come or gone."""
        if self._generation != self.scheme.generation:
            self._kept.clear()
            self._generation = self.scheme.generation
        if key not in self._kept:
            self._kept[key] = make()
        return self._kept[key]

    def answer(self, request: Request) -> Response:
        """The document at a path. Raises ApiError 405, 406."""
        path = request.path.rstrip("/") or "/"
        if request.method == "CONNECT":
            raise errors.method_not_allowed()  # to our HTTP server an answer that grants it has no body, and never ends
        if path.startswith("/openapi") and path != request.path:
            return plain_text(404, "404 page not found\n")
        if path in health.PATHS or path.startswith(_BELOW_HEALTH):
            return health.answer(request, self.failing_checks())
        if path.startswith(("/version/", "/api//")):
            raise errors.no_such_resource()
        if not self._known(path):
            return plain_text(404, "404 page not found\n")
        if request.method != "GET" and self._is_service(path):
            raise errors.method_not_allowed()
        if path == "/version":
            if not any(name in ("", JSON, "*/*") for name, _ in parse_media(request.headers.get("accept", ""))):
                raise not_acceptable((JSON,))
            return Response(200, encode_pretty(version_info()), JSON)
        if path == "/":
            return Response(200, encode_pretty({"paths": self._paths()}), JSON)
        if path.startswith("/openapi"):
            return self._openapi(request, path)
        return self._discovery(request, path)

    def _known(self, path: str) -> bool:
        head = path.split("/")[1]
        if head in ("api", "apis"):
            parts = path.strip("/").split("/")
            return head == "api" or len(parts) == 1 or any(parts[1] == group for group, _ in self.scheme.groups())
        return path in ("/", "/version", "/openapi/v2", "/openapi/v3") or path.startswith("/openapi/v3/")

    @staticmethod
    def _is_service(path: str) -> bool:
        """Whether a path is served by the library that looks at methods; the aggregator's lists of groups and the documents of
        OpenAPI are given to whoever asks in whatever way (kube-aggregator, pkg/apiserver/handler_apis.go)."""
        head, *rest = path.strip("/").split("/")
        return head in ("api", "version") or (head == "apis" and len(rest) > 1)

    def _paths(self) -> list[str]:
        found = {"/api", "/api/v1", "/apis", "/metrics", "/version", *health.paths()}
        found |= {"/apis/", "/openapi/v2", "/openapi/v3", "/openapi/v3/"}
        for group, versions in self.scheme.groups():
            if group:
                found |= {f"/apis/{group}", *(f"/apis/{group}/{version}" for version in versions)}
        return sorted(found)

    # -- discovery

    def _discovery(self, request: Request, path: str) -> Response:
        if path in ("/api", "/apis") and (version := _wants_aggregated(request)):
            body = self.kept(f"{path}#{version}", lambda: discovery.aggregated(self.scheme, path, version))
            content_type = f"{JSON};g=apidiscovery.k8s.io;v={version};as={_AGGREGATED}"
            response = Response(200, body, content_type)
            response.headers.append(("ETag", f'"{_hash(repr(body))}"'))
            response.headers.append(("Vary", "Accept"))
            return response
        body = self.kept(path, lambda: discovery.legacy(self.scheme, path))
        if body is None:
            raise errors.no_such_resource()
        of_aggregator = path.startswith("/apis") and path.count("/") < 3
        return render(body, plainly_accepted(request) if of_aggregator else accepted(request))

    # -- OpenAPI

    def _openapi(self, request: Request, path: str) -> Response:
        if path == "/openapi/v2":
            return self._openapi_v2(request)
        if path == "/openapi/v3":
            return Response(200, self.kept(path, lambda: openapi.index(self.scheme)), JSON)
        group_version = path.removeprefix("/openapi/v3/")
        body = self.kept(path, lambda: openapi.document(self.scheme, group_version))
        if body is None:
            return plain_text(404, "404 page not found\n")
        response = Response(200, body, JSON)
        if request.param("hash"):
            response.headers.append(("Cache-Control", "public, immutable"))
        response.headers.append(("ETag", f'"{openapi.document_hash(self.scheme, group_version)}"'))
        return response

    def _openapi_v2(self, request: Request) -> Response:
        wanted = parse_media(request.headers.get("accept", "") or "*/*")
        media = next((_OPENAPI_V2[name] for name, _ in wanted if name in _OPENAPI_V2), None)
        if media is None:
            return Response(406, b"", "")
        encoded = encode if media == JSON else encode_document
        return Response(200, self.kept(f"/openapi/v2#{media}", lambda: encoded(openapi.swagger(self.scheme))), media)


def _wants_aggregated(request: Request) -> str:
    """The version of aggregated discovery that a client takes; empty for none."""
    for name, parameters in parse_media(request.headers.get("accept", "")):
        wanted = parameters.get("as") == _AGGREGATED and parameters.get("g") == "apidiscovery.k8s.io"
        if name == JSON and not parameters:
            return ""
        if name == JSON and wanted and parameters.get("v") in ("v2", "v2beta1"):
            return parameters["v"]
    return ""


def _hash(text: str) -> str:
    return hashlib.sha512(text.encode()).hexdigest().upper()
