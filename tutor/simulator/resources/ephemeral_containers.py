"""What an ephemeral container may have (pkg/apis/core/validation/validation.go, validateEphemeralContainers)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tutor.simulator.errors import FieldError, duplicate, forbidden_field, not_found_value
from tutor.simulator.resources.container_validation import validate_container

NOT_FOR_THEM = (
    "ports",
    "resources",
    "resizePolicy",
    "restartPolicy",
    "restartPolicyRules",
    "livenessProbe",
    "readinessProbe",
    "startupProbe",
    "lifecycle",
)
"""Fields of a container that help to run something for good."""
WHY = "cannot be set for an Ephemeral Container"


def validate_ephemeral(spec: Mapping[str, Any], volumes: set[str], path: str) -> Iterator[FieldError]:
    """The ephemeral containers of a pod."""
    others = {c.get("name") for kind in ("containers", "initContainers") for c in spec.get(kind) or ()}
    names = set(others)
    for i, container in enumerate(spec.get("ephemeralContainers") or ()):
        where = f"{path}.ephemeralContainers[{i}]"
        yield from validate_container(container, volumes, where, probes=False)
        if container.get("name") in names:
            yield duplicate(f"{where}.name", container["name"])
        names.add(container.get("name"))
        target = container.get("targetContainerName")
        if target and target not in others:
            yield not_found_value(f"{where}.targetContainerName", target)
        for field in NOT_FOR_THEM:
            if container.get(field):
                yield forbidden_field(f"{where}.{field}", WHY)
        for j, mount in enumerate(container.get("volumeMounts") or ()):
            for field in ("subPath", "subPathExpr"):
                if mount.get(field):
                    yield forbidden_field(f"{where}.volumeMounts[{j}].{field}", WHY)
