"""What the log, exec and attach subresources need of the kubelets, and which container a request means.

`SimulatedCluster.runtime` offers `ContainerRuntime`. Answers follow pkg/registry/core/pod/strategy.go and, for what a kubelet
would say, pkg/kubelet/kubelet_pods.go (validateContainerLogStatus).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol
from urllib.parse import urlencode

from tutor.simulator.api.call import Call
from tutor.simulator.api.sessions import Session
from tutor.simulator.errors import ApiError, bad_request
from tutor.simulator.store import Obj


class LogLine(Protocol):
    """One line of output. `at` is cluster time; `whole` is false for a last piece without a newline."""

    @property
    def at(self) -> float: ...

    @property
    def text(self) -> str: ...

    @property
    def whole(self) -> bool: ...


class ContainerRuntime(Protocol):
    """The containers of all nodes. Called with the cluster's lock held; returns at once."""

    def log(self, namespace: str, pod: str, container_id: str) -> Sequence[LogLine] | None:
        """The lines that one run of a container has written so far, as a list that grows; None when the run is not known
        (any more). `container_id` is the one of the pod's status without "containerd://"."""

    def exec(
        self, namespace: str, pod: str, container: str, argv: Sequence[str], *, stdin: bool, tty: bool
    ) -> Session | None:
        """Run a command in a running container; None when the container does not run."""

    def attach(self, namespace: str, pod: str, container: str, *, stdin: bool, tty: bool) -> Session | None:
        """The streams of a running container's main process; None when it does not run."""

    def unreachable(self, node: str) -> str:
        """Why nobody can connect to the kubelet of a node, in the words of a socket; nothing when one can."""


def runtime_of(call: Call) -> ContainerRuntime:
    """The runtime. Raises ApiError 501 for a cluster without one."""
    runtime: ContainerRuntime | None = getattr(call.api.cluster, "runtime", None)
    if runtime is None:
        raise ApiError(501, "NotImplemented", "this cluster has no container runtime", {})
    return runtime


def dial_problem(call: Call, pod: Obj) -> str:
    """Why the API server cannot talk to the kubelet that has a pod, as Go's net package says it; nothing when it can.

    Source: pkg/registry/core/pod/strategy.go (LogLocation, streamLocation): both ask the kubelet's own port on its node.
    """
    why = runtime_of(call).unreachable(pod["spec"]["nodeName"])
    return f"dial tcp {_kubelet_address(call, pod)}: connect: {why}" if why else ""


def check_dialing(call: Call, pod: Obj) -> None:
    """Make sure that a connection through the kubelet can be upgraded. Raises ApiError 500."""
    problem = dial_problem(call, pod)
    if problem:
        raise ApiError(500, "", f"error dialing backend: {problem}")


def check_logs(call: Call, pod: Obj, container: str) -> None:
    """Make sure that the kubelet can be asked for a log. Raises ApiError 500."""
    problem = dial_problem(call, pod)
    if problem:
        names = "/".join((call.route.namespace, call.route.name, container))
        asked = {
            key: values for key, values in sorted(call.request.query.items()) if key not in ("container", "pretty")
        }
        query = f"?{urlencode(asked, doseq=True)}" if asked else ""
        url = f"https://{_kubelet_address(call, pod)}/containerLogs/{names}{query}"
        raise ApiError(500, "", f'Get "{url}": {problem}')


def _kubelet_address(call: Call, pod: Obj) -> str:
    node = call.store.get("nodes", "", pod["spec"]["nodeName"]) or {}
    status = node.get("status") or {}
    address = next((a["address"] for a in status.get("addresses") or () if a["type"] == "InternalIP"), "")
    return f"{address}:{status.get('daemonEndpoints', {}).get('kubeletEndpoint', {}).get('Port', 0)}"


def chosen_container(pod: Obj, name: str) -> str:
    """The container that a request names, or the only one apart from init and debug containers. Raises ApiError 400.

    Source: pkg/registry/core/pod/strategy.go validateContainer.
    """
    spec, pod_name = pod["spec"], pod["metadata"]["name"]
    fields = ("initContainers", "containers", "ephemeralContainers")
    names = [container["name"] for field in fields for container in spec.get(field) or ()]
    if name:
        if name not in names:
            raise bad_request(f"container {name} is not valid for pod {pod_name}")
        return name
    if len(spec["containers"]) > 1:
        raise bad_request(f"a container name must be specified for pod {pod_name}, choose one of: [{' '.join(names)}]")
    return str(spec["containers"][0]["name"])


class Found(NamedTuple):
    """One run of a container: its id, and whether it is still running."""

    container_id: str
    running: bool


_WAITING = {"ErrImagePull": "image can't be pulled", "ImagePullBackOff": "trying and failing to pull image"}


def run_of(pod: Obj, name: str, *, previous: bool) -> Found:
    """The run whose log is meant. Raises ApiError 400 for a container that has none (yet)."""
    status = container_status(pod, name)
    state, last = status.get("state") or {}, (status.get("lastState") or {}).get("terminated") or {}
    subject = f'container "{name}" in pod "{pod["metadata"]["name"]}"'
    if previous:
        if not last.get("containerID"):
            raise bad_request(f"previous terminated {subject} not found")
        return Found(_bare(last["containerID"]), False)
    if "running" in state:
        return Found(_bare(status.get("containerID", "")), True)
    ended = (state.get("terminated") or {}).get("containerID") or last.get("containerID")
    if ended:
        return Found(_bare(ended), False)
    if "terminated" in state:
        raise bad_request(f"{subject} is terminated")
    if "waiting" in state:
        reason = state["waiting"].get("reason", "")
        raise bad_request(f"{subject} is waiting to start: {_WAITING.get(reason, reason)}")
    raise bad_request(f"{subject} is waiting to start - no logs yet")


def container_status(pod: Obj, name: str) -> dict[str, Any]:
    """What the pod's status says of a container; nothing when it does not mention it."""
    status = pod.get("status") or {}
    for field in ("containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses"):
        for container in status.get(field) or ():
            if container.get("name") == name:
                found: dict[str, Any] = container
                return found
    return {}


def _bare(container_id: str) -> str:
    return container_id.rpartition("//")[2]
