"""What a sync of a pod has to do: which containers must be stopped, and which are to be started next.

Source: pkg/kubelet/kuberuntime/kuberuntime_manager.go (computePodActions), kuberuntime_container.go
(computeInitContainerActions).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from tutor.simulator.kubelet import probing, resizing
from tutor.simulator.kubelet.look import Look
from tutor.simulator.kubelet.restarts import init_containers, is_sidecar, should_restart
from tutor.simulator.kubelet.state import MAIN, SIDECAR, ContainerRecord


class Doomed(NamedTuple):
    """A running container that has to be stopped: what the event says, how long it has, and whether it is started again."""

    own: ContainerRecord
    message: str
    grace: float
    restarts: bool


def to_stop(look: Look) -> list[Doomed]:
    """The containers whose probes have failed, whose image has changed, or whose new amounts take a restart."""
    found = (_doomed(look, own) for own in look.record.running() if own.kind in (MAIN, SIDECAR))
    return [doomed for doomed in found if doomed is not None]


def _doomed(look: Look, own: ContainerRecord) -> Doomed | None:
    container = look.spec(own.name)
    grace = float(look.pod["spec"].get("terminationGracePeriodSeconds", 30))
    if own.current is not None and own.current.asked_for != container["image"]:
        return Doomed(own, _message(own, "definition changed", restarts=True), grace, restarts=True)
    kind = probing.failed_for_good(own)
    if not kind or not own.observed:
        if own.current is not None and resizing.needs_restart(container, own.current):
            return Doomed(own, f"Container {own.name} resize requires restart", grace, restarts=True)
        return None
    spec = probing.probe_spec(container, kind) or {}
    restarts = _restarts_when_killed(look.pod["spec"], container)
    grace = float(spec.get("terminationGracePeriodSeconds", grace))
    return Doomed(own, _message(own, f"failed {kind} probe", restarts=restarts), grace, restarts)


def _restarts_when_killed(spec: Mapping[str, Any], container: Mapping[str, Any]) -> bool:
    """Whether a container that the kubelet has killed is started again; its restart rules have no say in that."""
    policy: str = container.get("restartPolicy") or spec.get("restartPolicy", "Always")
    return policy != "Never"


def _message(own: ContainerRecord, why: str, *, restarts: bool) -> str:
    if own.kind == SIDECAR:
        return f"Init container {own.name} {why}"
    return f"Container {own.name} {why}" + (", will be restarted" if restarts else "")


def keeps_any(look: Look, doomed: list[Doomed]) -> bool:
    """Whether a container runs on or is started again beside those that are to be stopped; if not, the pod is over."""
    if any(entry.restarts for entry in doomed):
        return True
    ending = {entry.own.name for entry in doomed}
    for container in look.pod["spec"]["containers"]:
        own = look.own(container["name"])
        runs_on = own.current is not None and own.current.is_running and own.name not in ending
        if runs_on or should_restart(look.pod, container, own):
            return True
    return False


def to_start(look: Look) -> list[str]:
    """The containers that are to be started now: ephemeral ones, and the next init container or else all others that do not
    run. What is to be started is settled before anything is stopped, so the code a container ends with when it is stopped to be
    started again has no say."""
    pod = look.pod
    ephemeral = pod["spec"].get("ephemeralContainers") or ()
    names = [c["name"] for c in ephemeral if should_restart(pod, c, look.own(c["name"]))]
    initialised, inits = _init_containers_to_start(look)
    names.extend(inits)
    if initialised:
        names.extend(c["name"] for c in pod["spec"]["containers"] if _is_due(look, c))
    return names


def _is_due(look: Look, container: Mapping[str, Any]) -> bool:
    return container["name"] in look.record.killed or should_restart(look.pod, container, look.own(container["name"]))


def _init_containers_to_start(look: Look) -> tuple[bool, list[str]]:
    """Whether the pod is past its init containers, and which of them are to be started: the next one, or the same once more,
    and sidecars that have ended meanwhile."""
    inits = init_containers(look.pod["spec"])
    if any(look.own(c["name"]).current is not None for c in look.pod["spec"]["containers"]):
        return True, [c["name"] for c in inits if is_sidecar(c) and should_restart(look.pod, c, look.own(c["name"]))]
    reached = max((at for at, c in enumerate(inits) if look.own(c["name"]).current is not None), default=-1)
    names = []
    for at, container in enumerate(inits):
        own = look.own(container["name"])
        if is_sidecar(container):
            if should_restart(look.pod, container, own):
                names.append(own.name)
            elif at < reached or probing.is_started(container, own):
                continue
            if at >= reached:
                return False, names
        elif at >= reached and not _has_succeeded(own):
            return False, [*names, own.name] if should_restart(look.pod, container, own) else names
    return True, names


def _has_succeeded(own: ContainerRecord) -> bool:
    ended = own.current.ended if own.current is not None else None
    return ended is not None and ended.code == 0
