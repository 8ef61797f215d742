"""Virtual addresses and node ports of Services. Source: pkg/registry/core/service/{ipallocator,portallocator,storage}."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from ipaddress import IPv4Address, IPv4Network
from typing import Any

from tutor.simulator.errors import ApiError, FieldError, invalid, invalid_object
from tutor.simulator.resources.base import Context
from tutor.simulator.store import Obj

SERVICE_CIDR = IPv4Network("10.96.0.0/16")
"""The range that kubeadm and kind use by default."""

STATIC_BAND = min(max(16, SERVICE_CIDR.num_addresses // 16), 256)
"""The first addresses are left for those who ask for one (Service ClusterIP allocation, kubernetes.io)."""

NODE_PORTS = range(30000, 32768)
API_SERVICE_IP = str(SERVICE_CIDR[1])
DNS_SERVICE_IP = str(SERVICE_CIDR[10])
_PORT_RANGE_RULE = "provided port is not in the valid range. The range of valid ports is 30000-32767"


def addresses(service: Obj) -> Iterable[str]:
    """For an index: the Service's virtual addresses."""
    return [ip for ip in service["spec"].get("clusterIPs") or () if ip != "None"]


def node_ports(service: Obj) -> Iterable[str]:
    """For an index: the Service's node ports."""
    return [str(port["nodePort"]) for port in service["spec"].get("ports") or () if port.get("nodePort")]


def prepare_service(context: Context, service: Obj) -> None:
    """Give a new Service what its type needs."""
    service["status"] = {"loadBalancer": {}}
    _allocate(context, service, None)


def prepare_service_update(context: Context, service: Obj, old: Obj) -> None:
    """Keep what the Service had where its type still needs it (storage.go patchAllocatedValues)."""
    before, after = old["spec"], service["spec"]
    if before["type"] != "ExternalName" and after["type"] != "ExternalName":
        for field in ("clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"):
            if not after.get(field) and before.get(field):
                after[field] = before[field]
    if before["type"] in ("NodePort", "LoadBalancer") and after["type"] in ("NodePort", "LoadBalancer"):
        held = {(p["protocol"], p.get("port")): p["nodePort"] for p in before.get("ports") or () if p.get("nodePort")}
        wanted = {port.get("nodePort") for port in after.get("ports") or ()}
        for port in after.get("ports") or ():
            kept = held.get((port["protocol"], port.get("port")))
            if not port.get("nodePort") and kept and kept not in wanted:
                port["nodePort"] = kept
    elif before["type"] in ("NodePort", "LoadBalancer"):
        held_ports = {port.get("nodePort") for port in before.get("ports") or ()}
        for port in after.get("ports") or ():
            if port.get("nodePort") in held_ports:
                port.pop("nodePort", None)
        if after.get("externalTrafficPolicy") == before.get("externalTrafficPolicy"):
            after.pop("externalTrafficPolicy", None)
        after.pop("allocateLoadBalancerNodePorts", None)
    _allocate(context, service, old)


def _allocate(context: Context, service: Obj, old: Obj | None) -> None:
    spec = service["spec"]
    if spec["type"] == "ExternalName":
        for field in ("clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy", "internalTrafficPolicy"):
            if old is not None or not spec.get(field):
                spec.pop(field, None)
        return
    _choose_families(service)
    _allocate_address(context, service, old)
    if spec["type"] == "NodePort" or (
        spec["type"] == "LoadBalancer" and spec.get("allocateLoadBalancerNodePorts", True)
    ):
        _allocate_ports(context, service, old)


def _refuse(service: Obj, error: FieldError) -> ApiError:
    return invalid_object("Service", "", service["metadata"]["name"], [error])


def _choose_families(service: Obj) -> None:
    """Which kinds of addresses the Service has. This cluster has IPv4 only, but a Service without an address and without pods of
    its own may have others (pkg/registry/core/service/storage/alloc.go, initIPFamilyFields)."""
    spec = service["spec"]
    free = spec.get("clusterIP") == "None" and not spec.get("selector")
    if not spec.get("ipFamilyPolicy"):
        spec["ipFamilyPolicy"] = "RequireDualStack" if free else "SingleStack"
    if not free:
        _check_families(service)
    if not spec.get("ipFamilies"):
        spec["ipFamilies"] = ["IPv4"]
    if free and spec["ipFamilyPolicy"] != "SingleStack" and len(spec["ipFamilies"]) == 1:
        spec["ipFamilies"] = [*spec["ipFamilies"], "IPv6" if spec["ipFamilies"] == ["IPv4"] else "IPv4"]


def _check_families(service: Obj) -> None:
    spec = service["spec"]
    errors = [
        invalid(f"spec.ipFamilies[{i}]", family, "not configured on this cluster")
        for i, family in enumerate(spec.get("ipFamilies") or ())
        if family == "IPv6"
    ]
    if spec.get("ipFamilyPolicy") == "RequireDualStack":
        why = "this cluster is not configured for dual-stack services"
        errors.append(invalid("spec.ipFamilyPolicy", "RequireDualStack", why))
    if errors:
        raise invalid_object("Service", "", service["metadata"]["name"], errors)


def _allocate_address(context: Context, service: Obj, old: Obj | None) -> None:
    spec = service["spec"]
    wanted = (spec.get("clusterIPs") or [spec.get("clusterIP") or ""])[0] or spec.get("clusterIP")
    if wanted and spec.get("clusterIP") and wanted != spec["clusterIP"]:
        wanted = spec["clusterIP"]
    if wanted and old is not None and (before := list(addresses(old))) and wanted not in (*before, "None"):
        raise _refuse(service, invalid("spec.clusterIPs[0]", [wanted], "may not change once set"))
    if wanted and not (wanted == "None" or (old is not None and wanted in addresses(old))):
        _check_address(context, service, wanted)
    if not wanted:
        wanted = _free_address(context)
    spec["clusterIP"], spec["clusterIPs"] = wanted, [wanted]


def _check_address(context: Context, service: Obj, wanted: str) -> None:
    try:
        address = IPv4Address(wanted)
    except ValueError:
        return  # validation says so with the other problems
    if address not in SERVICE_CIDR:
        why = f"failed to allocate IP {wanted}: the provided network does not match the current range"
        raise _refuse(service, invalid("spec.clusterIPs", [wanted], why))
    if context.store.by_index("services", "clusterIP", wanted):
        why = f"failed to allocate IP {wanted}: provided IP is already allocated"
        raise _refuse(service, invalid("spec.clusterIPs", [wanted], why))


def _free_address(context: Context) -> str:
    first, count = STATIC_BAND + 1, SERVICE_CIDR.num_addresses - 2 - STATIC_BAND
    start = context.ids.choice(count)
    for offset in range(count):
        address = str(SERVICE_CIDR[first + (start + offset) % count])
        if not context.store.by_index("services", "clusterIP", address):
            return address
    raise ApiError(500, "InternalError", "Internal error occurred: failed to allocate a serviceIP: range is full")


def _allocate_ports(context: Context, service: Obj, old: Obj | None) -> None:
    own = set(node_ports(old)) if old is not None else set()
    taken: set[int] = set()
    ports: list[Mapping[str, Any]] = service["spec"].get("ports") or []
    for i, port in enumerate(ports):
        wanted = port.get("nodePort")
        if not wanted:
            continue
        if wanted not in NODE_PORTS and not context.dry_run:  # a dry run's allocator knows no range
            raise _refuse(service, invalid(f"spec.ports[{i}].nodePort", wanted, _PORT_RANGE_RULE))
        if str(wanted) not in own and context.store.by_index("services", "nodePort", str(wanted)):
            raise _refuse(service, invalid(f"spec.ports[{i}].nodePort", wanted, "provided port is already allocated"))
        taken.add(wanted)
    for port in service["spec"].get("ports") or ():
        if not port.get("nodePort"):
            port["nodePort"] = _free_port(context, taken)
            taken.add(port["nodePort"])


def _free_port(context: Context, taken: set[int]) -> int:
    start = context.ids.choice(len(NODE_PORTS))
    for offset in range(len(NODE_PORTS)):
        port = NODE_PORTS[(start + offset) % len(NODE_PORTS)]
        if port not in taken and not context.store.by_index("services", "nodePort", str(port)):
            return port
    raise ApiError(500, "InternalError", "Internal error occurred: failed to allocate a nodePort: range is full")
