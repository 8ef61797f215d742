"""What containers may say of how they are resized (pkg/apis/core/validation/validation.go, validateResizePolicy)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tutor.simulator.errors import FieldError, duplicate, invalid, not_supported, required

RESTART = "RestartContainer"
RESIZABLE = ("cpu", "memory")
POLICIES = ("NotRequired", RESTART)


def validate_resize_policies(container: Mapping[str, Any], pod_policy: str, path: str) -> Iterator[FieldError]:
    """A container's resizePolicy; `pod_policy` is the restartPolicy of its pod."""
    where = f"{path}.resizePolicy"
    seen: set[str] = set()
    for i, entry in enumerate(container.get("resizePolicy") or ()):
        resource, policy = entry.get("resourceName") or "", entry.get("restartPolicy") or ""
        if resource in seen:
            yield duplicate(f"{where}[{i}]", resource)
        seen.add(resource)
        for value, known in ((resource, RESIZABLE), (policy, POLICIES)):
            if not value:
                yield required(where)
            elif value not in known:
                yield not_supported(where, value, known)
        if pod_policy == "Never" and policy != "NotRequired":
            yield invalid(where, policy, "must be 'NotRequired' when pod `restartPolicy` is 'Never'")


def validate_init_resize_policies(container: Mapping[str, Any], path: str) -> Iterator[FieldError]:
    """An init container that is no sidecar is never started anew for a resize."""
    for i, entry in enumerate(container.get("resizePolicy") or ()):
        if entry.get("restartPolicy") == RESTART:
            why = "must not be set to 'RestartContainer' for non-sidecar initContainers"
            yield invalid(f"{path}.resizePolicy[{i}].restartPolicy", RESTART, why)
