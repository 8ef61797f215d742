"""Faults that can be put into a cluster on purpose, to see what each part is for: a component stopped or slowed down, a node
whose kubelet is stopped, that is cut off, full, or short of memory or disk.

A fault lasts until it is taken away; it is part of the cluster's state, so that a snapshot remembers it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor.simulator.control_plane import API_SERVER, ETCD
from tutor.simulator.objects import name_of
from tutor.simulator.scheduler.requests import amounts, pod_requests
from tutor.simulator.store import Obj

if TYPE_CHECKING:
    from tutor.simulator.cluster import SimulatedCluster

SLOW_SECONDS = 15.0
"""How late a slowed component gets to its work."""
LATE_SECONDS = 2.0
"""How late the API server or etcd is when it is slow."""
SCHEDULER = "default-scheduler"
NOT_IN_CONTROLLER_MANAGER = frozenset(
    {
        SCHEDULER,
        "kubelet",
        "kubelet-eviction",
        "kubelet-heartbeat",
        "kube-apiserver",
        "available-condition-controller",
        "crd-naming-controller",
        "crd-finalizer",
        "event-expiry",
        "metrics-server",
        "nginx-ingress-controller",
        "local-path-provisioner",
    }
)
"""Actors of other programs than kube-controller-manager; all the rest are its controllers (cmd/kube-controller-manager/app)."""
MEMORY_LEFT = 50 * 2**20
"""Bytes of memory that are left on a node that is short of it."""
DISK_LEFT = 0.05
"""The part of its disk that is left on a node that is short of it."""
FILLER_NAMESPACE = "kube-system"
ACTOR = "faults"


class NotNow(ValueError):
    """A fault cannot be put in or taken away as things are; the message says why and what to do."""


class UnknownFault(ValueError):
    """There is no fault of this name in this cluster; the message lists those there are."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that can be broken. `about` says what it is and what follows from it."""

    name: str
    about: str
    is_on: Callable[[], bool]
    put: Callable[[], None]
    take: Callable[[], None]


def faults(cluster: SimulatedCluster) -> list[Fault]:
    """Every fault that this cluster can have, those of the control plane first."""
    controllers = [name for name in cluster.engine.actors() if name not in NOT_IN_CONTROLLER_MANAGER]
    found = [
        _stopped(cluster, "scheduler-stopped", [SCHEDULER], "kube-scheduler is stopped: new Pods stay Pending"),
        _stopped(
            cluster,
            "controllers-stopped",
            controllers,
            "kube-controller-manager is stopped: nothing is replaced, scaled or rolled out",
        ),
        _interrupted(
            cluster,
            "api-server-stopped",
            API_SERVER,
            "kube-apiserver is stopped: connections are refused and nothing new happens, while containers run on",
        ),
        _interrupted(
            cluster,
            "etcd-stopped",
            ETCD,
            "etcd is stopped: the API server can neither read nor write objects (here it says so at once, "
            "a real one lets you wait for up to a minute)",
        ),
        _slow(cluster, "scheduler-slow", [SCHEDULER], "kube-scheduler takes 15 s to get to a Pod"),
        _slow(cluster, "controllers-slow", controllers, "controllers take 15 s to react"),
        _slow(cluster, "kubelets-slow", ["kubelet"], "kubelets take 15 s to react"),
        _late(cluster, "api-server-slow", API_SERVER, "kube-apiserver takes 2 s to answer, whoever asks"),
        _late(cluster, "etcd-slow", ETCD, "etcd takes 2 s to write: whatever changes something takes that much longer"),
    ]
    for node in cluster.store.list_sorted("nodes"):
        if (node.get("status") or {}).get(
            "capacity"
        ):  # others are objects that somebody has made: no kubelet is behind them
            found += _of_node(cluster, name_of(node))
    return found


def set_fault(cluster: SimulatedCluster, name: str, on: bool) -> None:
    """Put a fault into the cluster or take it away; does nothing when it is so already. Raises UnknownFault, NotNow."""
    with cluster.lock:
        known = {fault.name: fault for fault in faults(cluster)}
        if name not in known:
            raise UnknownFault(f"there is no fault {name!r}: choose from {', '.join(known)}")
        fault = known[name]
        if fault.is_on() != on:
            (fault.put if on else fault.take)()
            cluster.engine.run_ready()


def _stopped(cluster: SimulatedCluster, name: str, actors: list[str], about: str) -> Fault:
    engine = cluster.engine

    def put() -> None:
        for actor in actors:
            engine.stop(actor)

    def take() -> None:
        for actor in actors:
            engine.start(actor)

    return Fault(name, about, lambda: not any(engine.actors()[actor] for actor in actors), put, take)


def _slow(cluster: SimulatedCluster, name: str, actors: list[str], about: str) -> Fault:
    engine = cluster.engine

    def late_by(seconds: float) -> None:
        for actor in actors:
            engine.slow(actor, seconds)

    return Fault(
        name,
        about,
        lambda: set(actors) <= engine.delays().keys(),
        lambda: late_by(SLOW_SECONDS),
        lambda: late_by(0),
    )


def _interrupted(cluster: SimulatedCluster, name: str, part: str, about: str) -> Fault:
    stopped = cluster.control_plane.is_stopped
    return Fault(name, about, lambda: stopped(part), lambda: cluster.interrupt(part), lambda: cluster.mend(part))


def _late(cluster: SimulatedCluster, name: str, part: str, about: str) -> Fault:
    return Fault(
        name,
        about,
        lambda: cluster.control_plane.delay_of(part) > 0,
        lambda: cluster.slow_down(part, LATE_SECONDS),
        lambda: cluster.slow_down(part, 0.0),
    )


def require_writable(cluster: SimulatedCluster) -> None:
    """What is done by writing objects needs an API server with its etcd. Raises NotNow."""
    for part in sorted(cluster.control_plane.stopped):
        raise NotNow(f"{part} is stopped, so that nothing can be written: mend that first")


def _of_node(cluster: SimulatedCluster, node: str) -> list[Fault]:
    runtime = cluster.runtime
    return [
        Fault(
            f"kubelet-stopped/{node}",
            f"the kubelet of {node} is stopped: its containers run on, but nobody hears of it",
            lambda: not runtime.kubelets().get(node, True) and node not in runtime.cut_off_nodes(),
            lambda: runtime.stop_kubelet(node),
            lambda: runtime.start_kubelet(node),
        ),
        Fault(
            f"cut-off/{node}",
            f"{node} is cut off the network: nothing reaches its Pods",
            lambda: node in runtime.cut_off_nodes(),
            lambda: runtime.cut_off(node),
            lambda: runtime.reconnect(node),
        ),
        Fault(
            f"full/{node}",
            f"{node} is full: a Pod in {FILLER_NAMESPACE} has reserved all its CPU and memory that were free",
            lambda: cluster.store.get("pods", FILLER_NAMESPACE, _filler_name(node)) is not None,
            lambda: _fill(cluster, node),
            lambda: _empty(cluster, node),
        ),
        *_of_pressure(cluster, node),
    ]


def _of_pressure(cluster: SimulatedCluster, node: str) -> list[Fault]:
    pressure = cluster.runtime.pressure
    return [
        Fault(
            f"memory-short/{node}",
            f"{node} is short of memory: a process beside Kubernetes has taken nearly all of it, so Pods are evicted",
            lambda: pressure.room.taken(node).memory > 0,
            lambda: pressure.take_memory(node, MEMORY_LEFT),
            lambda: pressure.give_back(node, memory=True),
        ),
        Fault(
            f"disk-short/{node}",
            f"{node} is short of disk: files beside Kubernetes have filled it, so images are removed and Pods evicted",
            lambda: pressure.room.taken(node).disk > 0,
            lambda: pressure.take_disk(node, DISK_LEFT),
            lambda: pressure.give_back(node, disk=True),
        ),
    ]


def _filler_name(node: str) -> str:
    return f"filler-{node}"


def _fill(cluster: SimulatedCluster, node_name: str) -> None:
    """Reserve what is free on a node with one Pod, which goes there without the scheduler."""
    require_writable(cluster)
    client = cluster.client(ACTOR)
    node = client.get("nodes", "", node_name)
    assert node is not None  # faults of nodes are listed from the nodes there are
    free = amounts(node["status"]["allocatable"])
    for pod in client.list("pods"):
        if pod["spec"].get("nodeName") == node_name and pod.get("status", {}).get("phase") not in (
            "Succeeded",
            "Failed",
        ):
            for resource, amount in pod_requests(pod["spec"]).items():
                free[resource] = free.get(resource, 0) - amount
    client.create("pods", _filler(node_name, max(free["cpu"], 0), max(free["memory"], 0)))


def _filler(node: str, millicores: int, octets: int) -> Obj:
    requests = {"cpu": f"{millicores}m", "memory": str(octets)}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": _filler_name(node), "namespace": FILLER_NAMESPACE, "labels": {"app": "filler"}},
        "spec": {
            "nodeName": node,
            "terminationGracePeriodSeconds": 0,
            "tolerations": [{"operator": "Exists"}],
            "containers": [
                {"name": "filler", "image": "registry.k8s.io/pause:3.10", "resources": {"requests": requests}}
            ],
        },
    }


def _empty(cluster: SimulatedCluster, node: str) -> None:
    require_writable(cluster)
    cluster.client(ACTOR).delete("pods", FILLER_NAMESPACE, _filler_name(node))
