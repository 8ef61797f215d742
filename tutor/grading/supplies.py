"""Has a container got what it was waiting for? A kubelet tries again only every few seconds, and until then shows the old reason."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from tutor.grading.api import Obj
from tutor.grading.reader import Reader
from tutor.grading.workloads import container_statuses, waiting_reason

CONFIG_ERROR = "CreateContainerConfigError"
_NO_OBJECT = re.compile(r'(?i:(configmap|secret)) "(?P<name>[^"]+)" not found')
_NO_KEY = re.compile(r"couldn't find key (?P<key>\S+) in (ConfigMap|Secret) [^/\s]+/(?P<name>\S+)")
"""What kubelets say (pkg/kubelet/kubelet_pods.go)."""


def supplied(reader: Reader, pod: Obj) -> bool:
    """Whether the ConfigMaps, Secrets and keys that the Pod's containers were waiting for are all there by now."""
    messages = list(_complaints(pod))
    return bool(messages) and all(_there(reader, pod["metadata"]["namespace"], message) for message in messages)


def _complaints(pod: Obj) -> Iterator[str]:
    for status in container_statuses(pod):
        if waiting_reason(status) == CONFIG_ERROR:
            yield str(status["state"]["waiting"].get("message", ""))


def _there(reader: Reader, namespace: str, message: str) -> bool:
    match = _NO_KEY.search(message) or _NO_OBJECT.search(message)
    if match is None:
        return False
    kind = "ConfigMap" if match[0].lower().startswith("configmap") or "in ConfigMap" in match[0] else "Secret"
    found = [o for o in reader.objects("v1", kind, namespace) if o["metadata"]["name"] == match["name"]]
    return bool(found) and _has_key(found[0], match.groupdict().get("key"))


def _has_key(obj: Mapping[str, Any], key: str | None) -> bool:
    return key is None or any(key in (obj.get(part) or {}) for part in ("data", "binaryData"))
