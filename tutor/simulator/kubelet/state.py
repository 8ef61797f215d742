"""What a kubelet remembers of a pod beside the API object: its sandbox, the runs of its containers, probes and back-offs.

Records are changed in place while nobody else holds them; `PodRecord.clone` makes one that can be (see `records`).
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from tutor.simulator.images.container import Container

INIT, SIDECAR, MAIN, EPHEMERAL = "init", "sidecar", "main", "ephemeral"
FIELDS = {INIT: "initContainers", SIDECAR: "initContainers", MAIN: "containers", EPHEMERAL: "ephemeralContainers"}
"""The list of a pod's spec that containers of a kind are in."""
MAX_BACKOFF = 300.0
FIRST_BACKOFF = 10.0


class BackOff(NamedTuple):
    """A delay that doubles with every use, and when it was last used (client-go, util/flowcontrol/backoff.go)."""

    seconds: float
    updated: float


def holds_back(entry: BackOff | None, since: float, now: float) -> bool:
    """Whether something that failed at `since` has to wait longer."""
    if entry is None or since - entry.updated > 2 * MAX_BACKOFF:
        return False
    return now - since < entry.seconds


def next_backoff(entry: BackOff | None, since: float, now: float) -> BackOff:
    """The entry after one more use; long without trouble starts anew."""
    if entry is None or since - entry.updated > 2 * MAX_BACKOFF:
        return BackOff(FIRST_BACKOFF, now)
    return BackOff(min(2 * entry.seconds, MAX_BACKOFF), now)


class Ended(NamedTuple):
    """How a container's process ended."""

    at: float
    code: int
    reason: str
    message: str = ""


@dataclass(slots=True)
class Run:
    """One container as the runtime knows it: created, running or ended. A restart makes a new one."""

    id: str
    number: int
    """The restart count it shows as."""
    image: str
    image_id: str
    asked_for: str
    """The image as the spec had it."""
    created: float
    container: Container | None = None
    started: float | None = None
    ended: Ended | None = None
    """None while it runs."""
    resources: Mapping[str, Any] = field(default_factory=dict)
    """The requests and limits it runs with; the spec's may be newer."""

    @property
    def is_running(self) -> bool:
        """Started and not ended."""
        return self.started is not None and self.ended is None


class Reason(NamedTuple):
    """Why the last attempt to start a container failed: the waiting reason and message shown until the next attempt."""

    reason: str
    message: str


@dataclass(slots=True)
class Stop:
    """A container on its way out."""

    kill_at: float
    hook_pid: int | None = None
    hook_over: bool = False
    """Whether the hook's command has ended, or its end is known otherwise."""
    hook_until: float | None = None
    turn: bool = True
    """Whether it may be sent SIGTERM: a sidecar waits for the containers that began after it."""
    signalled: bool = False
    """Whether SIGTERM was sent."""


@dataclass(slots=True)
class ProbeState:
    """Where one probe of one container stands (prober/worker.go). `result` is None until there is one."""

    run: str = ""
    """Id of the run it looks at."""
    next_at: float = 0.0
    result: bool | None = None
    last: bool | None = None
    streak: int = 0
    on_hold: bool = False
    command: int | None = None
    """Process id of a probe's command that is still running ..."""
    deadline: float = 0.0
    """... and until when it may."""


@dataclass(slots=True)
class ContainerRecord:
    """A container of a pod over its restarts."""

    name: str
    kind: str
    current: Run | None = None
    previous: Run | None = None
    failure: Reason | None = None
    backoff: BackOff | None = None
    probes: dict[str, ProbeState] = field(default_factory=dict)
    stop: Stop | None = None
    removed: int = 0
    """The restart count that it goes on with after it was removed so that all containers of the pod begin anew; 0: never."""
    observed: bool = False
    """Whether the pod's status has shown the current run, which probes wait for."""
    still_started: bool = False
    """Whether the current run counts as started because the one before had, which the kubelet stopped and replaced in one sync.
    That ends when it is the startup probe's turn."""

    def last_ended(self) -> Run | None:
        """The newest run that has ended."""
        for run in (self.current, self.previous):
            if run is not None and run.ended is not None:
                return run
        return None


class Final(NamedTuple):
    """Why the kubelet itself has failed a pod. `disrupted`: because of its node, which a condition of the pod then says."""

    reason: str
    message: str
    disrupted: bool = False


class Operation(NamedTuple):
    """Something the pod's worker waits for: what, for which container, until when."""

    what: str
    container: str
    until: float
    detail: str = ""


class MountTrouble(NamedTuple):
    """A volume that could not be set up: how long the next wait is, and when the next try is due."""

    delay: float
    retry_at: float


class ResizeState(NamedTuple):
    """Where a resize stands: the metadata.generation that asked for it, since when it is so, when it was last seen to be, and why."""

    generation: int
    since: float
    probed: float
    reason: str = ""
    message: str = ""


@dataclass(slots=True)
class PodRecord:
    """One pod on one node. Times are seconds since the epoch."""

    key: str
    uid: str
    node: str
    added: float
    generation: int = 0
    """metadata.generation when it was last looked at."""
    allocated: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """The requests and limits that were admitted, by container; never changed in place."""
    resize_pending: ResizeState | None = None
    """Set while the node has no room for what the pod asks for."""
    resize_in_progress: ResizeState | None = None
    """Set while containers do not have yet what was admitted."""
    stage: str = "running"
    """running, stopping (its containers are being stopped for good) or stopped"""
    containers: dict[str, ContainerRecord] = field(default_factory=dict)
    sandbox: str = "none"
    """none, ready or stopped"""
    sandbox_id: str = ""
    ip: str = ""
    mounted: bool = False
    mount_trouble: dict[str, MountTrouble] = field(default_factory=dict)
    operation: Operation | None = None
    todo: tuple[str, ...] = ()
    """Containers that the sync under way has still to start."""
    killed: tuple[str, ...] = ()
    """Containers that the sync under way has stopped and starts again, whatever they ended with."""
    failed: bool = False
    """Whether the sync under way could not start something."""
    pull_failed: bool = False
    """Whether the sync under way has tried in vain to fetch an image."""
    reset: str = ""
    """How far all containers' beginning anew has come (`restart_all`)."""
    retry_at: float | None = None
    """The earliest moment something the sync under way held back may start."""
    late_end: float | None = None
    """When the runtime is looked at next after a container has ended in the middle of a sync, which then asks for one more."""
    sync_at: float | None = None
    """When the pod is looked at as a whole again."""
    waiting: bool = False
    """The next look is a retry after a failure: nothing is about to change."""
    deadline: float | None = None
    """Until when the containers of a pod that is to end have time."""
    pulls: dict[str, BackOff] = field(default_factory=dict)
    pull_errors: dict[str, Reason] = field(default_factory=dict)
    final: Final | None = None
    """Set once the kubelet itself has failed the pod."""
    finish_at: float | None = None
    """When a pod whose containers have all ended is torn down, and then, if it is deleted, when its object goes."""
    epoch: int = 0

    def clone(self, epoch: int) -> PodRecord:
        """A copy that shares nothing that changes."""
        containers = {
            name: replace(
                record,
                current=_clone_run(record.current),
                previous=_clone_run(record.previous),
                probes={kind: copy.copy(probe) for kind, probe in record.probes.items()},
                stop=copy.copy(record.stop),
            )
            for name, record in self.containers.items()
        }
        return replace(
            self,
            containers=containers,
            mount_trouble=dict(self.mount_trouble),
            pulls=dict(self.pulls),
            pull_errors=dict(self.pull_errors),
            epoch=epoch,
        )

    def want_sync(self, at: float) -> None:
        """Look at the pod as a whole at a moment at the latest."""
        if self.sync_at is None or at < self.sync_at:
            self.sync_at = at
            self.waiting = False

    def running(self) -> list[ContainerRecord]:
        """The containers that run now."""
        return [record for record in self.containers.values() if record.current and record.current.is_running]


def _clone_run(run: Run | None) -> Run | None:
    if run is None:
        return None
    return replace(run, container=run.container.clone() if run.container else None)
