"""What the resource metrics API (metrics.k8s.io) knows: what pods and nodes used of late, once metrics-server has asked the kubelets.

This is the API's storage, not a store of API objects: like a real metrics-server it forgets everything when it stops.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from math import ceil
from typing import Any

from tutor.simulator.clock import timestamp
from tutor.simulator.objects import labels_of, name_of, namespace_of
from tutor.simulator.quantity import format_binary, format_decimal, parse
from tutor.simulator.store import Obj

API_VERSION = "metrics.k8s.io/v1beta1"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a kubelet says of one container: processor seconds since it started, bytes it holds now, and when it started."""

    cpu_seconds: float
    memory: float
    started: float


@dataclass(frozen=True, slots=True)
class Usage:
    """Processor cores and bytes of memory in use."""

    cpu: float
    memory: float

    def amounts(self) -> dict[str, str]:
        """As quantities."""
        nano = ceil(self.cpu * 1e9)
        return {"cpu": f"{nano}n" if nano else "0", "memory": f"{int(self.memory) // 1024}Ki"}


@dataclass(frozen=True, slots=True)
class Sample:
    """The use of a pod's containers (by name) or of a node (under "") over the `window` seconds before `at`."""

    at: float
    window: float
    containers: Mapping[str, Usage]


Readings = Callable[[str, str], Mapping[str, Reading]]
"""Given a namespace and a pod's name: what its running containers have used, by container."""


def _no_readings(_: str, __: str) -> Mapping[str, Reading]:
    return {}


def _nothing(_: str) -> float:
    return 0.0


@dataclass(slots=True)
class Metrics:
    """The newest samples, and where they come from."""

    readings: Readings = _no_readings
    """Asks the kubelet of a pod; the container runtime sets this."""
    beside_pods: Callable[[str], float] = _nothing
    """Bytes of memory that a node uses beside its pods; the kubelets set this."""
    problem: str = "the server could not find the requested resource"
    """Why the API does not answer; empty while it does."""
    pods: dict[tuple[str, str], Sample] = field(default_factory=dict)
    """By namespace and name."""
    nodes: dict[str, Sample] = field(default_factory=dict)

    def clear(self) -> None:
        """Forget all samples."""
        self.pods, self.nodes = {}, {}

    def of_pod(self, pod: Obj) -> Sample | None:
        """The newest sample of a pod that there still is."""
        return self.pods.get((namespace_of(pod), name_of(pod)))

    def of_node(self, node: Obj) -> Sample | None:
        """The newest sample of a node."""
        return self.nodes.get(name_of(node))


def pod_metrics(pod: Obj, sample: Sample, now: float) -> dict[str, Any]:
    """A sample as a PodMetrics object."""
    containers = [{"name": name, "usage": usage.amounts()} for name, usage in sorted(sample.containers.items())]
    return {**_body("PodMetrics", pod, sample, now), "containers": containers}


def node_metrics(node: Obj, sample: Sample, now: float) -> dict[str, Any]:
    """A sample as a NodeMetrics object."""
    return {**_body("NodeMetrics", node, sample, now), "usage": sample.containers[""].amounts()}


def _body(kind: str, obj: Obj, sample: Sample, now: float) -> dict[str, Any]:
    names = {key: obj["metadata"][key] for key in ("name", "namespace") if key in obj["metadata"]}
    metadata = {**names, "creationTimestamp": timestamp(now)}
    if labels_of(obj):
        metadata["labels"] = dict(labels_of(obj))
    window = f"{format(sample.window, '.3f').rstrip('0').rstrip('.')}s"
    return {
        "kind": kind,
        "apiVersion": API_VERSION,
        "metadata": metadata,
        "timestamp": timestamp(sample.at),
        "window": window,
    }


def milli(usage: Usage, resource: str) -> int:
    """The use of one resource in thousandths, rounded up as quantities are."""
    return ceil(parse(usage.amounts()[resource]) * 1000)


def average_text(resource: str, amount: int) -> str:
    """An amount in thousandths as the HPA shows it: memory in bytes, everything else in cores."""
    value = Decimal(amount) / 1000
    return format_binary(value) if resource == "memory" else format_decimal(value)
