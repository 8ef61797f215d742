"""The moment of the change that endpoints show, which both endpoints controllers note on what they write.

Source: k8s.io/endpointslice/util/trigger_time_tracker.go.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tutor.simulator.controllers.pods import pod_condition
from tutor.simulator.objects import key_of, name_of
from tutor.simulator.store import Obj

TRIGGER_TIME = "endpoints.kubernetes.io/last-change-trigger-time"
"""Annotation: when the earliest of the changes came about that the last write was for."""


class TriggerTimes:
    """Remembers, by Service, since when its pods were as they were at the last look."""

    def __init__(self) -> None:
        self._known: dict[str, Mapping[str, str]] = {}

    def forget(self, key: str) -> None:
        """The Service is gone."""
        self._known.pop(key, None)

    def note(self, service: Obj, pods: Iterable[Obj]) -> str | None:
        """The timestamp of the earliest change since the last look; None when only the Service's spec can have changed."""
        key = key_of(service)
        before, now = self._known.get(key), {name_of(pod): since for pod in pods if (since := _ready_changed(pod))}
        self._known[key] = now
        if before is None:
            created: str = service["metadata"]["creationTimestamp"]
            return created
        return min((since for name, since in now.items() if since > before.get(name, "")), default=None)

    def save(self) -> Any:
        """What is remembered."""
        return tuple(self._known.items())

    def load(self, state: Any) -> None:
        """Go back to what was saved."""
        self._known = dict(state or ())


def _ready_changed(pod: Obj) -> str:
    condition = pod_condition(pod, "Ready")
    return str(condition.get("lastTransitionTime") or "") if condition else ""


def annotated(annotations: Mapping[str, str], since: str | None) -> dict[str, str]:
    """Annotations with the moment noted, or without it."""
    rest = {name: value for name, value in annotations.items() if name != TRIGGER_TIME}
    return {**rest, TRIGGER_TIME: since} if since else rest
