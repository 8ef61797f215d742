"""Eviction of pods that use more local storage than they may (pkg/kubelet/eviction/eviction_manager.go, localStorageEviction).

Eviction because a node runs short is in the package `pressure`.
"""

from __future__ import annotations

from typing import Any

from tutor.simulator import quantity
from tutor.simulator.kubelet import stopping
from tutor.simulator.kubelet.look import Look
from tutor.simulator.kubelet.resources import limit, pod_resources
from tutor.simulator.kubelet.restarts import init_containers, is_sidecar
from tutor.simulator.kubelet.state import Final
from tutor.simulator.kubelet.volumes import volume_id

CHECK_SECONDS = 10.0
"""How often a kubelet looks at what pods use."""
GRACE_SECONDS = 1.0
STORAGE = "ephemeral-storage"
REASON = "Evicted"


def is_limited(look: Look) -> bool:
    """Whether there is anything that the pod could exceed."""
    spec = look.pod["spec"]
    directories = ((volume.get("emptyDir") or {}) for volume in spec.get("volumes") or ())
    return any("sizeLimit" in directory for directory in directories) or STORAGE in _pod_limits(look)


def next_check(now: float) -> float:
    """When the kubelet looks next."""
    return (now // CHECK_SECONDS + 1) * CHECK_SECONDS


def evict_if_over(look: Look) -> None:
    """At the moments of a check: end the pod if it uses more than it may."""
    if look.now % CHECK_SECONDS > 1e-6 or not is_limited(look):
        return
    message = exceeded(look)
    if message:
        look.event("Warning", REASON, message)
        look.record.final = Final(REASON, message)
        stopping.begin_pod_stop(look, GRACE_SECONDS)


def exceeded(look: Look) -> str:
    """What the pod has exceeded, nothing if it has not."""
    return _directory_over(look) or _pod_over(look) or _container_over(look)


def _directory_over(look: Look) -> str:
    for volume in look.pod["spec"].get("volumes") or ():
        directory = volume.get("emptyDir") or {}
        most = directory.get("sizeLimit")
        if most is None or directory.get("medium") == "Memory":
            continue  # the kernel keeps a directory in memory within its limit
        if _volume_bytes(look, volume) > quantity.parse(most):
            return f'Usage of EmptyDir volume "{volume["name"]}" exceeds the limit "{most}". '
    return ""


def _pod_over(look: Look) -> str:
    most = _pod_limits(look).get(STORAGE)
    if most is None:
        return ""
    if pod_bytes(look) <= quantity.parse(most):
        return ""
    return f"Pod ephemeral local storage usage exceeds the total limit of containers {most}. "


def _container_over(look: Look) -> str:
    spec = look.pod["spec"]
    for container in (*spec["containers"], *filter(is_sidecar, init_containers(spec))):
        most = limit(container, STORAGE)
        if most and container_bytes(look, container["name"]) > most:
            shown = container["resources"]["limits"][STORAGE]
            return f'Container {container["name"]} exceeded its local ephemeral storage limit "{shown}". '
    return ""


def _pod_limits(look: Look) -> dict[str, str]:
    found: dict[str, str] = pod_resources(look.pod["spec"])["resources"].get("limits") or {}
    return found


def _volume_bytes(look: Look, volume: dict[str, Any]) -> int:
    return look.services.mounter.store.used(volume_id(look.services.client, look.pod, volume))


def pod_bytes(look: Look) -> int:
    """What a pod takes of its node's disk: the files and logs of its containers, and its directories that are not in memory."""
    own = [volume for volume in look.pod["spec"].get("volumes") or () if "emptyDir" in volume]
    directories = sum(_volume_bytes(look, volume) for volume in own if volume["emptyDir"].get("medium") != "Memory")
    return directories + sum(container_bytes(look, name) for name in look.record.containers)


def container_bytes(look: Look, name: str) -> int:
    """What a container has written: to its own files and to its log."""
    own = look.record.containers.get(name)
    container = own.current.container if own is not None and own.current is not None else None
    if container is None or container.exit_code is not None:
        return 0
    files = container.inside.written() if container.inside is not None else 0
    return files + sum(len(line.text) for line in container.log.lines)
