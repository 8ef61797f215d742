"""One look of a kubelet at one pod: everything that the parts of the sync need, in one place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tutor.simulator.client import Client
from tutor.simulator.clock import timestamp
from tutor.simulator.errors import ApiError
from tutor.simulator.events import EventRecorder
from tutor.simulator.ids import Ids
from tutor.simulator.images.world import World
from tutor.simulator.kubelet import status as statuses
from tutor.simulator.kubelet.allocated import as_admitted
from tutor.simulator.kubelet.pulling import Puller
from tutor.simulator.kubelet.state import EPHEMERAL, INIT, MAIN, SIDECAR, ContainerRecord, PodRecord
from tutor.simulator.kubelet.volumes import Mounter
from tutor.simulator.objects import name_of, namespace_of, uid_of
from tutor.simulator.store import Obj

CONTAINER_FIELDS = ("initContainers", "containers", "ephemeralContainers")
GRID = 0.05
"""Moments at which kubelets act are multiples of this, so that what happens together is dealt with together."""


def on_grid(moment: float) -> float:
    """The next multiple of the grid."""
    steps = round(moment / GRID)
    at = steps * GRID
    return at if at >= moment - 1e-6 else (steps + 1) * GRID


def next_relist(now: float) -> float:
    """When the kubelet next notices what containers did by themselves: it looks once a second (pkg/kubelet/pleg)."""
    return float(int(now + 1e-6)) + 1.0


@dataclass(slots=True)
class Services:
    """What the kubelets of all nodes share."""

    client: Client
    ids: Ids
    puller: Puller
    mounter: Mounter
    world: World
    recorder: Callable[[str], EventRecorder]
    """The event recorder of a node."""
    take_ip: Callable[[str], str]
    """A free address of a node."""


@dataclass(slots=True)
class Look:
    """A pod, what is remembered of it, and the means to act."""

    services: Services
    pod: Obj
    """The pod as its node has admitted it: while a resize waits, it asks for something else."""
    record: PodRecord
    node: Obj | None
    asked: Obj = field(init=False)
    """The pod as the API has it."""

    def __post_init__(self) -> None:
        self._take(self.pod)

    def _take(self, pod: Obj) -> None:
        self.asked, self.pod = pod, as_admitted(pod, self.record)

    @property
    def now(self) -> float:
        """Seconds since the epoch."""
        return self.services.client.now

    @property
    def full_name(self) -> str:
        """The pod in messages: "name_namespace(uid)"."""
        return f"{name_of(self.pod)}_{namespace_of(self.pod)}({uid_of(self.pod)})"

    @property
    def node_ip(self) -> str:
        """The node's address."""
        addresses = (self.node or {}).get("status", {}).get("addresses") or ()
        return next((str(entry["address"]) for entry in addresses if entry["type"] == "InternalIP"), "")

    def containers(self) -> list[dict[str, Any]]:
        """Init containers, containers and ephemeral containers, as the spec has them."""
        spec = self.pod["spec"]
        return [container for field in CONTAINER_FIELDS for container in spec.get(field) or ()]

    def spec(self, name: str) -> dict[str, Any]:
        """A container of the spec by its name."""
        return next(container for container in self.containers() if container["name"] == name)

    def own(self, name: str) -> ContainerRecord:
        """What is remembered of a container."""
        found = self.record.containers.get(name)
        if found is None:
            found = self.record.containers[name] = ContainerRecord(name, self._kind(name))
        return found

    def _kind(self, name: str) -> str:
        field = self._field(name)
        if field == "initContainers":
            return SIDECAR if self.spec(name).get("restartPolicy") == "Always" else INIT
        return MAIN if field == "containers" else EPHEMERAL

    def _field(self, name: str) -> str:
        """The list of the spec that a container is in."""
        spec = self.pod["spec"]
        return next(field for field in CONTAINER_FIELDS if any(c["name"] == name for c in spec.get(field) or ()))

    def event(self, kind: str, reason: str, message: str, container: str = "") -> None:
        """Write an event about the pod or one of its containers."""
        path = ""
        if container:
            path = f"spec.{self._field(container)}{{{container}}}"
        recorder = self.services.recorder(self.record.node)
        write = recorder.warning if kind == "Warning" else recorder.normal
        write(self.pod, reason, message, field_path=path)

    def write_status(self, *, over: bool = False) -> None:
        """Tell the API how the pod is."""
        status = statuses.generate(self.pod, self.record, self.node_ip, self.now, over=over)
        self.put_status(status)

    def reject(self, reason: str, message: str) -> None:
        """The node does not take the pod."""
        self.event("Warning", reason, message)
        status = {"phase": "Failed", "reason": reason, "message": f"Pod was rejected: {message}"}
        status |= {"startTime": timestamp(self.now), "qosClass": self.pod["status"].get("qosClass", "BestEffort")}
        status["observedGeneration"] = self.pod["metadata"].get("generation", 1)
        self.put_status(status)

    def put_status(self, status: Mapping[str, Any]) -> None:
        """Write a status; a pod that is gone meanwhile needs none."""
        client = self.services.client
        try:
            self._take(client.update_status("pods", self.asked, status))
        except ApiError as error:
            latest = client.get("pods", namespace_of(self.pod), name_of(self.pod))
            if error.code == 409 and latest is not None and uid_of(latest) == uid_of(self.pod):
                self._take(client.update_status("pods", latest, status))  # its own container has changed it
            elif error.code != 404:
                raise
