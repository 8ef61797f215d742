"""What a container of a pod may hold. Source: pkg/apis/core/validation/validation.go (validateContainerCommon, probes)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from tutor.simulator.errors import (
    FieldError,
    duplicate,
    forbidden_field,
    invalid,
    not_found_value,
    not_supported,
    required,
)
from tutor.simulator.names import SUBDOMAIN_RULE, name_problems
from tutor.simulator.quantity import QuantityError, parse
from tutor.simulator.resources.security_contexts import validate_container_context

PROTOCOLS = ("SCTP", "TCP", "UDP")
PULL_POLICIES = ("Always", "IfNotPresent", "Never")
MESSAGE_POLICIES = ("File", "FallbackToLogsOnError")
SCHEMES = ("HTTP", "HTTPS")
HANDLERS = ("exec", "httpGet", "tcpSocket", "grpc", "sleep")
PORT_RANGE = "must be between 1 and 65535, inclusive"
NOT_NEGATIVE = "must be greater than or equal to 0"
CONFIG_KEY = re.compile(r"[-._a-zA-Z0-9]+")
CONFIG_KEY_RULE = (
    "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or "
    f"'key-name', regex used for validation is '{CONFIG_KEY.pattern}')"
)
_ENV_NAME = re.compile(r"[ -<>-~]+")
_ENV_RULE = "a valid environment variable name must consist only of printable ASCII characters other than '='"
_REFERENCES = {"configMapKeyRef": ("name", "key"), "secretKeyRef": ("name", "key"), "fieldRef": ("fieldPath",)}
ENV_FIELDS = (
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "spec.nodeName",
    "spec.serviceAccountName",
    "status.hostIP",
    "status.hostIPs",
    "status.podIP",
    "status.podIPs",
)
_CONTAINER_RESOURCES = tuple(
    f"{kind}.{name}" for kind in ("limits", "requests") for name in ("cpu", "ephemeral-storage", "memory")
)
_PROPAGATIONS = ("Bidirectional", "HostToContainer", "None")
_NOT_OVERCOMMITTED = ("hugepages-",)


def validate_container(
    container: Mapping[str, Any], volumes: set[str], path: str, *, probes: bool = True
) -> Iterator[FieldError]:
    """One container; `volumes` are the names of the pod's valid volumes."""
    if not container.get("name"):
        yield required(f"{path}.name")
    else:
        for problem in name_problems(container["name"], "label"):
            yield invalid(f"{path}.name", container["name"], problem)
    if not container.get("image"):
        yield required(f"{path}.image")
    policy = container.get("terminationMessagePolicy")
    if policy not in MESSAGE_POLICIES:
        yield not_supported(f"{path}.terminationMessagePolicy", policy, MESSAGE_POLICIES)
    yield from _validate_ports(container, f"{path}.ports")
    yield from _validate_env(container, path)
    yield from _validate_mounts(container, volumes, f"{path}.volumeMounts")
    if container.get("imagePullPolicy") not in PULL_POLICIES:
        yield not_supported(f"{path}.imagePullPolicy", container.get("imagePullPolicy"), PULL_POLICIES)
    yield from validate_resources(container.get("resources") or {}, f"{path}.resources")
    if probes:
        yield from _validate_probes(container, path)
    yield from validate_container_context(container.get("securityContext") or {}, f"{path}.securityContext")


def port_name_problems(name: str) -> list[str]:
    """The rule of port names (apimachinery validation.IsValidPortName)."""
    problems = ["must be no more than 15 characters"] if len(name) > 15 else []
    if not re.fullmatch(r"[-a-z0-9]+", name, re.IGNORECASE):
        problems.append("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)")
    elif not re.search(r"[a-z]", name):
        problems.append("must contain at least one letter (a-z)")
    if "--" in name:
        problems.append("must not contain consecutive hyphens")
    if name and (name[0] == "-" or name[-1] == "-"):
        problems.append("must not begin or end with a hyphen")
    return problems


def check_port(value: Any, path: str) -> Iterator[FieldError]:
    """A port number or the name of one."""
    if isinstance(value, int):
        if not 1 <= value <= 65535:
            yield invalid(path, value, PORT_RANGE)
        return
    for problem in port_name_problems(value or ""):
        yield invalid(path, value or "", problem)


def _validate_ports(container: Mapping[str, Any], path: str) -> Iterator[FieldError]:
    names: set[str] = set()
    held: set[str] = set()
    for i, port in enumerate(container.get("ports") or ()):
        where = f"{path}[{i}]"
        name = port.get("name")
        if name:
            problems = port_name_problems(name)
            yield from (invalid(f"{where}.name", name, problem) for problem in problems)
            if not problems and name in names:
                yield duplicate(f"{where}.name", name)
            names.add(name)
        if not port.get("containerPort"):
            yield required(f"{where}.containerPort")
        else:
            yield from check_port(port["containerPort"], f"{where}.containerPort")
        if port.get("hostPort"):
            yield from check_port(port["hostPort"], f"{where}.hostPort")
            used = "/".join((port.get("protocol") or "", port.get("hostIP") or "", str(port["hostPort"])))
            if used in held:
                yield duplicate(f"{where}.hostPort", used)
            held.add(used)
        if port.get("protocol") not in PROTOCOLS:
            yield not_supported(f"{where}.protocol", port.get("protocol"), PROTOCOLS)


def _validate_env(container: Mapping[str, Any], path: str) -> Iterator[FieldError]:
    for i, variable in enumerate(container.get("env") or ()):
        where = f"{path}.env[{i}]"
        name = variable.get("name", "")
        if not name:
            yield required(f"{where}.name")
        elif not _ENV_NAME.fullmatch(name):
            yield invalid(f"{where}.name", name, _ENV_RULE)
        if variable.get("valueFrom") is not None:
            yield from _validate_value_from(variable, f"{where}.valueFrom")
    for i, source in enumerate(container.get("envFrom") or ()):
        where = f"{path}.envFrom[{i}]"
        given = [kind for kind in ("configMapRef", "secretRef") if source.get(kind) is not None]
        for kind in given:
            if not source[kind].get("name"):
                yield required(f"{where}.{kind}.name")
        if not given:
            yield invalid(f"{path}.envFrom", "", "must specify one of: `configMapRef` or `secretRef`")
        elif len(given) > 1:
            yield invalid(where, "", "may not have more than one field specified at a time")


def _validate_value_from(variable: Mapping[str, Any], path: str) -> Iterator[FieldError]:
    sources = {name: value for name, value in variable["valueFrom"].items() if value is not None}
    for name, source in sources.items():
        for field in _REFERENCES.get(name, ()):
            if not source.get(field) and field == "name":
                yield invalid(f"{path}.{name}.name", "", SUBDOMAIN_RULE)
            elif not source.get(field):
                yield required(f"{path}.{name}.{field}")
        wanted = source.get("resource")
        if name == "resourceFieldRef" and wanted and wanted not in _CONTAINER_RESOURCES and "hugepages-" not in wanted:
            yield not_supported(f"{path}.{name}.resource", wanted, _CONTAINER_RESOURCES)
        if name == "fieldRef":
            yield from _validate_field_path(source.get("fieldPath") or "", f"{path}.fieldRef.fieldPath")
        key = source.get("key")
        if key and name in ("configMapKeyRef", "secretKeyRef") and not CONFIG_KEY.fullmatch(key):
            yield invalid(f"{path}.{name}.key", key, CONFIG_KEY_RULE)
    if not sources:
        listed = "`fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`"
        yield invalid(path, "", f"must specify one of: {listed}")
    elif variable.get("value"):
        yield invalid(path, "", "may not be specified when `value` is not empty")
    elif len(sources) > 1:
        yield invalid(path, "", "may not have more than one field specified at a time")


def _validate_field_path(field: str, path: str) -> Iterator[FieldError]:
    """Which fields the downward API offers as variables (validEnvDownwardAPIFieldPathExpressions)."""
    if not field or field in ENV_FIELDS or re.fullmatch(r"metadata\.(labels|annotations)\['[^']+'\]", field):
        return
    if field in ("metadata.labels", "metadata.annotations"):
        yield not_supported(path, field, ENV_FIELDS)
    else:
        yield invalid(path, field, f"error converting fieldPath: field label not supported: {field}")


def _validate_mounts(container: Mapping[str, Any], volumes: set[str], path: str) -> Iterator[FieldError]:
    paths: set[str] = set()
    for i, mount in enumerate(container.get("volumeMounts") or ()):
        where = f"{path}[{i}]"
        name, target = mount.get("name", ""), mount.get("mountPath", "")
        if not name:
            yield required(f"{where}.name")
        if name not in volumes:
            yield not_found_value(f"{where}.name", name)
        if not target:
            yield required(f"{where}.mountPath")
        if target in paths:
            yield invalid(f"{where}.mountPath", target, "must be unique")
        paths.add(target)
        if mount.get("subPath"):
            yield from _validate_sub_path(mount["subPath"], f"{path}.subPath")
        spread = mount.get("mountPropagation")
        if spread is not None and spread not in _PROPAGATIONS:
            yield not_supported(f"{path}.mountPropagation", spread, _PROPAGATIONS)


def _validate_sub_path(text: str, path: str) -> Iterator[FieldError]:
    if text.startswith("/"):
        yield invalid(path, text, "must be a relative path")
    if ".." in text.split("/"):
        yield invalid(path, text, "must not contain '..'")


def validate_resources(resources: Mapping[str, Any], path: str) -> Iterator[FieldError]:
    """Requests and limits of a container."""
    limits, requests = resources.get("limits") or {}, resources.get("requests") or {}
    for name, amount in sorted(limits.items()):
        yield from _not_negative(amount, f"{path}.limits[{name}]")
    for name, amount in sorted(requests.items()):
        yield from _not_negative(amount, f"{path}.requests[{name}]")
        limit = limits.get(name)
        if limit is None or _amount(amount) is None or _amount(limit) is None:
            continue
        if name.startswith(_NOT_OVERCOMMITTED) and parse(amount) != parse(limit):
            yield invalid(f"{path}.requests", str(amount), f"must be equal to {name} limit of {limit}")
        elif parse(amount) > parse(limit):
            yield invalid(f"{path}.requests", str(amount), f"must be less than or equal to {name} limit of {limit}")


def _not_negative(amount: Any, path: str) -> Iterator[FieldError]:
    if _amount(amount) is not None and parse(amount) < 0:
        yield invalid(path, str(amount), NOT_NEGATIVE)


def _amount(value: Any) -> Any:
    try:
        return parse(value)
    except QuantityError:
        return None


def _validate_probes(container: Mapping[str, Any], path: str) -> Iterator[FieldError]:
    for hook in ("postStart", "preStop"):
        handler = (container.get("lifecycle") or {}).get(hook)
        if handler is not None:
            yield from _validate_handler(handler, f"{path}.lifecycle.{hook}")
    for name in ("livenessProbe", "readinessProbe", "startupProbe"):
        probe = container.get(name)
        if probe is None:
            continue
        where = f"{path}.{name}"
        yield from _validate_handler(probe, where)
        for field in ("initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"):
            if probe.get(field, 0) < 0:
                yield invalid(f"{where}.{field}", probe[field], NOT_NEGATIVE)
        if name != "readinessProbe" and probe.get("successThreshold", 1) != 1:
            yield invalid(f"{where}.successThreshold", probe["successThreshold"], "must be 1")
        grace = probe.get("terminationGracePeriodSeconds")
        if grace is not None and name == "readinessProbe":
            yield invalid(f"{where}.terminationGracePeriodSeconds", grace, "must not be set for readinessProbes")
        elif grace is not None and grace <= 0:
            yield invalid(f"{where}.terminationGracePeriodSeconds", grace, "must be greater than 0")


def _validate_handler(handler: Mapping[str, Any], path: str) -> Iterator[FieldError]:
    given = [kind for kind in HANDLERS if handler.get(kind) is not None]
    if not given:
        yield required(path, "must specify a handler type")
        return
    yield from _validate_action(given[0], handler[given[0]], f"{path}.{given[0]}")
    for kind in given[1:]:
        yield forbidden_field(f"{path}.{kind}", "may not specify more than 1 handler type")


def _validate_action(kind: str, action: Mapping[str, Any], path: str) -> Iterator[FieldError]:
    if kind == "exec" and not action.get("command"):
        yield required(f"{path}.command")
    elif kind == "httpGet":
        yield from check_port(action.get("port"), f"{path}.port")
        if action.get("scheme") not in SCHEMES:
            yield not_supported(f"{path}.scheme", action.get("scheme"), SCHEMES)
    elif kind in ("tcpSocket", "grpc"):
        yield from check_port(action.get("port"), f"{path}.port")
