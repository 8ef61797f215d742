"""Volumes that are images: fetched before the containers that mount them start, and read only (pkg/kubelet/kuberuntime,
getImageVolumes; concepts/storage/volumes, image)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tutor.simulator.kubelet.look import Look, on_grid
from tutor.simulator.kubelet.pulling import Present, Refused, go_duration
from tutor.simulator.kubelet.state import Operation, Reason
from tutor.simulator.store import Obj

WHAT = "pull-volume"
"""The operation that a pod's worker waits for meanwhile."""


def mounted(pod: Obj, container: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The image volumes that a container mounts."""
    names = {mount["name"] for mount in container.get("volumeMounts") or ()}
    volumes = pod["spec"].get("volumes") or ()
    return [volume["image"] for volume in volumes if volume.get("image") and volume["name"] in names]


def fetch(look: Look, name: str, first: int = 0) -> Reason | None:
    """Have a container's image volumes at hand, from the given one on, or begin to fetch one; why that is impossible."""
    for index, source in enumerate(mounted(look.pod, look.spec(name))[first:], first):
        image, now = source.get("reference", ""), look.now
        wanted = look.services.puller.want(look.record, image, source.get("pullPolicy") or "IfNotPresent", now)
        if isinstance(wanted, Refused):
            return _refused(look, wanted)
        if isinstance(wanted, Present):
            text = f'Container image "{image}" already present on machine and can be accessed by the pod'
            look.event("Normal", "Pulled", text)
            continue
        look.event("Normal", "Pulling", f'Pulling image "{image}"')
        detail = f"{index} {wanted.seconds} {wanted.with_waiting}"
        look.record.operation = Operation(WHAT, name, on_grid(wanted.until), detail)
        return None
    return None


def fetched(look: Look, operation: Operation) -> Reason | None:
    """A pull is over: go on with the next one; why that is impossible."""
    index, seconds, waiting = operation.detail.split()
    image = mounted(look.pod, look.spec(operation.container))[int(index)]["reference"]
    outcome = look.services.puller.outcome(look.record, image, look.now)
    if isinstance(outcome, Refused):
        look.record.pull_failed = True
        return _refused(look, outcome)
    took = f"{go_duration(float(seconds))} ({go_duration(float(waiting))} including waiting)"
    size = f"Image size: {outcome.image.size} bytes."
    look.event("Normal", "Pulled", f'Successfully pulled image "{image}" in {took}. {size}')
    return fetch(look, operation.container, int(index) + 1)


def _refused(look: Look, refused: Refused) -> Reason:
    if refused.event is not None:
        look.event(*refused.event)
    return refused.reason
