"""The kubelets of all nodes as one actor, so that a change costs the same however many nodes there are.

Keys are "node|namespace/name"; the kubelet of a single node can be stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

from tutor.simulator.control_plane import API_SERVER
from tutor.simulator.controllers.placed import index_pods_by_node
from tutor.simulator.engine import DONE, Result
from tutor.simulator.events import EventRecorder
from tutor.simulator.images.traffic import TCP, ConnectionFailed, Request, Response
from tutor.simulator.images.volumes import VolumeStore
from tutor.simulator.kubelet import sharing, syncing, waking
from tutor.simulator.kubelet.addresses import Addresses
from tutor.simulator.kubelet.admitting import Refusal, refuse
from tutor.simulator.kubelet.allocated import amounts_of, node_as_admitted
from tutor.simulator.kubelet.client import KubeletClient
from tutor.simulator.kubelet.conditions import readiness_is_stale
from tutor.simulator.kubelet.listening import Listening
from tutor.simulator.kubelet.look import Look, Services
from tutor.simulator.kubelet.pulling import Puller
from tutor.simulator.kubelet.refreshing import KEY as REFRESH
from tutor.simulator.kubelet.refreshing import VolumeRefresh
from tutor.simulator.kubelet.resizes import KEY as RESIZES
from tutor.simulator.kubelet.resizes import Resizes
from tutor.simulator.kubelet.state import FIELDS, ContainerRecord, PodRecord
from tutor.simulator.kubelet.volumes import Mounter
from tutor.simulator.network import Network
from tutor.simulator.objects import get_condition, key_of, name_of, namespace_of, split_key, uid_of
from tutor.simulator.store import Change, Obj

if TYPE_CHECKING:
    from tutor.simulator.cluster import SimulatedCluster

NAME = "kubelet"
SUFFICIENT = ("NodeHasSufficientMemory", "NodeHasNoDiskPressure", "NodeHasSufficientPID")


def _ask_api(cluster: SimulatedCluster, request: Request) -> Response:
    """What the API server answers a pod. Raises ConnectionFailed."""
    if cluster.control_plane.is_stopped(API_SERVER):
        raise ConnectionFailed("refused")
    if request.protocol == TCP:
        return Response()
    if cluster.ask_api is None:
        raise ConnectionFailed("refused")
    return cluster.ask_api(request)


def _ignore(_: object) -> None:
    """Nobody wants to know."""


def _takes(_pod: Obj, _node: str) -> None:
    """Nothing is known that keeps a pod off a node."""


class Kubelet:
    """Runs pods."""

    name = NAME
    watches = ("pods", "configmaps", "secrets")

    def __init__(self, cluster: SimulatedCluster) -> None:
        client = self._client = KubeletClient(cluster, NAME)
        self._store = cluster.store
        self._nodes = cluster.node_infos
        index_pods_by_node(self._store)
        self.volumes = VolumeStore()
        self.addresses = Addresses(client)
        self.network = Network(client, self.volumes, self.container_at, partial(_ask_api, cluster))
        self.network.find_sharing = partial(sharing.sharing, self)
        self.records: dict[str, PodRecord] = {}
        self._resizes = Resizes(self, cluster.engine, self._why_not)
        self._listening = Listening()
        self._recorders: dict[str, EventRecorder] = {}
        self._stopped: set[str] = set()
        self._epoch = 0
        self._listeners: dict[str, list[Callable[[], None]]] = {}
        self._noted: Callable[[PodRecord], None] = _ignore
        self._forgotten: Callable[[PodRecord], None] = _ignore
        self._short: Callable[[Obj, str], Refusal | None] = _takes
        self.report_soon: Callable[[str], None] = _ignore
        """Called with a node whose status has changed."""
        self._services = Services(
            client,
            cluster.ids,
            Puller(),
            Mounter(client, self.volumes, lambda pod, source: cluster.pod_token(pod, source)),
            self.network,
            self.recorder,
            self.addresses.take,
        )
        self._refresher = VolumeRefresh(self, client, self._services.mounter)

    def recorder(self, node: str) -> EventRecorder:
        """What writes events in the name of a node's kubelet."""
        found = self._recorders.get(node)
        if found is None:
            found = self._recorders[node] = EventRecorder(self._client, NAME, node)
        return found

    # -- what has happened

    def observe(self, change: Change) -> Iterable[str]:
        """Pods assigned to nodes, unless the kubelet wrote the change itself; pods whose volumes show what has changed."""
        if change.resource != "pods":
            return self._refresher.source_keys(change)
        node = change.obj["spec"].get("nodeName")
        if not node:
            return ()
        resizes = self._resizes.keys(change)
        if change.actor == NAME and change.type != "DELETED":
            return resizes
        key = f"{node}|{key_of(change.obj)}"
        return (key, *self._refresher.pod_keys(change, key), *resizes)

    def resync(self) -> Iterable[str]:
        """All pods that are assigned or were."""
        keys = {
            f"{pod['spec']['nodeName']}|{key_of(pod)}"
            for pod in self._store.list("pods")
            if pod["spec"].get("nodeName")
        }
        return sorted(keys | set(self.records))

    # -- one look

    def reconcile(self, key: str) -> Result:
        """Do what is due for one pod."""
        if key.startswith(REFRESH):
            return self._refresher.refresh(key)
        if key.startswith(RESIZES):
            return self._retry_resizes(key.removeprefix(RESIZES))
        node_name, _, pod_key = key.partition("|")
        pod = self._client.get("pods", *split_key(pod_key))
        record = self._own(key)
        if pod is None or pod["spec"].get("nodeName") != node_name:
            self._forget(key)
            return DONE
        if record is not None and record.uid != uid_of(pod):
            self._forget(key)
            record = None
        node = self._client.get("nodes", "", node_name)
        if node is None or node_name in self._stopped:
            return DONE
        if record is None:
            if pod.get("status", {}).get("phase") in ("Succeeded", "Failed"):
                return DONE
            record = self.records[key] = PodRecord(key, uid_of(pod), node_name, self._client.now, epoch=self._epoch)
            if self._refuse(pod, record, node):
                return DONE
            record.allocated = amounts_of(pod)
        if record.generation != pod["metadata"].get("generation", 1):
            record.generation = pod["metadata"].get("generation", 1)
            record.want_sync(self._client.now)
            self._resizes.note(pod, record)
        look = Look(self._services, pod, record, node)
        if readiness_is_stale(pod):
            record.want_sync(self._client.now)
        syncing.advance(look)
        return self._after(key, look)

    def _refuse(self, pod: Obj, record: PodRecord, node: Obj) -> bool:
        """Whether the node does not take the pod; the status then says why."""
        refusal = self._why_not(pod, record)
        if refusal is None:
            return False
        record.stage = "stopped"
        Look(self._services, pod, record, node).reject(*refusal)
        return True

    def _why_not(self, pod: Obj, record: PodRecord) -> Refusal | None:
        """Why a node does not take a pod, or other amounts for one that it has; None when it does."""
        node = self._nodes.nodes()[record.node]
        return self._short(pod, record.node) or refuse(pod, node_as_admitted(node, self.records, pod))

    def _retry_resizes(self, node: str) -> Result:
        if node not in self._stopped:
            self._resizes.retry(node)
        return DONE

    def _after(self, key: str, look: Look) -> Result:
        record = look.record
        self._noted(record)
        for wake in self._listeners.get(key.partition("|")[2], ()):
            wake()
        if self._client.get("pods", *split_key(key.partition("|")[2])) is None:
            self._forget(key)
            return DONE
        if record.sandbox == "ready":
            self._listening.begin(record, host=bool(look.pod["spec"].get("hostNetwork")))
        else:
            self._listening.end(record)
        at, work = waking.wakes(look)
        return DONE if at is None else Result(max(0.0, at - self._client.now), housekeeping=not work)

    def _own(self, key: str) -> PodRecord | None:
        """The record, as one that may be changed: what a saved state holds stays as it was."""
        record = self.records.get(key)
        if record is not None and record.epoch != self._epoch:
            record = self.records[key] = record.clone(self._epoch)
        return record

    def _forget(self, key: str) -> None:
        record = self._own(key)
        if record is None:
            return
        for own in record.running():
            if own.current is not None and own.current.container is not None:
                self._tell_of_killing(record, own)
                own.current.container.kill(self._client.now)
        self._listening.end(record)
        self.addresses.free(record.node, record.ip)
        self.volumes.drop_pod(record.uid)
        self._forgotten(record)
        self._resizes.forget(record)
        del self.records[key]

    def _tell_of_killing(self, record: PodRecord, own: ContainerRecord) -> None:
        """A container is stopped although its pod's object is gone, as after a forced deletion."""
        if own.stop is None and record.node not in self._stopped:
            namespace, name = split_key(record.key.partition("|")[2])
            metadata = {"namespace": namespace, "name": name, "uid": record.uid}
            pod = {"apiVersion": "v1", "kind": "Pod", "metadata": metadata}
            path = f"spec.{FIELDS[own.kind]}{{{own.name}}}"
            self.recorder(record.node).normal(pod, "Killing", f"Stopping container {own.name}", field_path=path)

    # -- for the network and the API

    def known_pod(self, namespace: str, name: str) -> Obj | None:
        """A pod as its kubelet knows it."""
        return self._client.get("pods", namespace, name)

    def end_sandbox(self, namespace: str, name: str) -> None:
        """The process that holds a pod's sandbox has ended."""
        pod = self.known_pod(namespace, name)
        look = self.look_at(pod) if pod is not None else None
        if look is not None and look.record.stage == "running":
            self._listening.end(look.record)
            self.addresses.free(look.record.node, look.record.ip)
            sharing.end_sandbox(look)

    def record_at(self, namespace: str, name: str) -> PodRecord | None:
        """What is remembered of a pod, as one that may be changed."""
        pod = self._client.get("pods", namespace, name)
        node = pod["spec"].get("nodeName") if pod else None
        return self._own(f"{node}|{namespace}/{name}") if node else None

    def container_at(self, ip: str, port: int, protocol: str = TCP) -> Any:
        """The container that listens at an address, and whether there is a pod there at all."""
        keys = self._listening.at(ip)
        for key in keys:
            record = self._own(key)
            for own in record.running() if record else ():
                container = own.current.container if own.current else None
                if container is not None and container.listens(port, protocol):
                    return container, True
        return None, bool(keys) or self.network.is_node(ip)

    def peek(self, namespace: str, name: str) -> PodRecord | None:
        """What is remembered of a pod, to read only."""
        pod = self._client.get("pods", namespace, name)
        node = pod["spec"].get("nodeName") if pod else None
        return self.records.get(f"{node}|{namespace}/{name}") if node else None

    def listen(self, namespace: str, name: str, wake: Callable[[], None]) -> Callable[[], None]:
        """Call `wake` after each look at a pod; returns what ends it."""
        pod = f"{namespace}/{name}"
        self._listeners.setdefault(pod, []).append(wake)

        def end() -> None:
            wakes = self._listeners.get(pod, [])
            if wake in wakes:
                wakes.remove(wake)
            if not wakes:
                self._listeners.pop(pod, None)

        return end

    def watch_memory(
        self,
        noted: Callable[[PodRecord], None],
        forgotten: Callable[[PodRecord], None],
        short: Callable[[Obj, str], Refusal | None],
    ) -> None:
        """Tell of every look at a pod and of pods that leave, and ask before a node takes a pod."""
        self._noted, self._forgotten, self._short = noted, forgotten, short

    def look_at(self, pod: Obj) -> Look | None:
        """A pod with what is remembered of it, as something to act on; None when its node knows nothing of it."""
        record = self.record_at(namespace_of(pod), name_of(pod))
        pod = self._client.get("pods", namespace_of(pod), name_of(pod)) or pod
        return None if record is None else Look(self._services, pod, record, self._client.get("nodes", "", record.node))

    # -- single nodes

    def keep_images(self, node: str, names: Collection[str]) -> None:
        """Remove the images of a node but for these."""
        self._services.puller.keep_only(node, names, self._client.now)

    def images(self, node: str) -> list[str]:
        """The names of the images a node has."""
        return self._services.puller.images(node, self._client.now)

    def load_image(self, name: str) -> None:
        """Put an image on all nodes, as `kind load docker-image` does. Raises InvalidReference."""
        for node in self._client.list("nodes"):
            self._services.puller.put(node["metadata"]["name"], name, self._client.now)

    def stop_node(self, node: str) -> None:
        """Stop the kubelet of a node: its containers run on, but nobody looks after them or reports."""
        self._stopped.add(node)

    def start_node(self, node: str) -> list[str]:
        """Start the kubelet of a node again; returns the keys to look at. It reports all pods anew, as others may have marked them
        as not ready meanwhile."""
        if node in self._stopped:
            self._tell_of_start(node)
            self._resizes.begin(node)
        self._stopped.discard(node)
        keys = [key for key in self.resync() if key.startswith(f"{node}|")]
        for key in keys:
            record = self._own(key)
            if record is not None:
                record.want_sync(self._client.now)
        return keys

    def _tell_of_start(self, name: str) -> None:
        """What a kubelet says of itself and its node when it starts (pkg/kubelet/kubelet.go; nodestatus/setters.go)."""
        node = self._client.get("nodes", "", name)
        if node is not None:
            recorder = self.recorder(name)
            recorder.normal(node, "Starting", "Starting kubelet.", uid=uid_of(node))
            known = (get_condition(node["status"], "MemoryPressure") or {}).get("status")
            for reason in SUFFICIENT if known == "False" else ():  # else the first report says so
                recorder.normal(node, reason, f"Node {name} status is now: {reason}", uid=uid_of(node))

    def is_running(self, node: str) -> bool:
        """Whether the kubelet of a node runs."""
        return node not in self._stopped

    # -- saving

    def save(self) -> Any:
        """All records, as they are; from now on changed ones are copies."""
        self._epoch += 1
        return (
            dict(self.records),
            self._listening.save(),
            frozenset(self._stopped),
            self.addresses.save(),
            self._services.puller.save(),
            self.volumes.save(),
            self.network.cut_off,
            self._client.save(),
            self._resizes.save(),
        )

    def load(self, state: Any) -> None:
        """Go back to a saved state."""
        records, listening, stopped, addresses, pulls, volumes, self.network.cut_off, unwritten, resizes = state
        self._client.load(unwritten)
        self._resizes.load(resizes)
        self._epoch += 1
        self.records = dict(records)
        self._listening.load(listening)
        self._stopped = set(stopped)
        self.addresses.load(addresses)
        self._services.puller.load(pulls)
        self.volumes.load(volumes)
