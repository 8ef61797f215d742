"""Services and Endpoints. Rules: pkg/apis/core/validation/validation.go validateService."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from typing import Any

from tutor.simulator.errors import FieldError, duplicate, forbidden_field, invalid, not_supported, required
from tutor.simulator.names import check_labels, name_problems
from tutor.simulator.resources.base import Column, Resource
from tutor.simulator.resources.container_validation import PORT_RANGE, PROTOCOLS, check_port
from tutor.simulator.resources.printing import AGE, NAME, NONE, at, format_labels
from tutor.simulator.resources.service_allocation import addresses, node_ports, prepare_service, prepare_service_update
from tutor.simulator.store import Obj

TYPES = ("ClusterIP", "ExternalName", "LoadBalancer", "NodePort")
TRAFFIC_POLICIES = ("Cluster", "Local")
AFFINITIES = ("ClientIP", "None")
EXPOSED = ("NodePort", "LoadBalancer")
WITH_ADDRESS = ("ClusterIP", "NodePort", "LoadBalancer")
CLIENT_IP_SECONDS = 10800


def headless(spec: Mapping[str, Any]) -> bool:
    """Whether the Service asks for no virtual address."""
    return spec.get("clusterIP") == "None" or (spec.get("clusterIPs") or [""])[0] == "None"


def _default(service: Obj) -> None:
    spec = service.setdefault("spec", {})
    for name, value in (("sessionAffinity", "None"), ("type", "ClusterIP")):
        if not spec.get(name):
            spec[name] = value
    if spec["sessionAffinity"] == "None":
        spec.pop("sessionAffinityConfig", None)
    elif spec["sessionAffinity"] == "ClientIP":
        config = spec.setdefault("sessionAffinityConfig", {})
        config.setdefault("clientIP", {}).setdefault("timeoutSeconds", CLIENT_IP_SECONDS)
    for port in spec.get("ports") or ():
        if not port.get("protocol"):
            port["protocol"] = "TCP"
        if port.get("targetPort") in (None, 0, ""):
            port["targetPort"] = port.get("port", 0)
    if (spec["type"] in EXPOSED or spec.get("externalIPs")) and not spec.get("externalTrafficPolicy"):
        spec["externalTrafficPolicy"] = "Cluster"
    if spec["type"] in WITH_ADDRESS and spec.get("internalTrafficPolicy") is None:
        spec["internalTrafficPolicy"] = "Cluster"
    if spec["type"] == "LoadBalancer" and spec.get("allocateLoadBalancerNodePorts") is None:
        spec["allocateLoadBalancerNodePorts"] = True


def _warnings(service: Obj) -> Iterator[str]:
    """pkg/api/service/warnings.go"""
    spec = service["spec"]
    given, without = bool(spec.get("externalIPs")), headless(spec)
    if without and spec["type"] != "ExternalName":
        if spec.get("loadBalancerIP"):
            yield "spec.loadBalancerIP is ignored for headless services"
        if given:
            yield "spec.externalIPs is ignored for headless services"
        if spec["sessionAffinity"] != "None":
            yield "spec.SessionAffinity is ignored for headless services"
    if given and not without and spec["type"] != "ExternalName":
        yield "spec.externalIPs is deprecated and may no longer be implemented in some clusters"
    if given and spec["type"] == "ExternalName":
        yield 'spec.externalIPs is ignored when spec.type is "ExternalName"'
    if spec["type"] != "ExternalName" and spec.get("externalName"):
        yield 'spec.externalName is ignored when spec.type is not "ExternalName"'
    if spec.get("trafficDistribution") == "PreferClose":
        yield 'spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"'


def _validate(service: Obj) -> Iterator[FieldError]:
    spec = service["spec"]
    if not spec.get("ports") and not headless(spec) and spec["type"] != "ExternalName":
        yield required("spec.ports")
    if spec["type"] in EXPOSED and headless(spec):
        yield invalid("spec.clusterIPs[0]", "None", f"may not be set to 'None' for {spec['type']} services")
    if spec["type"] == "ExternalName":
        yield from _validate_external_name(spec)
    yield from _validate_ports(spec)
    yield from check_labels(spec.get("selector"), "spec.selector")
    if spec["sessionAffinity"] not in AFFINITIES:
        yield not_supported("spec.sessionAffinity", spec["sessionAffinity"], AFFINITIES)
    yield from _validate_addresses(spec)
    if spec["type"] not in TYPES:
        yield not_supported("spec.type", spec["type"], TYPES)
    policy = spec.get("externalTrafficPolicy")
    if policy and spec["type"] not in EXPOSED and not spec.get("externalIPs"):
        yield invalid("spec.externalTrafficPolicy", policy, "may only be set for externally-accessible services")
    elif policy and policy not in TRAFFIC_POLICIES:
        yield not_supported("spec.externalTrafficPolicy", policy, TRAFFIC_POLICIES)
    yield from _validate_port_uniqueness(spec)
    policy = spec.get("internalTrafficPolicy")
    if policy is not None and policy not in TRAFFIC_POLICIES:
        yield not_supported("spec.internalTrafficPolicy", policy, TRAFFIC_POLICIES)


def _validate_external_name(spec: Mapping[str, Any]) -> Iterator[FieldError]:
    if spec.get("clusterIPs") or spec.get("clusterIP"):
        yield forbidden_field("spec.clusterIPs", "may not be set for ExternalName services")
    name = str(spec.get("externalName") or "").removesuffix(".")
    if not name:
        yield required("spec.externalName")
        return
    for problem in name_problems(name, "subdomain"):
        yield invalid("spec.externalName", name, problem)


def _validate_ports(spec: Mapping[str, Any]) -> Iterator[FieldError]:
    ports = spec.get("ports") or ()
    names: set[str] = set()
    for i, port in enumerate(ports):
        path = f"spec.ports[{i}]"
        name = port.get("name")
        if not name and len(ports) > 1:
            yield required(f"{path}.name")
        elif name:
            for problem in name_problems(name, "label"):
                yield invalid(f"{path}.name", name, problem)
            if name in names:
                yield duplicate(f"{path}.name", name)
            names.add(name)
        if not 1 <= port.get("port", 0) <= 65535:
            yield invalid(f"{path}.port", port.get("port", 0), PORT_RANGE)
        if port["protocol"] not in PROTOCOLS:
            yield not_supported(f"{path}.protocol", port["protocol"], PROTOCOLS)
        yield from check_port(port.get("targetPort"), f"{path}.targetPort")


def _validate_addresses(spec: Mapping[str, Any]) -> Iterator[FieldError]:
    for i, address in enumerate(spec.get("clusterIPs") or ([spec["clusterIP"]] if spec.get("clusterIP") else ())):
        if address == "None" or spec["type"] == "ExternalName":
            continue
        try:
            ipaddress.ip_address(address)
        except ValueError:
            why = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"
            yield invalid(f"spec.clusterIPs[{i}]", address, why)


def _validate_port_uniqueness(spec: Mapping[str, Any]) -> Iterator[FieldError]:
    seen: set[tuple[str, Any]] = set()
    node_ports: set[tuple[str, Any]] = set()
    for i, port in enumerate(spec.get("ports") or ()):
        path = f"spec.ports[{i}]"
        node_port = port.get("nodePort")
        if node_port and spec["type"] == "ClusterIP":
            yield forbidden_field(f"{path}.nodePort", "may not be used when `type` is 'ClusterIP'")
        if node_port and (port["protocol"], node_port) in node_ports:
            yield duplicate(f"{path}.nodePort", node_port)
        node_ports.add((port["protocol"], node_port))
        if (port["protocol"], port.get("port")) in seen:
            shown = {
                "Name": "",
                "Protocol": port["protocol"],
                "AppProtocol": None,
                "Port": port.get("port"),
                "TargetPort": 0,
                "NodePort": 0,
            }
            yield duplicate(path, shown)
        seen.add((port["protocol"], port.get("port")))


def _validate_update(service: Obj, old: Obj) -> Iterator[FieldError]:
    before, after = old["spec"], service["spec"]
    if before["type"] == "ExternalName" or after["type"] == "ExternalName":
        return
    was, now = (before.get("clusterIPs") or [""])[0], (after.get("clusterIPs") or [""])[0]
    if was and now != was:
        yield invalid("spec.clusterIPs[0]", after.get("clusterIPs"), "may not change once set")


def _external_ip(service: Obj, _: float) -> str:
    spec = service["spec"]
    given = list(spec.get("externalIPs") or ())
    if spec["type"] == "ExternalName":
        return str(spec.get("externalName", ""))
    if spec["type"] == "LoadBalancer":
        ingress = (service.get("status", {}).get("loadBalancer") or {}).get("ingress") or ()
        assigned = sorted({entry.get("ip") or entry.get("hostname") for entry in ingress} - {None, ""})
        return ",".join([*assigned, *given]) or "<pending>"
    return ",".join(given) or NONE


def _ports(service: Obj, _: float) -> str:
    shown = []
    for port in service["spec"].get("ports") or ():
        node_port = f":{port['nodePort']}" if port.get("nodePort") else ""
        shown.append(f"{port['port']}{node_port}/{port['protocol']}")
    return ",".join(shown) or NONE


def _cluster_ip(service: Obj, _: float) -> str:
    return str((service["spec"].get("clusterIPs") or [NONE])[0])


def _endpoints(endpoints: Obj, _: float) -> str:
    """printers.go formatEndpoints"""
    addresses: list[str] = []
    for subset in endpoints.get("subsets") or ():
        ips = [address["ip"] for address in subset.get("addresses") or ()]
        ports = subset.get("ports") or ()
        addresses.extend(ips if not ports else [f"{ip}:{port['port']}" for port in ports for ip in ips])
    if not endpoints.get("subsets"):
        return NONE
    text = ",".join(addresses[:3])
    return f"{text} + {len(addresses) - 3} more..." if len(addresses) > 3 else text


def _default_endpoints(endpoints: Obj) -> None:
    for subset in endpoints.get("subsets") or ():
        for port in subset.get("ports") or ():
            port.setdefault("protocol", "TCP")


RESOURCES = (
    Resource(
        group="",
        version="v1",
        kind="Service",
        plural="services",
        short_names=("svc",),
        categories=("all",),
        columns=(
            NAME,
            Column("Type", at("spec", "type"), description="How the Service is reached."),
            Column("Cluster-IP", _cluster_ip, description="Its address inside the cluster."),
            Column("External-IP", _external_ip, description="Its address outside the cluster."),
            Column("Port(s)", _ports, description="Ports it listens on."),
            AGE,
            Column(
                "Selector",
                lambda obj, _: format_labels(obj["spec"].get("selector")),
                priority=1,
                description="Labels of the pods it sends traffic to.",
            ),
        ),
        name_rule="label",
        default=_default,
        prepare_create=prepare_service,
        prepare_update=prepare_service_update,
        validate=_validate,
        warnings=_warnings,
        validate_update=_validate_update,
        has_status=True,
        delete_returns_object=True,
        subresources={"proxy": ("create", "delete", "get", "patch", "update")},
        indexes={"clusterIP": addresses, "nodePort": node_ports},
        fields={
            "spec.clusterIP": lambda obj: str(obj["spec"].get("clusterIP", "")),
            "spec.type": lambda obj: str(obj["spec"].get("type", "")),
        },
        schema="io.k8s.api.core.v1.Service",
    ),
    Resource(
        group="",
        version="v1",
        kind="Endpoints",
        plural="endpoints",
        deprecated="v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice",
        singular="endpoints",
        short_names=("ep",),
        columns=(NAME, Column("Endpoints", _endpoints, description="Addresses of ready pods."), AGE),
        default=_default_endpoints,
        schema="io.k8s.api.core.v1.Endpoints",
    ),
)
