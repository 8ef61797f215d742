"""Which containers of a pod share a process namespace, and the end of the pause process that holds such a namespace.

Source: pkg/kubelet/kuberuntime/util/util.go (PidNamespaceForPod, NamespacesForPod), kuberuntime_container.go (getTargetID). The
namespace of a node (hostPID) holds the node's own processes and the pod's here: those of other pods are not shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tutor.simulator.images.container import ContainerConfig
from tutor.simulator.kubelet.look import Look, next_relist
from tutor.simulator.kubelet.state import EPHEMERAL
from tutor.simulator.objects import split_key

if TYPE_CHECKING:
    from tutor.simulator.images.shared import SharedProcesses
    from tutor.simulator.kubelet.kubelet import Kubelet

SANDBOX_CHANGED = "Pod sandbox changed, it will be killed and re-created."


def target_of(spec: Mapping[str, Any], name: str) -> str:
    """The container whose process namespace a container is in, where the pod does not share one as a whole: itself, or its target."""
    debuggers = spec.get("ephemeralContainers") or ()
    return next((str(c.get("targetContainerName") or name) for c in debuggers if c["name"] == name), name)


def is_shared(spec: Mapping[str, Any]) -> bool:
    """Whether all containers of a pod share one process namespace."""
    return bool(spec.get("shareProcessNamespace") or spec.get("hostPID"))


def sharing(kubelet: Kubelet, config: ContainerConfig) -> SharedProcesses | None:
    """The containers that a container shares its processes with."""
    namespace, name = split_key(config.pod)
    pod = kubelet.known_pod(namespace, name)
    spec = pod["spec"] if pod is not None else {}
    whole = is_shared(spec)
    if pod is None or not (whole or spec.get("ephemeralContainers")):
        return None
    from tutor.simulator.images.shared import SharedProcesses

    record = kubelet.record_at(namespace, name)
    place = target_of(spec, config.name)
    others = [
        own.current.container
        for own in (record.running() if record is not None else ())
        if own.name != config.name and own.current is not None and (whole or target_of(spec, own.name) == place)
    ]
    alive = [other for other in others if other is not None and other.exit_code is None]
    if not whole and not alive:
        return None
    if spec.get("hostPID"):
        return SharedProcesses(kubelet.network, alive, of_node=True)
    if whole:
        return SharedProcesses(kubelet.network, alive, end_pause=lambda: kubelet.end_sandbox(namespace, name))
    return SharedProcesses(kubelet.network, alive, leads=place == config.name)


def end_debuggers(look: Look, target: str) -> None:
    """A container has ended that was process 1 for others: the kernel kills everything in its namespace."""
    spec = look.pod["spec"]
    if is_shared(spec):
        return
    for own in look.record.running():
        container = own.current.container if own.current is not None else None
        if own.kind == EPHEMERAL and target_of(spec, own.name) == target and container is not None:
            container.kill(look.now)


def missing_target(look: Look, name: str, identity: str) -> str:
    """Why a container cannot be put into the process namespace of its target; nothing when it can."""
    target = target_of(look.pod["spec"], name)
    if target == name or is_shared(look.pod["spec"]):
        return ""
    own = look.record.containers.get(target)
    if own is None or own.current is None:
        return f"unable to find target container {target}"
    if own.current.is_running:
        return ""
    why = f'container "{own.current.id}" is not running - in state CONTAINER_EXITED'
    return (
        f'failed to generate container "{identity}" spec: failed to generate spec opts: invalid target container: {why}'
    )


def end_sandbox(look: Look) -> None:
    """The pause process has ended: nothing of the pod's sandbox is left, and a new one is made (kuberuntime_manager.go, SyncPod)."""
    record = look.record
    for own in record.running():
        if own.current is not None and own.current.container is not None:
            own.current.container.kill(look.now)
    record.sandbox, record.operation, record.todo = "none", None, ()
    look.event("Normal", "SandboxChanged", SANDBOX_CHANGED)
    record.want_sync(next_relist(look.now))
