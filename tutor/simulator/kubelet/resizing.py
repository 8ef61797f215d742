"""Giving running containers the requests and limits that were admitted (in-place resize), and telling how far that has come.

Source: pkg/kubelet/kuberuntime/kuberuntime_manager.go (computePodResizeAction, doPodResizeAction, IsPodResizeInProgress),
pkg/kubelet/kubelet.go (SyncPod). Which resizes are admitted is in `resizes`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from tutor.simulator import quantity
from tutor.simulator.images.container import Container
from tutor.simulator.kubelet.look import Look, next_relist
from tutor.simulator.kubelet.resize_messages import ERROR, message
from tutor.simulator.kubelet.resources import limit, request
from tutor.simulator.kubelet.restarts import is_sidecar
from tutor.simulator.kubelet.state import EPHEMERAL, ResizeState, Run

RESIZED = ("cpu", "memory")


class _Update(NamedTuple):
    """A running container that has something else than was admitted."""

    spec: Mapping[str, Any]
    run: Run
    container: Container


def track(look: Look) -> None:
    """Note whether containers lack what was admitted, and tell when they have it."""
    record, state = look.record, look.record.resize_in_progress
    if _updates(look):
        if state is None:
            generation = look.pod["metadata"].get("generation", 1)
            record.resize_in_progress = ResizeState(generation, look.now, look.now)
        else:
            record.resize_in_progress = state._replace(probed=look.now)
    elif state is not None:
        record.resize_in_progress = None
        look.event("Normal", "ResizeCompleted", message(look.pod, "completed", state.generation))


def apply(look: Look) -> None:
    """Give running containers what was admitted. A memory limit below what is in use stops it all: it is tried again later."""
    updates = _updates(look)
    if not updates:
        return
    problem = _below_usage(look, updates)
    if problem:
        _fail(look, problem)
        return
    for spec, run, container in updates:
        container.resize(request(spec, "cpu"), limit(spec, "cpu"), limit(spec, "memory"))
        run.resources = spec.get("resources") or {}
    look.record.want_sync(next_relist(look.now))


def needs_restart(container: Mapping[str, Any], run: Run) -> bool:
    """Whether a resource has changed for which the container's resizePolicy asks for a restart."""
    wanted = container.get("resources") or {}
    return any(
        policy.get("restartPolicy") == "RestartContainer" and _differs(wanted, run.resources, policy["resourceName"])
        for policy in container.get("resizePolicy") or ()
    )


def _updates(look: Look) -> list[_Update]:
    found = []
    for own in look.record.running():
        run = own.current
        if own.kind == EPHEMERAL or run is None or run.container is None:
            continue
        spec = look.spec(own.name)
        wanted = spec.get("resources") or {}
        if wanted != run.resources and any(_differs(wanted, run.resources, name) for name in RESIZED):
            found.append(_Update(spec, run, run.container))
    return found


def _differs(one: Mapping[str, Any], other: Mapping[str, Any], name: str) -> bool:
    return any(_amount(one, kind, name) != _amount(other, kind, name) for kind in ("requests", "limits"))


def _amount(resources: Mapping[str, Any], kind: str, name: str) -> object:
    value = (resources.get(kind) or {}).get(name)
    return None if value is None else quantity.parse(value)


def _fail(look: Look, problem: str) -> None:
    """The sync under way has failed; a new problem is told of, the same one only once."""
    record, generation = look.record, look.pod["metadata"].get("generation", 1)
    state = record.resize_in_progress or ResizeState(generation, look.now, look.now)
    if (state.reason, state.message) != (ERROR, problem):
        look.event("Warning", "ResizeError", message(look.pod, "error", state.generation, problem))
    since = state.since if state.reason == ERROR else look.now
    record.resize_in_progress = state._replace(since=since, probed=look.now, reason=ERROR, message=problem)
    record.failed = True


# -- memory limits that shrink (validateMemoryResizeAction)


def _below_usage(look: Look, updates: list[_Update]) -> str:
    """Why memory limits cannot shrink; empty when they can."""
    if not any(_differs(spec.get("resources") or {}, run.resources, "memory") for spec, run, _ in updates):
        return ""
    running = [own.current.container for own in look.record.running() if own.current and own.current.container]
    used = int(sum(container.memory(look.now) for container in running))
    problems = []
    whole, before = _pod_limit(look, {}), _pod_limit(look, {spec["name"]: run.resources for spec, run, _ in updates})
    if whole is not None and (before is None or whole < before) and used >= whole:
        problems.append(f"attempting to set pod memory limit ({int(whole)}) below current usage ({used})")
    for spec, run, container in updates:
        wanted, known = limit(spec, "memory"), limit({"resources": run.resources}, "memory")
        shrinks = wanted is not None and (known is None or wanted < known)
        if wanted is not None and shrinks and container.memory(look.now) >= wanted:
            text = f'attempting to set container "{spec["name"]}" memory limit ({int(wanted)})'
            problems.append(f"{text} below current usage ({used})")  # the pod's, as genuine kubelets have it
    if not problems:
        return ""
    text = ", ".join(problems)
    return f"cannot decrease memory limits: {text if len(problems) == 1 else f'[{text}]'}"


def _pod_limit(look: Look, instead: Mapping[str, Mapping[str, Any]]) -> float | None:
    """The memory limit of a pod whose containers all have one, some of them another `instead` of their own."""
    spec = look.pod["spec"]
    containers = [*spec["containers"], *(c for c in spec.get("initContainers") or () if is_sidecar(c))]
    limits = [limit({"resources": instead.get(c["name"], c.get("resources"))}, "memory") for c in containers]
    found = [value for value in limits if value is not None]
    return sum(found) if len(found) == len(limits) else None
