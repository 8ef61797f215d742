"""A whole simulated cluster: store, registry, clock and actors put together, and its state as one value."""

from __future__ import annotations

import importlib
import pkgutil
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from tutor.simulator.client import Client
from tutor.simulator.clock import Clock
from tutor.simulator.control_plane import ControlPlane
from tutor.simulator.engine import Actor, Engine
from tutor.simulator.ids import Ids
from tutor.simulator.metrics import Metrics
from tutor.simulator.registry import Registry
from tutor.simulator.resources.scheme import Scheme
from tutor.simulator.scheduler.snapshot import Snapshot
from tutor.simulator.store import Obj, Store, StoreState

if TYPE_CHECKING:
    from tutor.simulator.images.traffic import Request, Response
    from tutor.simulator.kubelet.runtime import Runtime

ACTOR_PACKAGES = ("tutor.simulator.controllers", "tutor.simulator.scheduler", "tutor.simulator.kubelet")
"""Every module in them with an `actors(cluster)` function contributes what it returns."""


AUTONOMOUS = ("kubelet", "kubelet-eviction")
"""Actors that go on without an API server."""
HEARTBEATS = "kubelet-heartbeat"


@dataclass(frozen=True, slots=True)
class NodeSpec:
    """A node to start with: its name and what it can hold, as Kubernetes quantities."""

    name: str
    cpu: str = "4"
    memory: str = "8Gi"
    pods: str = "110"
    control_plane: bool = False


DEFAULT_NODES = (NodeSpec("node-1"), NodeSpec("node-2"), NodeSpec("node-3"))


STATE_VERSION = 6
"""Rises with every change of what a saved state holds: a state of another version cannot be loaded."""


@dataclass(frozen=True, slots=True)
class ClusterState:
    """Everything a cluster is, at one moment. Holding it is cheap: objects are shared with the running cluster."""

    store: StoreState
    clock: Any
    ids: Any
    engine: Any
    control_plane: ControlPlane


def _no_token(_owner: Obj, _use: Mapping[str, Any]) -> str:
    """Without an API there is nobody to show a token to."""
    return "none"


class SimulatedCluster:
    """One cluster. All access from several threads goes through `lock`; nothing in here waits or reads the wall clock."""

    def __init__(
        self,
        *,
        now: float,
        seed: int = 0,
        nodes: Iterable[NodeSpec] = DEFAULT_NODES,
        strict: bool = False,
    ) -> None:
        self.lock = threading.RLock()
        self.root_ca = ""
        """The certificate authority of the API server, as PEM; a server sets it when it starts."""
        self.stored_token: Callable[[Obj, Obj], str] = _no_token
        """Makes the token that a Secret keeps for a ServiceAccount; the API sets it, for it has to know its own tokens."""
        self.pod_token: Callable[[Obj, Mapping[str, Any]], str] = _no_token
        """Makes the token that a pod finds in a volume, for a source of the volume (serviceAccountToken); the API sets it, too."""
        self.ask_api: Callable[[Request], Response] | None = None
        """Answers requests of pods to the API server; None while there is none."""
        self.runtime: Runtime
        """What kubelets do for the API server: logs, commands in containers (set by the kubelet package)."""
        self.clock = Clock(now)
        self.ids = Ids(seed)
        self.store = Store(lambda: self.clock.now)
        self.scheme = Scheme()
        self.registry = Registry(self.store, self.scheme, self.ids, self.clock)
        for resource in self.scheme:
            for name, function in resource.indexes.items():
                self.store.add_index(resource.storage_id, name, function)
        self.node_infos = Snapshot(self.store)
        """What runs on which node, for the scheduler and the kubelets; up to date before any of them is told of a change."""
        self.engine = Engine(self.clock, self.store, strict=strict)
        self.control_plane = ControlPlane()
        self.on_writable: list[Callable[[], None]] = []
        """Called when actors can write again."""
        self.metrics = Metrics()
        """What the API group metrics.k8s.io serves."""
        for make in _actor_makers():
            for actor in make(self):
                self.engine.add(actor)
        self._bootstrap(tuple(nodes))

    def client(self, actor: str) -> Client:
        """A client for a part of the cluster."""
        return Client(self.registry, actor)

    def _bootstrap(self, nodes: tuple[NodeSpec, ...]) -> None:
        from tutor.simulator.bootstrap import bootstrap

        bootstrap(self, nodes)
        self.engine.run_ready()

    def interrupt(self, part: str) -> None:
        """Stop the API server or etcd: from now on nobody can write, and kubelets go on by themselves."""
        self.control_plane.stopped |= {part}
        self.engine.hold(but=AUTONOMOUS)

    def mend(self, part: str) -> None:
        """Start it again. Once everything works, kubelets report first, so that no node is taken for lost."""
        self.control_plane.stopped -= {part}
        if self.control_plane.is_writable:
            for catch_up in self.on_writable:
                catch_up()
            self.engine.release(first=HEARTBEATS)

    def slow_down(self, part: str, seconds: float) -> None:
        """Let the API server or etcd answer so many seconds late, to everybody; 0: as fast as it can."""
        self.control_plane.set_delay(part, seconds)
        self.engine.lateness = self.control_plane.delay(write=True)

    def save(self) -> ClusterState:
        """The whole state as a value."""
        with self.lock:
            engine, control_plane = self.engine.save(), replace(self.control_plane)
            return ClusterState(self.store.save(), self.clock.save(), self.ids.save(), engine, control_plane)

    def load(self, state: ClusterState) -> None:
        """Go back to a saved state."""
        with self.lock:
            self.store.load(state.store)
            self.clock.load(state.clock)
            self.ids.load(state.ids)
            self.engine.load(state.engine)
            self.control_plane.stopped = state.control_plane.stopped
            self.control_plane.delays = state.control_plane.delays


ActorMaker = Callable[[SimulatedCluster], Iterable[Actor]]


def _actor_makers() -> list[ActorMaker]:
    makers: list[ActorMaker] = []
    for package_name in ACTOR_PACKAGES:
        package = importlib.import_module(package_name)
        names = [package_name, *sorted(f"{package_name}.{m.name}" for m in pkgutil.iter_modules(package.__path__))]
        for name in names:
            make = getattr(importlib.import_module(name), "actors", None)
            if make is not None:
                makers.append(make)
    return makers
