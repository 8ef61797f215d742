"""`kubectl describe` for services, endpoints and endpoint slices."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.kubectl.describe.context import Context
from tutor.kubectl.describe.writer import Writer
from tutor.kubectl.errors import ApiError
from tutor.kubectl.objects import Object, get, name_of, namespace_of
from tutor.kubectl.selectors import map_text

_SHOWN_ENDPOINTS = 3


def _head(writer: Writer, obj: Object) -> None:
    writer.line(0, "Name", name_of(obj))
    writer.line(0, "Namespace", namespace_of(obj))
    writer.metadata(obj)


def endpoint_slices(context: Context, namespace: str, service: str) -> list[Object]:
    path = f"/apis/discovery.k8s.io/v1/namespaces/{namespace}/endpointslices"
    return context.list_all(path, labelSelector=f"kubernetes.io/service-name={service}")


def endpoints_text(slices: Sequence[Object], port_name: str) -> str:
    """The ready addresses of a port, three of them and how many more."""
    if not slices:
        return "<none>"
    found: list[str] = []
    for item in slices:
        ports = [str(port.get("port", "")) for port in item.get("ports") or [] if (port.get("name") or "") == port_name]
        for port in ports if item.get("ports") else [""]:
            found += [_address(endpoint, port) for endpoint in item.get("endpoints") or [] if _ready(endpoint)]
    text = ",".join(found[:_SHOWN_ENDPOINTS])
    return f"{text} + {len(found) - _SHOWN_ENDPOINTS} more..." if len(found) > _SHOWN_ENDPOINTS else text


def _ready(endpoint: Object) -> bool:
    return get(endpoint, "conditions.ready") is not False


def _address(endpoint: Object, port: str) -> str:
    address = str(endpoint["addresses"][0])
    if not port:
        return address
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def describe_service(context: Context, obj: Object) -> str:
    writer = Writer()
    spec = obj.get("spec") or {}
    _head(writer, obj)
    writer.line(0, "Selector", map_text(spec.get("selector")) or "<none>")
    writer.line(0, "Type", spec.get("type", ""))
    if spec.get("ipFamilyPolicy"):
        writer.line(0, "IP Family Policy", spec["ipFamilyPolicy"])
    writer.line(0, "IP Families", ",".join(spec.get("ipFamilies") or []) or "<none>")
    writer.line(0, "IP", spec.get("clusterIP", ""))
    writer.line(0, "IPs", ",".join(spec.get("clusterIPs") or []) or "<none>")
    _outside(writer, obj, spec)
    try:
        slices = endpoint_slices(context, namespace_of(obj), name_of(obj))
    except ApiError:
        slices = []
    for port in spec.get("ports") or []:
        _port(writer, port, slices)
    _policies(writer, spec)
    context.write_events(writer, obj)
    return writer.aligned()


def _outside(writer: Writer, obj: Object, spec: Object) -> None:
    if spec.get("externalIPs"):
        writer.line(0, "External IPs", ",".join(spec["externalIPs"]))
    if spec.get("loadBalancerIP"):
        writer.line(0, "Desired LoadBalancer IP", spec["loadBalancerIP"])
    if spec.get("externalName"):
        writer.line(0, "External Name", spec["externalName"])
    ingress = get(obj, "status.loadBalancer.ingress", [])
    if ingress:
        writer.line(0, "LoadBalancer Ingress", ", ".join(_ingress(item) for item in ingress))


def _ingress(item: Object) -> str:
    if not item.get("ip"):
        return str(item.get("hostname", ""))
    return f"{item['ip']} ({item['ipMode']})" if item.get("ipMode") else str(item["ip"])


def _port(writer: Writer, port: Object, slices: Sequence[Object]) -> None:
    name, protocol = port.get("name") or "<unset>", port.get("protocol", "")
    writer.line(0, "Port", f"{name}\t{port['port']}/{protocol}")
    writer.line(0, "TargetPort", f"{port.get('targetPort', 0)}/{protocol}")
    if port.get("appProtocol"):
        writer.line(0, "AppProtocol", port["appProtocol"])
    if port.get("nodePort"):
        writer.line(0, "NodePort", f"{name}\t{port['nodePort']}/{protocol}")
    writer.line(0, "Endpoints", endpoints_text(slices, port.get("name") or ""))


def _policies(writer: Writer, spec: Object) -> None:
    writer.line(0, "Session Affinity", spec.get("sessionAffinity", ""))
    optional = (
        ("External Traffic Policy", "externalTrafficPolicy"),
        ("Internal Traffic Policy", "internalTrafficPolicy"),
        ("HealthCheck NodePort", "healthCheckNodePort"),
    )
    for label, field in optional:
        if spec.get(field):
            writer.line(0, label, spec[field])
    if spec.get("loadBalancerSourceRanges"):
        writer.line(0, "LoadBalancer Source Ranges", ",".join(spec["loadBalancerSourceRanges"]))
    if spec.get("trafficDistribution"):
        writer.line(0, "Traffic Distribution", spec["trafficDistribution"])


def describe_endpoints(context: Context, obj: Object) -> str:
    writer = Writer()
    _head(writer, obj)
    writer.write(0, "Subsets:\n")
    for subset in obj.get("subsets") or []:
        for label, field in (("Addresses", "addresses"), ("NotReadyAddresses", "notReadyAddresses")):
            addresses = ",".join(str(item.get("ip", "")) for item in subset.get(field) or [])
            writer.line(1, label, addresses or "<none>")
        if subset.get("ports"):
            writer.write(1, "Ports:\n")
            _port_table(writer, 2, subset["ports"])
        writer.write(0, "\n")
    context.write_events(writer, obj)
    return writer.aligned()


def _port_table(writer: Writer, level: int, ports: Sequence[Object]) -> None:
    rows = [(port.get("name") or "<unset>", port.get("port", "<unset>"), port.get("protocol", "")) for port in ports]
    writer.table(level, ("Name", "Port", "Protocol"), rows)


def describe_endpoint_slice(context: Context, obj: Object) -> str:
    writer = Writer()
    _head(writer, obj)
    writer.line(0, "AddressType", obj.get("addressType", ""))
    if obj.get("ports"):
        writer.write(0, "Ports:\n")
        _port_table(writer, 1, obj["ports"])
    else:
        writer.write(0, "Ports: <unset>\n")
    writer.write(0, "Endpoints:\n" if obj.get("endpoints") else "Endpoints: <none>\n")
    for endpoint in obj.get("endpoints") or []:
        _endpoint(writer, endpoint)
    context.write_events(writer, obj)
    return writer.aligned()


def _endpoint(writer: Writer, endpoint: Object) -> None:
    writer.line(1, "- Addresses", ", ".join(endpoint.get("addresses") or []) or "<none>")
    writer.write(2, "Conditions:\n")
    ready = get(endpoint, "conditions.ready")
    writer.line(3, "Ready", "<unset>" if ready is None else str(ready).lower())
    writer.line(2, "Hostname", endpoint.get("hostname") or "<unset>")
    target = endpoint.get("targetRef")
    if target:
        writer.line(2, "TargetRef", f"{target.get('kind', '')}/{target.get('name', '')}")
    writer.line(2, "NodeName", endpoint.get("nodeName") or "<unset>")
    writer.line(2, "Zone", endpoint.get("zone") or "<unset>")
