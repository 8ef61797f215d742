"""/metrics: what the API server has answered and what it keeps, in the text format of Prometheus.

A few of a real API server's metrics, under its names and labels (apiserver, pkg/endpoints/metrics/metrics.go and
pkg/storage/etcd3/metrics); durations and the state of its parts are not measured here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from tutor.simulator.api.http import Request, Response
from tutor.simulator.api.routing import Route
from tutor.simulator.resources.scheme import Scheme
from tutor.simulator.schemas import table
from tutor.simulator.store import Store

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_VERBS = {"create": "POST", "update": "PUT"}
Labels = tuple[tuple[str, str], ...]


class RequestCounts:
    """Counts answered requests."""

    def __init__(self) -> None:
        self._counts: Counter[Labels] = Counter()

    def count(self, request: Request, route: Route | None, code: int) -> None:
        """One more request."""
        self._counts[_labels(request, route, code)] += 1

    def sorted(self) -> list[tuple[Labels, int]]:
        """All counts by their labels."""
        return sorted(self._counts.items())


def _labels(request: Request, route: Route | None, code: int) -> Labels:
    resource = route.resource if route is not None else None
    dry_run = "All" if request.param("dryRun") else ""
    found = {
        "code": str(code),
        "component": "apiserver",
        "dry_run": dry_run,
        "group": resource.group if resource is not None else "",
        "resource": resource.plural if resource is not None else "",
        "scope": _scope(route),
        "subresource": route.subresource if route is not None else "",
        "verb": _verb(request, route),
        "version": resource.version if resource is not None else "",
    }
    return tuple(found.items())


def _scope(route: Route | None) -> str:
    if route is None:
        return ""
    if route.name:
        return "resource"
    return "namespace" if route.namespace else "cluster"


def _verb(request: Request, route: Route | None) -> str:
    if route is None:
        return request.method
    if route.verb == "patch" and "apply-patch" in request.headers.get("content-type", ""):
        return "APPLY"
    return _VERBS.get(route.verb, route.verb.upper())


def page(counts: RequestCounts, scheme: Scheme, store: Store) -> Response:
    """The answer of /metrics."""
    major, minor, _ = table.version().removeprefix("v").split(".")
    build = (("git_version", table.version()), ("major", major), ("minor", minor))
    kept = {
        r.storage_id: (("group", r.group), ("resource", r.plural))
        for r in scheme
        if not r.storage and "watch" in r.verbs
    }
    objects = sorted((labels, store.count(storage_id)) for storage_id, labels in kept.items())
    lines = [
        *_family("apiserver_request_total", "counter", "How many requests were answered.", counts.sorted()),
        *_family("apiserver_resource_objects", "gauge", "How many objects are stored.", objects),
        *_family("kubernetes_build_info", "gauge", "The version of Kubernetes, always 1.", [(build, 1)]),
    ]
    return Response(200, ("\n".join(lines) + "\n").encode(), CONTENT_TYPE)


def _family(name: str, kind: str, words: str, values: Iterable[tuple[Labels, int]]) -> list[str]:
    shown = [f"{name}{{{_shown(labels)}}} {number}" for labels, number in values]
    return [f"# HELP {name} {words}", f"# TYPE {name} {kind}", *shown]


def _shown(labels: Labels) -> str:
    return ",".join(f'{key}="{value}"' for key, value in labels)
