"""The way a request takes: from an Ingress to a Service, and from there to the Pods that are ready."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from textual.content import Content

from tutor.ui.live.pictures.parts import HEADING, TONES, pod_label
from tutor.ui.live.state import ClusterState, Object, name_of
from tutor.ui.live.words import pod_state

MAX_PODS = 24
"""A Service with more Pods says how many more there are."""


def traffic_picture(state: ClusterState, width: int) -> list[Content]:
    """The lines of the picture; `width` in cells."""
    services = [service for service in state.all("Service") if name_of(service) != "kubernetes"]
    lines: list[Content] = []
    for service in services:
        lines += [*_ways_in(service, state), *_service(service, state), Content()]
    missing = _missing_backends(state, {name_of(service) for service in services})
    if not services and not missing:
        return [Content.styled("No Service in this namespace: nothing leads to the Pods yet.", "$text-muted")]
    return [line.truncate(width, ellipsis=True) for line in [*lines, *missing]]


def _ingress_backends(state: ClusterState) -> Iterator[tuple[str, str, str, str]]:
    """Name of the Ingress, host, path and Service of each rule."""
    for ingress in state.all("Ingress"):
        spec = ingress.get("spec") or {}
        default = ((spec.get("defaultBackend") or {}).get("service") or {}).get("name")
        if default:
            yield name_of(ingress), "any host", "", str(default)
        for rule in spec.get("rules") or ():
            for path in (rule.get("http") or {}).get("paths") or ():
                service = ((path.get("backend") or {}).get("service") or {}).get("name", "")
                yield name_of(ingress), str(rule.get("host") or "any host"), str(path.get("path") or "/"), str(service)


def _ways_in(service: Object, state: ClusterState) -> Iterator[Content]:
    for ingress, host, path, target in _ingress_backends(state):
        if target == name_of(service):
            yield Content.assemble((f"Ingress {ingress}", HEADING), f"  {host}{path}")
            yield Content("   │")
            yield Content("   ▼")


def _missing_backends(state: ClusterState, known: set[str]) -> list[Content]:
    return [
        Content.assemble(
            (f"Ingress {ingress}", HEADING), f"  {host}{path} ╌╌ ", (f"no Service {target} here", TONES["bad"])
        )
        for ingress, host, path, target in _ingress_backends(state)
        if target not in known
    ]


def _service(service: Object, state: ClusterState) -> Iterator[Content]:
    spec = service.get("spec") or {}
    kind = str(spec.get("type") or "ClusterIP")
    ports = ", ".join(_port(port) for port in spec.get("ports") or ())
    yield Content.assemble((f"Service {name_of(service)}", HEADING), f"  {kind}  {ports}".rstrip())
    selector = ",".join(f"{key}={value}" for key, value in sorted((spec.get("selector") or {}).items()))
    yield Content.assemble("   │ ", (f"selects {selector}" if selector else "selects nothing", "$text-muted"))
    ends = _endpoints(name_of(service), state.all("EndpointSlice"))
    if not ends:
        yield Content.assemble("   └╌╌  ", ("no Pod has these labels: requests go nowhere", TONES["bad"]))
    pods = {name_of(pod): pod for pod in state.all("Pod")}
    for place, end in enumerate(ends[:MAX_PODS]):
        yield _end(end, pods, last=place == len(ends) - 1)
    if len(ends) > MAX_PODS:
        yield Content(f"   └── and {len(ends) - MAX_PODS} more")


def _port(port: Mapping[str, Any]) -> str:
    target, node_port = port.get("targetPort", port.get("port")), port.get("nodePort")
    outside = f", on every node {node_port}" if node_port else ""
    return f"port {port.get('port')} to {target}{outside}"


def _endpoints(service: str, slices: Sequence[Object]) -> list[Mapping[str, Any]]:
    """The ends of a Service, those that take requests first."""
    found = [
        endpoint
        for one in slices
        if ((one.get("metadata") or {}).get("labels") or {}).get("kubernetes.io/service-name") == service
        for endpoint in one.get("endpoints") or ()
    ]
    return sorted(found, key=lambda end: (not _takes_requests(end), str((end.get("targetRef") or {}).get("name"))))


def _takes_requests(endpoint: Mapping[str, Any]) -> bool:
    return (endpoint.get("conditions") or {}).get("ready", True) is not False


def _end(endpoint: Mapping[str, Any], pods: Mapping[str, Object], *, last: bool) -> Content:
    name = str((endpoint.get("targetRef") or {}).get("name") or ", ".join(endpoint.get("addresses") or ()))
    pod = pods.get(name)
    label = pod_label(pod) if pod else Content(name)
    corner = "└" if last else "├"
    if _takes_requests(endpoint):
        return Content.assemble(f"   {corner}──▶ ", label, ("  takes requests", TONES["good"]))
    why = pod_state(pod).word if pod else "not ready"
    return Content.assemble(f"   {corner}╌╌  ", label, (f"  left out: {why}", TONES["moving"]))
