"""Rules the API server applies beyond the schema, for the mistakes that manifests for beginners tend to hold.

Source: the validation functions in Kubernetes' pkg/apis/*/validation and apimachinery's pkg/util/validation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

Violation: TypeAlias = tuple[tuple[str | int, ...], str]

_SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_DNS_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
_DNS_LABEL_KINDS = ("Service", "Namespace")
_PATH_SEGMENT_KINDS = ("Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding", "APIService")
_SELECTING_KINDS = ("Deployment", "ReplicaSet", "StatefulSet", "DaemonSet")
_CHOICES = {
    "restartPolicy": ("Always", "OnFailure", "Never"),
    "imagePullPolicy": ("Always", "IfNotPresent", "Never"),
    "protocol": ("TCP", "UDP", "SCTP"),
    "pathType": ("Prefix", "Exact", "ImplementationSpecific"),
}


def rule_violations(doc: Mapping[str, Any]) -> Iterator[Violation]:
    """What is wrong with a manifest whose fields and types are in order."""
    yield from _name(doc)
    if doc["kind"] in _SELECTING_KINDS:
        yield from _selector(doc)
    yield from _choices(doc, ())


def _name(doc: Mapping[str, Any]) -> Iterator[Violation]:
    metadata = doc.get("metadata") or {}
    name = metadata.get("name")
    if name is None:
        if not metadata.get("generateName"):
            yield ("metadata",), "the object has no name"
        return
    kind = doc["kind"]
    pattern, longest = (_DNS_LABEL, 63) if kind in _DNS_LABEL_KINDS else (_SUBDOMAIN, 253)
    if kind not in _PATH_SEGMENT_KINDS and (len(name) > longest or not pattern.fullmatch(name)):
        yield ("metadata", "name"), f"{name!r} is not a name: use lower-case letters, digits and hyphens"


def _selector(doc: Mapping[str, Any]) -> Iterator[Violation]:
    wanted = doc["spec"]["selector"].get("matchLabels") or {}
    labels = (doc["spec"]["template"].get("metadata") or {}).get("labels") or {}
    for key, value in wanted.items():
        if labels.get(key) != value:
            path = ("spec", "selector", "matchLabels", key)
            yield path, f"the Pod template has no label {key}={value}, so the selector would miss its own Pods"


def _choices(value: Any, path: tuple[str | int, ...]) -> Iterator[Violation]:
    items: list[tuple[str | int, Any]] = []
    if isinstance(value, dict):
        items = list(value.items())
    elif isinstance(value, list):
        items = list(enumerate(value))
    for key, item in items:
        choices = _CHOICES.get(str(key))
        if choices and isinstance(item, str) and path[-1:] not in (("labels",), ("annotations",), ("data",)):
            if item not in choices:
                yield (*path, key), f"{item!r} is not one of {', '.join(choices)}"
        else:
            yield from _choices(item, (*path, key))
