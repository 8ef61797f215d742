"""The environment of a container: Services, ConfigMaps, Secrets, fields of the pod and plain values.

Source: pkg/kubelet/kubelet_pods.go makeEnvironmentVariables, pkg/kubelet/envvars.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from decimal import ROUND_CEILING
from typing import Any

from tutor.simulator import quantity
from tutor.simulator.client import Client
from tutor.simulator.objects import annotations_of, labels_of, namespace_of
from tutor.simulator.store import Obj

_REFERENCE = re.compile(r"\$(\$|\(([^()]*)\))")
_SUBSCRIPT = re.compile(r"metadata\.(labels|annotations)\['([^']*)'\]")


class ConfigError(Exception):
    """Something a container's configuration refers to is missing. `reason` is what the container waits with."""

    reason = "CreateContainerConfigError"


def environment(client: Client, pod: Obj, container: Mapping[str, Any], ip: str, node: Obj | None) -> dict[str, str]:
    """All variables. Raises ConfigError."""
    found = service_variables(client, pod)
    for source in container.get("envFrom") or ():
        prefix = source.get("prefix") or ""
        found.update({f"{prefix}{key}": value for key, value in _source(client, pod, source).items()})
    own: dict[str, str] = {}
    for variable in container.get("env") or ():
        name = variable["name"]
        if variable.get("valueFrom"):
            value = _value_from(client, pod, container, variable["valueFrom"], ip, node)
            if value is None:
                continue
        else:
            value = expand(str(variable.get("value") or ""), {**found, **own})
        own[name] = value
    return {**found, **own}


def expand(text: str, variables: Mapping[str, str]) -> str:
    """Replace $(NAME); unknown names stay, $$ is a dollar sign (third_party/forked/golang/expansion)."""

    def replace(match: re.Match[str]) -> str:
        if match[1] == "$":
            return "$"
        return variables.get(match[2], match[0])

    return _REFERENCE.sub(replace, text)


def references(text: str) -> list[str]:
    """The names of the variables that a text refers to."""
    return [match[2] for match in _REFERENCE.finditer(text) if match[1] != "$"]


def data_of(obj: Obj) -> dict[str, bytes]:
    """The content of a ConfigMap or Secret by key."""
    found: dict[str, bytes] = {}
    secret = obj["kind"] == "Secret"
    for key, value in (obj.get("data") or {}).items():
        found[key] = base64.b64decode(value) if secret else value.encode()
    for key, value in (obj.get("binaryData") or {}).items():
        found[key] = base64.b64decode(value)
    return found


def _source(client: Client, pod: Obj, source: Mapping[str, Any]) -> dict[str, str]:
    for field, resource, what in (("configMapRef", "configmaps", "configmap"), ("secretRef", "secrets", "secret")):
        wanted = source.get(field)
        if wanted is None:
            continue
        obj = client.get(resource, namespace_of(pod), wanted["name"])
        if obj is None:
            if wanted.get("optional"):
                return {}
            raise ConfigError(f'{what} "{wanted["name"]}" not found')
        return {key: value.decode(errors="replace") for key, value in data_of(obj).items()}
    return {}


def _value_from(
    client: Client, pod: Obj, container: Mapping[str, Any], source: Mapping[str, Any], ip: str, node: Obj | None
) -> str | None:
    if source.get("fieldRef"):
        return field_value(pod, source["fieldRef"]["fieldPath"], ip, node)
    if source.get("resourceFieldRef"):
        return resource_value(pod, container, source["resourceFieldRef"], node)
    if source.get("configMapKeyRef"):
        return _key(client, pod, source["configMapKeyRef"], "configmaps", "configmap", "ConfigMap")
    if source.get("secretKeyRef"):
        return _key(client, pod, source["secretKeyRef"], "secrets", "secret", "Secret")
    return None


def _key(client: Client, pod: Obj, wanted: Mapping[str, Any], resource: str, what: str, kind: str) -> str | None:
    namespace, name, key = namespace_of(pod), wanted["name"], wanted["key"]
    obj = client.get(resource, namespace, name)
    if obj is None:
        if wanted.get("optional"):
            return None
        raise ConfigError(f'{what} "{name}" not found')
    value = data_of(obj).get(key)
    if value is None:
        if wanted.get("optional"):
            return None
        raise ConfigError(f"couldn't find key {key} in {kind} {namespace}/{name}")
    return value.decode(errors="replace")


def field_value(pod: Obj, path: str, ip: str, node: Obj | None) -> str:
    """A field of the pod as the downward API gives it (pkg/fieldpath)."""
    metadata, spec = pod["metadata"], pod["spec"]
    subscript = _SUBSCRIPT.fullmatch(path)
    if subscript:
        values = labels_of(pod) if subscript[1] == "labels" else annotations_of(pod)
        return values.get(subscript[2], "")
    addresses = (node or {}).get("status", {}).get("addresses") or ()
    host = next((a["address"] for a in addresses if a["type"] == "InternalIP"), "")
    simple = {
        "metadata.name": metadata["name"],
        "metadata.namespace": metadata.get("namespace", ""),
        "metadata.uid": metadata["uid"],
        "spec.nodeName": spec.get("nodeName", ""),
        "spec.serviceAccountName": spec.get("serviceAccountName", ""),
        "status.hostIP": host,
        "status.hostIPs": host,
        "status.podIP": ip,
        "status.podIPs": ip,
    }
    if path in simple:
        return str(simple[path])
    seen = {"kubernetes.io/config.seen": metadata.get("creationTimestamp", ""), "kubernetes.io/config.source": "api"}
    annotations = {**annotations_of(pod), **seen}  # the kubelet's own notes (pkg/kubelet/config)
    values = {"metadata.labels": labels_of(pod), "metadata.annotations": annotations}.get(path, {})
    return "\n".join(f'{key}="{value}"' for key, value in sorted(values.items()))


def resource_value(pod: Obj, container: Mapping[str, Any], wanted: Mapping[str, Any], node: Obj | None) -> str:
    """A request or limit of a container in units of the divisor, rounded up; a missing limit is what the node has."""
    if wanted.get("containerName"):
        container = next(c for c in pod["spec"]["containers"] if c["name"] == wanted["containerName"])
    field, _, name = wanted["resource"].partition(".")
    value = ((container.get("resources") or {}).get(field) or {}).get(name)
    if value is None and field == "limits" and name in ("cpu", "memory", "ephemeral-storage"):
        value = ((node or {}).get("status", {}).get("allocatable") or {}).get(name)
    divisor = quantity.parse(wanted.get("divisor") or "0") or quantity.parse("1")
    return str((quantity.parse(value or "0") / divisor).to_integral_value(ROUND_CEILING))


def service_variables(client: Client, pod: Obj) -> dict[str, str]:
    """Docker-style variables of the Services of the namespace, and of the API itself."""
    services = [client.get("services", "default", "kubernetes")]
    if pod["spec"].get("enableServiceLinks", True):
        services.extend(client.list("services", namespace_of(pod)))
    found: dict[str, str] = {}
    for service in services:
        address = service["spec"].get("clusterIP") if service else None
        if service and address and address != "None":
            found.update(_links(service, address))
    return found


def _links(service: Obj, address: str) -> dict[str, str]:
    prefix = service["metadata"]["name"].upper().replace("-", "_").replace(".", "_")
    ports = service["spec"].get("ports") or []
    if not ports:
        return {}
    found = {f"{prefix}_SERVICE_HOST": address, f"{prefix}_SERVICE_PORT": str(ports[0]["port"])}
    for number, port in enumerate(ports):
        if port.get("name"):
            name = port["name"].upper().replace("-", "_")
            found[f"{prefix}_SERVICE_PORT_{name}"] = str(port["port"])
        protocol = port.get("protocol", "TCP").lower()
        url = f"{protocol}://{address}:{port['port']}"
        if number == 0:
            found[f"{prefix}_PORT"] = url
        base = f"{prefix}_PORT_{port['port']}_{protocol.upper()}"
        found |= {base: url, f"{base}_PROTO": protocol, f"{base}_PORT": str(port["port"]), f"{base}_ADDR": address}
    return found
