"""What a pod may say about names and addresses, and about the conditions and gates it waits for.

Source: pkg/apis/core/validation/validation.go validatePodDNSConfig, ValidateHostAliases, validateReadinessGates and
validateSchedulingGates.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Mapping
from typing import Any

from tutor.simulator.errors import FieldError, duplicate, forbidden_field, invalid, required, too_long
from tutor.simulator.names import name_problems, qualified_name_problems

Json = Mapping[str, Any]

BAD_ADDRESS = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"
_SEARCH = r"_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?(\._?[a-z0-9]([-_a-z0-9]*[a-z0-9])?)*"
_SEARCH_RULE = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end "
    f"with an alphanumeric character (e.g. 'example.com', regex used for validation is '{_SEARCH}')"
)
MOST_OF_A_HOSTNAME = 64
_MOST = {"nameservers": 3, "searches": 32}


def validate_network(spec: Json, path: str) -> Iterator[FieldError]:
    """DNS, host aliases, and the ports of a pod on its node's own network."""
    yield from _dns(spec, path)
    yield from _hostname(spec, f"{path}.hostnameOverride")
    if spec.get("hostNetwork"):
        yield from _host_ports(spec, path)
    for i, alias in enumerate(spec.get("hostAliases") or ()):
        where = f"{path}.hostAliases[{i}]"
        yield from _address(alias.get("ip") or "", f"{where}.ip")
        for j, name in enumerate(alias.get("hostnames") or ()):
            for problem in name_problems(name, "subdomain"):
                yield invalid(f"{where}.hostnames[{j}]", name, problem)


def _hostname(spec: Json, where: str) -> Iterator[FieldError]:
    """A host name that overrides all others (validatePodHostName)."""
    name = spec.get("hostnameOverride")
    if name is None:
        return
    for field in ("setHostnameAsFQDN", "hostNetwork"):
        if spec.get(field):
            yield forbidden_field(where, f"may not be specified when {field} is true")
    if len(name) > MOST_OF_A_HOSTNAME:
        yield too_long(where, MOST_OF_A_HOSTNAME)
    for problem in name_problems(name, "subdomain"):
        yield invalid(where, name, problem)


def _host_ports(spec: Json, path: str) -> Iterator[FieldError]:
    """On the node's network a port is the node's port (validateHostNetwork). Those not given were filled in before."""
    for i, container in enumerate(spec.get("containers") or ()):
        for j, port in enumerate(container.get("ports") or ()):
            there = port.get("hostPort") or 0
            if there and there != port.get("containerPort"):
                where = f"{path}.containers[{i}].ports[{j}].hostPort"
                yield invalid(where, there, "must match `containerPort` when `hostNetwork` is true")


def validate_gates(spec: Json, path: str) -> Iterator[FieldError]:
    """What a pod waits for before it is bound, and before it counts as ready."""
    for i, gate in enumerate(spec.get("readinessGates") or ()):
        type_ = gate.get("conditionType") or ""
        for problem in qualified_name_problems(type_):
            yield invalid(f"{path}.readinessGates[{i}].conditionType", type_, problem)
    names = set()
    for i, gate in enumerate(spec.get("schedulingGates") or ()):
        name, where = gate.get("name") or "", f"{path}.schedulingGates[{i}]"
        for problem in qualified_name_problems(name):
            yield invalid(where, name, problem)
        if name in names:
            yield duplicate(where, name)
        names.add(name)


def unbound_while_gated(spec: Json, path: str) -> Iterator[FieldError]:
    """A new pod that waits behind a gate has no node yet (ValidatePodCreate)."""
    if spec.get("schedulingGates") and spec.get("nodeName"):
        yield forbidden_field(f"{path}.nodeName", "cannot be set until all schedulingGates have been cleared")


def _dns(spec: Json, path: str) -> Iterator[FieldError]:
    config, where = spec.get("dnsConfig") or {}, f"{path}.dnsConfig"
    if spec.get("dnsPolicy") == "None":
        if spec.get("dnsConfig") is None:
            yield required(where, "must provide `dnsConfig` when `dnsPolicy` is None")
        elif not config.get("nameservers"):
            why = "must provide at least one DNS nameserver when `dnsPolicy` is None"
            yield required(f"{where}.nameservers", why)
    for field, most in _MOST.items():
        if len(config.get(field) or ()) > most:
            what = "search paths" if field == "searches" else field
            yield invalid(f"{where}.{field}", config[field], f"must not have more than {most} {what}")
        for i, value in enumerate(config.get(field) or ()):
            if field == "nameservers":
                yield from _address(value, f"{where}.{field}[{i}]")
            elif value != "." and not re.fullmatch(_SEARCH, value.removesuffix(".")):
                yield invalid(f"{where}.{field}[{i}]", value, _SEARCH_RULE)
    for i, option in enumerate(config.get("options") or ()):
        if not option.get("name"):
            yield required(f"{where}.options[{i}]", "must not be empty")


def _address(text: str, path: str) -> Iterator[FieldError]:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        yield invalid(path, text, BAD_ADDRESS)
