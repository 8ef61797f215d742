"""`kubectl create service|ingress`."""

from __future__ import annotations

import re
from typing import Any

from tutor.kubectl.command import Command, Handler, Invocation
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.flags import array, integer, string, strings
from tutor.kubectl.mutate import GENERATOR_FLAGS, create_generated, exactly_one_name
from tutor.kubectl.objects import Object

_RULE = re.compile(
    r"^(?P<host>[\w\*\-\.]*)(?P<path>/[^=]*)?=(?P<svc>[\w\-]+):(?P<port>[\w\-]+)(?:,(?P<tls>tls(?:=(?P<secret>[\w\-]+))?))?$"
)


def _service(service_type: str) -> Handler:
    def run(invocation: Invocation) -> None:
        name = exactly_one_name(invocation)
        spec = _service_spec(invocation, service_type)
        metadata = {"name": name, "labels": {"app": name}}
        spec["selector"] = {"app": name}
        spec["type"] = service_type
        obj = {
            "kind": "Service",
            "apiVersion": "v1",
            "metadata": metadata,
            "spec": spec,
            "status": {"loadBalancer": {}},
        }
        create_generated(invocation, obj, f"failed to create {service_type} service:")

    return run


def _service_spec(invocation: Invocation, service_type: str) -> Object:
    options = invocation.options
    ports = [_port(text) for text in options.many("tcp")]
    cluster_ip = options.text("clusterip") if options.has("clusterip") else ""
    if service_type != "ExternalName" and not ports and cluster_ip != "None":
        raise KubectlError("at least one tcp port specifier must be provided")
    if options.has("node-port") and options.number("node-port") and ports:
        for port in ports:
            port["nodePort"] = options.number("node-port")
    spec: Object = {"ports": ports} if ports else {}
    if cluster_ip:
        spec["clusterIP"] = cluster_ip
    if service_type == "ExternalName":
        spec["externalName"] = options.text("external-name")
    return spec


def _port(text: str) -> Object:
    """`PORT` or `PORT:TARGETPORT`."""
    port_text, colon, target_text = text.partition(":")
    port = _port_number(port_text)
    if not colon:
        return {"name": str(port), "protocol": "TCP", "port": port, "targetPort": port}
    target: Any = int(target_text) if target_text.isdigit() else target_text
    if isinstance(target, int):
        _port_number(target_text)
    return {"name": f"{port_text}-{target_text}", "protocol": "TCP", "port": port, "targetPort": target}


def _port_number(text: str) -> int:
    try:
        number = int(text)
    except ValueError:
        raise KubectlError(f'strconv.ParseUint: parsing "{text}": invalid syntax') from None
    if not 0 < number < 65536:
        raise KubectlError("must be between 1 and 65535, inclusive")
    return number


def _ingress(invocation: Invocation) -> None:
    name = exactly_one_name(invocation)
    options = invocation.options
    rules, backend = options.many("rule"), options.text("default-backend")
    if not rules and not backend:
        raise KubectlError(
            "not enough information provided: every ingress has to either specify a default-backend (which "
            "catches all traffic) "
            "or a list of rules (which catch specific paths)"
        )
    spec: Object = {"ingressClassName": options.text("class")} if options.text("class") else {}
    if backend:
        spec["defaultBackend"] = _default_backend(backend)
    parsed = [_rule(rule) for rule in rules]
    tls = _tls(parsed)
    spec |= {"tls": tls} if tls else {}
    spec |= {"rules": _rules(parsed)} if parsed else {}
    metadata: Object = {"name": name}
    annotations = dict(_annotation(text) for text in options.many("annotation"))
    metadata |= {"annotations": annotations} if annotations else {}
    obj = {
        "kind": "Ingress",
        "apiVersion": "networking.k8s.io/v1",
        "metadata": metadata,
        "spec": spec,
        "status": {"loadBalancer": {}},
    }
    create_generated(invocation, obj, "failed to create ingress:")


def _annotation(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals or not key:
        raise KubectlError(f"annotation {text} is invalid and should be in format key=[value]")
    return key, value


def _default_backend(text: str) -> Object:
    service, colon, port = text.partition(":")
    if not colon or not service or not port:
        raise KubectlError("default-backend should be in format servicename:serviceport")
    return _backend(service, port)


def _backend(service: str, port: str) -> Object:
    return {"service": {"name": service, "port": {"number": int(port)} if port.isdigit() else {"name": port}}}


def _rule(text: str) -> re.Match[str]:
    match = _RULE.match(text)
    if match is None or not match["path"]:
        raise KubectlError(f"rule {text} is invalid and should be in format host/path=svcname:svcport[,tls[=secret]]")
    return match


def _tls(rules: list[re.Match[str]]) -> list[Object]:
    """One entry per secret; hosts whose certificate the controller chooses share an entry without a name."""
    hosts: dict[str, list[str]] = {}
    for rule in rules:
        if rule["tls"]:
            entry = hosts.setdefault(rule["secret"] or "", [])
            if rule["host"] and rule["host"] not in entry:
                entry.append(rule["host"])
    return [
        ({"hosts": names} if names else {}) | ({"secretName": secret} if secret else {})
        for secret, names in hosts.items()
    ]


def _rules(rules: list[re.Match[str]]) -> list[Object]:
    """One rule per host, in the order of first appearance; a path that ends in `*` matches as a prefix."""
    paths: dict[str, list[Object]] = {}
    for rule in rules:
        path = rule["path"]
        kind = "Prefix" if path.endswith("*") else "Exact"
        entry = {"path": path.removesuffix("*"), "pathType": kind, "backend": _backend(rule["svc"], rule["port"])}
        paths.setdefault(rule["host"], []).append(entry)
    return [({"host": host} if host else {}) | {"http": {"paths": entries}} for host, entries in paths.items()]


_TCP = strings("tcp", "Port pair `PORT:TARGETPORT`, or one port for both; may be repeated.")

_SERVICES = (
    Command(
        name="clusterip",
        short="Create a ClusterIP service",
        usage="create service clusterip NAME [--tcp=<port>:<targetPort>] [--dry-run=server|client|none]",
        run=_service("ClusterIP"),
        flags=(*GENERATOR_FLAGS, _TCP, string("clusterip", "Address to give the service, or None for a headless one.")),
    ),
    Command(
        name="externalname",
        short="Create an ExternalName service",
        usage="create service externalname NAME --external-name external.name [--dry-run=server|client|none]",
        run=_service("ExternalName"),
        flags=(*GENERATOR_FLAGS, _TCP, string("external-name", "DNS name the service stands for.", required=True)),
    ),
    Command(
        name="loadbalancer",
        short="Create a LoadBalancer service",
        usage="create service loadbalancer NAME [--tcp=port:targetPort] [--dry-run=server|client|none]",
        run=_service("LoadBalancer"),
        flags=(*GENERATOR_FLAGS, _TCP),
    ),
    Command(
        name="nodeport",
        short="Create a NodePort service",
        usage="create service nodeport NAME [--tcp=port:targetPort] [--dry-run=server|client|none]",
        run=_service("NodePort"),
        flags=(*GENERATOR_FLAGS, _TCP, integer("node-port", "Port to open on every node.")),
    ),
)

COMMANDS = (
    Command(
        name="ingress",
        aliases=("ing",),
        short="Create an ingress with the specified name",
        usage="create ingress NAME --rule=host/path=service:port[,tls[=secret]]",
        run=_ingress,
        examples="""
        # Send everything for a host to a service
        kubectl create ingress web --rule="app.example.com/*=web-app-service:80"
        """,
        flags=(
            *GENERATOR_FLAGS,
            array("annotation", "KEY=value annotation; may be repeated."),
            string("class", "Ingress class to use."),
            string("default-backend", "SERVICE:PORT for requests no rule matches."),
            array("rule", "host/path=service:port[,tls[=secret]]; a path that ends in * matches everything below it."),
        ),
    ),
    Command(
        name="service",
        aliases=("svc",),
        short="Create a service using a specified subcommand",
        usage="create service [flags]",
        subcommands=_SERVICES,
    ),
)
