"""Containers whose requests and limits change while they run (in-place resize: kuberuntime_manager.go, computePodResizeAction).

Putting a resize off that the node has no room for is not simulated: every change is taken at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tutor.simulator import quantity
from tutor.simulator.kubelet.look import Look
from tutor.simulator.kubelet.resources import limit, request
from tutor.simulator.kubelet.state import Run


def apply(look: Look) -> None:
    """Give running containers what their pod now says; a memory limit stays while more than the new one is in use. Containers that
    have to be started anew for it get it then."""
    for spec in look.containers():
        own = look.record.containers.get(spec["name"])
        run = own.current if own is not None else None
        if run is None or run.container is None or not run.is_running or needs_restart(spec, run):
            continue
        container, memory = run.container, limit(spec, "memory")
        if memory is not None and container.memory(look.now) > memory:
            memory = container.config.memory_limit
        container.resize(request(spec, "cpu"), limit(spec, "cpu"), memory)
        run.resources = spec.get("resources") or {}


def needs_restart(container: Mapping[str, Any], run: Run) -> bool:
    """Whether a resource has changed for which the container's resizePolicy asks for a restart."""
    wanted = container.get("resources") or {}
    return any(
        policy.get("restartPolicy") == "RestartContainer" and _differs(wanted, run.resources, policy["resourceName"])
        for policy in container.get("resizePolicy") or ()
    )


def _differs(one: Mapping[str, Any], other: Mapping[str, Any], name: str) -> bool:
    return any(_amount(one, kind, name) != _amount(other, kind, name) for kind in ("requests", "limits"))


def _amount(resources: Mapping[str, Any], kind: str, name: str) -> object:
    value = (resources.get(kind) or {}).get(name)
    return None if value is None else quantity.parse(value)
