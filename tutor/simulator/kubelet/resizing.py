"""Containers whose requests and limits change while they run (in-place resize: kuberuntime_manager.go, doPodResizeAction).

Starting a container anew because its resizePolicy asks for that, and putting a resize off that the node has no room for, are not
simulated: every change takes effect at once.
"""

from __future__ import annotations

from tutor.simulator.kubelet.look import Look
from tutor.simulator.kubelet.resources import limit, request


def apply(look: Look) -> None:
    """Give running containers what their pod now says; a memory limit stays while more than the new one is in use."""
    for spec in look.containers():
        own = look.record.containers.get(spec["name"])
        run = own.current if own is not None else None
        if run is None or run.container is None or not run.is_running:
            continue
        container, memory = run.container, limit(spec, "memory")
        if memory is not None and container.memory(look.now) > memory:
            memory = container.config.memory_limit
        container.resize(request(spec, "cpu"), limit(spec, "cpu"), memory)
