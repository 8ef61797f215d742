"""What the variables of a container come from, in words and, for `kubectl set env --list --resolve`, their values.

Follows kubectl `pkg/cmd/set/env/env_resolve.go`.
"""

from __future__ import annotations

import base64
import json
import math
import re
from typing import TYPE_CHECKING

from tutor.kubectl.errors import KubectlError
from tutor.kubectl.objects import Object, get
from tutor.kubectl.quantity import parse_quantity

if TYPE_CHECKING:
    from tutor.kubectl.command import Invocation

_SUBSCRIPT = re.compile(r"(?P<map>.+?)\['(?P<key>.*)'\]", re.DOTALL)
_RESOURCE = re.compile(r"(limits|requests)\.(cpu|memory|ephemeral-storage|hugepages-.+)")


def reference_text(source: Object) -> str:
    """Where a variable's value comes from, in kubectl's words."""
    if "configMapKeyRef" in source:
        return f"configmap {source['configMapKeyRef'].get('name', '')}, key {source['configMapKeyRef']['key']}"
    if "secretKeyRef" in source:
        return f"secret {source['secretKeyRef'].get('name', '')}, key {source['secretKeyRef']['key']}"
    if "fieldRef" in source:
        return f"field path {source['fieldRef']['fieldPath']}"
    if "resourceFieldRef" in source:
        container = source["resourceFieldRef"].get("containerName")
        prefix = f"{container}/" if container else ""
        return f"resource field {prefix}{source['resourceFieldRef']['resource']}"
    return "invalid valueFrom"


def resolve(invocation: Invocation, source: Object, owner: Object, container: Object) -> str:
    """The value a variable has; KubectlError when it cannot be had, ApiError when the server does not give it."""
    if "secretKeyRef" in source:
        encoded = _entry(invocation, "secrets", "secret", source["secretKeyRef"])
        return base64.b64decode(encoded).decode(errors="replace")
    if "configMapKeyRef" in source:
        return _entry(invocation, "configmaps", "config map", source["configMapKeyRef"])
    if "fieldRef" in source:
        return _field(owner, str(source["fieldRef"]["fieldPath"]))
    if "resourceFieldRef" in source:
        return _resource(container, source["resourceFieldRef"])
    raise KubectlError("invalid valueFrom")


def _entry(invocation: Invocation, plural: str, title: str, reference: Object) -> str:
    name, key = str(reference.get("name", "")), str(reference["key"])
    obj = invocation.api.get(invocation.mapper.find(plural).path(invocation.namespace, name))
    data = obj.get("data") or {}
    if key not in data:
        raise KubectlError(f"key {key} not found in {title} {name}")
    return str(data[key])


def _field(owner: Object, path: str) -> str:
    subscript = _SUBSCRIPT.fullmatch(path)
    if subscript:
        if subscript["map"] not in ("metadata.annotations", "metadata.labels"):
            raise KubectlError(f"fieldPath {json.dumps(path)} does not support subscript")
        return str(get(owner, subscript["map"], {}).get(subscript["key"], ""))
    if path in ("metadata.annotations", "metadata.labels"):
        return "\n".join(f"{key}={json.dumps(value)}" for key, value in sorted(get(owner, path, {}).items()))
    if path in ("metadata.name", "metadata.namespace", "metadata.uid"):
        return str(get(owner, path, ""))
    raise KubectlError(f"unsupported fieldPath: {path}")


def _resource(container: Object, reference: Object) -> str:
    name = str(reference["resource"])
    match = _RESOURCE.fullmatch(name)
    if match is None:
        raise KubectlError(f"Unsupported container resource : {name}")
    amounts = (container.get("resources") or {}).get(match[1]) or {}
    divisor = parse_quantity(str(reference.get("divisor") or "0")) or 1
    return str(math.ceil(parse_quantity(str(amounts.get(match[2], "0"))) / divisor))
