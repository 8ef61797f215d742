"""Ingresses, IngressClasses and NetworkPolicies. Rules: pkg/apis/networking/validation/validation.go."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any

from tutor.simulator.errors import FieldError, forbidden_field, invalid, not_supported, required
from tutor.simulator.names import SUBDOMAIN_RULE, name_problems
from tutor.simulator.resources.base import Column, Resource
from tutor.simulator.resources.container_validation import PORT_RANGE, port_name_problems
from tutor.simulator.resources.label_selectors import validate_selector
from tutor.simulator.resources.printing import AGE, NAME, NONE, at, format_selector, name_column
from tutor.simulator.resources.workload_validation import immutable
from tutor.simulator.store import Obj

PROTOCOLS = ("TCP", "UDP", "SCTP")
BAD_RANGE = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"
PATH_TYPES = ("Exact", "ImplementationSpecific", "Prefix")
ADDRESS_WIDTH = 16
"""Longer load-balancer addresses are cut in the Table (printers.go loadBalancerWidth)."""


def _default_ingress(ingress: Obj) -> None:
    ingress.setdefault("spec", {})


def _validate_ingress(ingress: Obj) -> Iterator[FieldError]:
    spec = ingress["spec"]
    if not spec.get("rules") and spec.get("defaultBackend") is None:
        yield invalid("spec", spec or None, "either `defaultBackend` or `rules` must be specified")
    for i, rule in enumerate(spec.get("rules") or ()):
        yield from _validate_rule(rule, f"spec.rules[{i}]")
    if spec.get("defaultBackend") is not None:
        yield from _validate_backend(spec["defaultBackend"], "spec.defaultBackend")
    for i, tls in enumerate(spec.get("tls") or ()):
        for j, host in enumerate(tls.get("hosts") or ()):
            for problem in name_problems(host.removeprefix("*."), "subdomain"):
                yield invalid(f"spec.tls[{i}].hosts[{j}]", host, problem)
    if spec.get("ingressClassName"):
        for problem in name_problems(spec["ingressClassName"], "subdomain"):
            yield invalid("spec.ingressClassName", spec["ingressClassName"], problem)


def _validate_rule(rule: Mapping[str, Any], path: str) -> Iterator[FieldError]:
    host = rule.get("host")
    if host and name_problems(host.removeprefix("*."), "subdomain"):
        yield invalid(f"{path}.host", host, SUBDOMAIN_RULE)
    http = rule.get("http")
    if http is None:
        return
    if not http.get("paths"):
        yield required(f"{path}.http.paths")
    for i, entry in enumerate(http.get("paths") or ()):
        where = f"{path}.http.paths[{i}]"
        if entry.get("pathType") is None:
            yield required(f"{where}.pathType", "pathType must be specified")
        elif entry["pathType"] not in PATH_TYPES:
            yield not_supported(f"{where}.pathType", entry["pathType"], PATH_TYPES)
        elif entry["pathType"] != "ImplementationSpecific" and not str(entry.get("path") or "").startswith("/"):
            yield invalid(f"{where}.path", entry.get("path") or "", "must be an absolute path")
        if entry.get("pathType") is not None:
            yield from _validate_backend(entry.get("backend") or {}, f"{where}.backend")


def _validate_backend(backend: Mapping[str, Any], path: str) -> Iterator[FieldError]:
    service, resource = backend.get("service"), backend.get("resource")
    if service is not None and resource is not None:
        yield invalid(path, "", "cannot set both resource and service backends")
    elif resource is None and service is None:
        yield invalid(path, "", "resource or service backend is required")
    elif service is not None:
        name = service.get("name")
        if not name:
            yield required(f"{path}.service.name")
        else:
            for problem in name_problems(name, "label"):
                yield invalid(f"{path}.service.name", name, problem)
        port = service.get("port") or {}
        if port.get("name") and port.get("number"):
            yield invalid(path, "", "cannot set both port name & port number")
        elif not port.get("name") and not port.get("number"):
            yield required(path, "port name or number is required")
        elif port.get("number") and not 1 <= port["number"] <= 65535:
            yield invalid(f"{path}.service.port.number", port["number"], PORT_RANGE)


def _hosts(ingress: Obj, _: float) -> str:
    rules = ingress["spec"].get("rules") or ()
    hosts = [rule["host"] for rule in rules if rule.get("host")]
    if not hosts:
        return "*"
    text = ",".join(hosts[:3])
    return f"{text} + {len(rules) - 3} more..." if len(rules) > 3 else text


def _address(ingress: Obj, _: float) -> str:
    entries = (ingress.get("status", {}).get("loadBalancer") or {}).get("ingress") or ()
    text = ",".join(sorted({entry.get("ip") or entry.get("hostname") or "" for entry in entries} - {""}))
    return text[: ADDRESS_WIDTH - 3] + "..." if len(text) > ADDRESS_WIDTH else text


def _class_name(obj: Obj, _: float) -> str:
    annotations = obj["metadata"].get("annotations") or {}
    default = annotations.get("ingressclass.kubernetes.io/is-default-class") == "true"
    return str(obj["metadata"]["name"]) + (" (default)" if default else "")


def _parameters(obj: Obj, _: float) -> str:
    parameters = (obj.get("spec") or {}).get("parameters")
    if not parameters:
        return NONE
    group = f".{parameters['apiGroup']}" if parameters.get("apiGroup") else ""
    return f"{parameters.get('kind', '')}{group}/{parameters.get('name', '')}"


def _default_policy(policy: Obj) -> None:
    """pkg/apis/networking/v1/defaults.go"""
    spec = policy.setdefault("spec", {})
    spec.setdefault("podSelector", {})
    if not spec.get("policyTypes"):
        spec["policyTypes"] = ["Ingress", *(["Egress"] if spec.get("egress") else [])]
    for direction in ("ingress", "egress"):
        for rule in spec.get(direction) or ():
            for port in rule.get("ports") or ():
                port.setdefault("protocol", "TCP")


def _validate_policy(policy: Obj) -> Iterator[FieldError]:
    yield from validate_selector(policy["spec"]["podSelector"], "spec.podSelector")
    for direction, peers in (("ingress", "from"), ("egress", "to")):
        for i, rule in enumerate(policy["spec"].get(direction) or ()):
            path = f"spec.{direction}[{i}]"
            for j, port in enumerate(rule.get("ports") or ()):
                yield from _validate_policy_port(port, f"{path}.ports[{j}]")
            for j, peer in enumerate(rule.get(peers) or ()):
                yield from _validate_peer(peer, f"{path}.{peers}[{j}]")
    for i, kind in enumerate(policy["spec"]["policyTypes"]):
        if kind not in ("Ingress", "Egress"):
            yield not_supported(f"spec.policyTypes[{i}]", kind, ("Ingress", "Egress"))


def _validate_policy_port(port: Mapping[str, Any], path: str) -> Iterator[FieldError]:
    if port.get("protocol") is not None and port["protocol"] not in PROTOCOLS:
        yield not_supported(f"{path}.protocol", port["protocol"], PROTOCOLS)
    number, last = port.get("port"), port.get("endPort")
    if isinstance(number, int):
        if not 1 <= number <= 65535:
            yield invalid(f"{path}.port", number, PORT_RANGE)
        if last is not None and last < number:
            yield invalid(f"{path}.endPort", last, "must be greater than or equal to `port`")
        if last is not None and not 1 <= last <= 65535:
            yield invalid(f"{path}.endPort", last, PORT_RANGE)
        return
    if last is not None:
        how = "non-numeric" if number is not None else "not specified"
        yield invalid(f"{path}.endPort", last, f"may not be specified when `port` is {how}")
    for problem in port_name_problems(number) if number is not None else ():
        yield invalid(f"{path}.port", number, problem)


def _validate_peer(peer: Mapping[str, Any], path: str) -> Iterator[FieldError]:
    for field in ("podSelector", "namespaceSelector"):
        if peer.get(field) is not None:
            yield from validate_selector(peer[field], f"{path}.{field}")
    block = peer.get("ipBlock")
    if block is not None:
        yield from _validate_block(block, f"{path}.ipBlock")
    given = [field for field in ("podSelector", "namespaceSelector", "ipBlock") if peer.get(field) is not None]
    if not given:
        yield required(path, "must specify a peer")
    elif block is not None and len(given) > 1:
        yield forbidden_field(path, "may not specify both ipBlock and another peer")


def _validate_block(block: Mapping[str, Any], path: str) -> Iterator[FieldError]:
    if not block.get("cidr"):
        yield required(f"{path}.cidr")
        return
    whole = _network(block["cidr"])
    if whole is None:
        yield invalid(f"{path}.cidr", block["cidr"], BAD_RANGE)
    for i, text in enumerate(block.get("except") or ()):
        part = _network(text)
        if part is None:
            yield invalid(f"{path}.except[{i}]", text, BAD_RANGE)
        elif whole is not None and not (whole != part and part.version == whole.version and part.subnet_of(whole)):  # type: ignore[arg-type] # of one version
            yield invalid(f"{path}.except[{i}]", text, "must be a strict subset of `cidr`")


def _network(text: str) -> IPv4Network | IPv6Network | None:
    try:
        return ip_network(text, strict=False) if "/" in text else None
    except ValueError:
        return None


def _validate_class(obj: Obj) -> Iterator[FieldError]:
    controller = (obj.get("spec") or {}).get("controller") or ""
    domain, slash, path = controller.partition("/")
    if not controller:
        yield required("spec.controller")
    elif not slash or not path or not domain:
        yield invalid("spec.controller", controller, 'must be a domain-prefixed path (such as "acme.io/foo")')
    else:
        for problem in name_problems(domain, "subdomain"):
            yield invalid("spec.controller", domain, problem)


RESOURCES = (
    Resource(
        group="networking.k8s.io",
        version="v1",
        kind="Ingress",
        plural="ingresses",
        short_names=("ing",),
        columns=(
            NAME,
            Column("Class", at("spec", "ingressClassName", default=NONE), description="Controller that serves it."),
            Column("Hosts", _hosts, description="Hosts it routes."),
            Column("Address", _address, description="Where its controller listens."),
            Column(
                "Ports", lambda obj, _: "80, 443" if obj["spec"].get("tls") else "80", description="Ports it serves."
            ),
            AGE,
        ),
        default=_default_ingress,
        prepare_create=lambda _, obj: obj.__setitem__("status", {"loadBalancer": {}}),
        validate=_validate_ingress,
        has_status=True,
        has_generation=True,
        schema="io.k8s.api.networking.v1.Ingress",
    ),
    Resource(
        group="networking.k8s.io",
        version="v1",
        kind="IngressClass",
        plural="ingressclasses",
        namespaced=False,
        columns=(
            name_column(_class_name),
            Column("Controller", at("spec", "controller"), description="Name of the controller."),
            Column("Parameters", _parameters, description="Where its settings are."),
            AGE,
        ),
        validate=_validate_class,
        validate_update=immutable("spec.controller", "spec", "controller"),
        has_generation=True,
        schema="io.k8s.api.networking.v1.IngressClass",
    ),
    Resource(
        group="networking.k8s.io",
        version="v1",
        kind="NetworkPolicy",
        plural="networkpolicies",
        short_names=("netpol",),
        columns=(
            NAME,
            Column(
                "Pod-Selector",
                lambda obj, _: format_selector(obj["spec"].get("podSelector")),
                description="Labels of the pods it protects.",
            ),
            AGE,
        ),
        default=_default_policy,
        validate=_validate_policy,
        has_generation=True,
        schema="io.k8s.api.networking.v1.NetworkPolicy",
    ),
)
