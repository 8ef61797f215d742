"""What kubelets say of resizes: the texts of the events, and the conditions of the pod.

Source: pkg/kubelet/events/resize.go; pkg/kubelet/status/status_manager.go (updatedPodResizeCondition).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from tutor.simulator.clock import timestamp
from tutor.simulator.kubelet.state import PodRecord, ResizeState
from tutor.simulator.store import Obj

PENDING, IN_PROGRESS = "PodResizePending", "PodResizeInProgress"
DEFERRED, ERROR = "Deferred", "Error"


def message(pod: Obj, what: str, generation: int, error: str = "") -> str:
    """The text of an event: what has become of the resize, and the amounts the containers of `pod` have in JSON."""
    summary: dict[str, Any] = {}
    for field in ("initContainers", "containers"):
        containers = [_summary(container) for container in pod["spec"].get(field) or ()]
        if containers:
            summary[field] = containers
    summary["generation"] = generation
    if error:
        summary["error"] = error
    return f"Pod resize {what}: {json.dumps(summary, separators=(',', ':'), ensure_ascii=False)}"


def _summary(container: Mapping[str, Any]) -> dict[str, Any]:
    amounts = container.get("resources") or {}
    resources = {kind: dict(sorted(amounts[kind].items())) for kind in ("limits", "requests") if amounts.get(kind)}
    return {"name": container["name"], "resources": resources}


def with_conditions(known: Iterable[Mapping[str, Any]], record: PodRecord, *, over: bool) -> list[Mapping[str, Any]]:
    """Conditions with those that tell of a resize; a pod that is over has none of these."""
    states = {PENDING: record.resize_pending, IN_PROGRESS: record.resize_in_progress}
    found = [condition for condition in known if condition["type"] not in states]
    if not over:
        found.extend(_condition(kind, state) for kind, state in states.items() if state is not None)
    return found


def _condition(kind: str, state: ResizeState) -> dict[str, Any]:
    condition = {
        "type": kind,
        "status": "True",
        "observedGeneration": state.generation,
        "lastProbeTime": timestamp(state.probed),
        "lastTransitionTime": timestamp(state.since),
    }
    for name, value in (("reason", state.reason), ("message", state.message)):
        if value:
            condition[name] = value
    return condition
