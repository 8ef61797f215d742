"""metrics-server, an add-on: asks all kubelets every 15 seconds what their pods use, and serves that as metrics.k8s.io.

It works while its pods are ready and an APIService sends the API group to its Service. Source: kubernetes-sigs/metrics-server,
pkg/scraper and pkg/storage.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from tutor.simulator.controllers.base import Controller
from tutor.simulator.engine import DONE, Result
from tutor.simulator.metrics import Reading, Sample, Usage
from tutor.simulator.objects import condition_is, name_of, namespace_of
from tutor.simulator.store import Change

if TYPE_CHECKING:
    from tutor.simulator.cluster import SimulatedCluster

API_SERVICE = "v1beta1.metrics.k8s.io"
RESOLUTION = 15.0
"""Seconds between two rounds."""
FRESH = 10.0
"""A container must have run so long before its first sample, which covers the time since its start: a kubelet's cAdvisor takes a
container's numbers every 10 seconds, and what it took at the start is too little to tell."""
NOT_REGISTERED = "the server could not find the requested resource"
UNAVAILABLE = "the server is currently unable to handle the request"
LEAD = 1.0
"""A container's numbers begin when it is made, so long before its kubelet finds it running and ready."""
SYSTEM_CPU = 0.05
"""Cores that a node uses beside its pods."""
_ROUND = "round"


class MetricsServer(Controller):
    """Takes the samples. It remembers the readings of the last round."""

    name = "metrics-server"
    primary = "apiservices.apiregistration.k8s.io"

    def __init__(self, cluster: SimulatedCluster) -> None:
        super().__init__(cluster)
        self._began = 0.0
        self._last: dict[tuple[str, str], tuple[float, Mapping[str, Reading]]] = {}

    def observe(self, change: Change) -> Iterable[str]:
        """The API's registration changed, or whether it can be reached."""
        return (_ROUND,) if name_of(change.obj) == API_SERVICE else ()

    def resync(self) -> Iterable[str]:
        """Its only key."""
        return (_ROUND,)

    def reconcile(self, key: str) -> Result:
        """One round, if the add-on is there and works."""
        registration = self.client.get(self.primary, "", API_SERVICE)
        if registration is None or not condition_is(registration.get("status") or {}, "Available"):
            self.cluster.metrics.problem = NOT_REGISTERED if registration is None else UNAVAILABLE
            self.cluster.metrics.clear()
            self._last, self._began = {}, 0.0
            return DONE
        self.cluster.metrics.problem = ""
        left = self._began + RESOLUTION - self.now
        if left > 0:
            return Result(left, housekeeping=True)
        self._began = self.now
        self._take_samples()
        return Result(RESOLUTION, housekeeping=True)

    def _take_samples(self) -> None:
        metrics, now = self.cluster.metrics, self.now
        readings: dict[tuple[str, str], tuple[float, Mapping[str, Reading]]] = {}
        pods: dict[tuple[str, str], Sample] = {}
        used: dict[str, list[Usage]] = {}
        nodes = {name_of(node) for node in self.store.list("nodes") if condition_is(node.get("status") or {}, "Ready")}
        for pod in self.store.list("pods"):
            key = (namespace_of(pod), name_of(pod))
            containers = metrics.readings(*key) if pod["spec"].get("nodeName") in nodes else {}
            if not containers:
                continue
            readings[key] = (now, containers)
            sample = _sample(now, containers, self._last.get(key))
            if sample is not None:
                pods[key] = sample
                used.setdefault(pod["spec"].get("nodeName", ""), []).extend(sample.containers.values())
        self._last = readings
        metrics.pods = pods
        beside = {node: Usage(SYSTEM_CPU, metrics.beside_pods(node)) for node in sorted(nodes)}
        metrics.nodes = {node: _node_sample(now, [own, *used.get(node, [])]) for node, own in beside.items()}

    def save(self) -> Any:
        """The last round, and the samples that came of it."""
        metrics = self.cluster.metrics
        return self._began, self._last, metrics.problem, metrics.pods, metrics.nodes

    def load(self, state: Any) -> None:
        """Go back to a saved round."""
        metrics = self.cluster.metrics
        self._began, self._last, metrics.problem, metrics.pods, metrics.nodes = state


def _node_sample(now: float, parts: list[Usage]) -> Sample:
    usage = Usage(sum(part.cpu for part in parts), sum(part.memory for part in parts))
    return Sample(now, RESOLUTION, {"": usage})


def _sample(
    now: float, containers: Mapping[str, Reading], last: tuple[float, Mapping[str, Reading]] | None
) -> Sample | None:
    """The use since the last round; None while a container is too young to tell."""
    usage, window = {}, 0.0
    for name, reading in containers.items():
        before = last[1].get(name) if last else None
        if before is not None and last is not None and before.started == reading.started <= last[0] - FRESH:
            seconds, worked = now - last[0], reading.cpu_seconds - before.cpu_seconds
        else:
            seconds, worked = now - reading.started + LEAD, reading.cpu_seconds
            if seconds < FRESH + LEAD:
                return None
        if seconds <= 0:
            return None
        usage[name] = Usage(max(0.0, worked) / seconds, reading.memory)
        window = max(window, seconds)
    return Sample(now, window, usage)


def actors(cluster: SimulatedCluster) -> Iterable[Controller]:
    """The add-on's part that works; it does nothing until the add-on is installed."""
    return (MetricsServer(cluster),)
