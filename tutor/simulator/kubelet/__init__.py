"""Kubelets and what runs on nodes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tutor.simulator.engine import Actor
from tutor.simulator.kubelet.heartbeats import Heartbeats
from tutor.simulator.kubelet.kubelet import Kubelet
from tutor.simulator.kubelet.pressure import Pressure
from tutor.simulator.kubelet.runtime import Runtime

if TYPE_CHECKING:
    from tutor.simulator.cluster import SimulatedCluster


def actors(cluster: SimulatedCluster) -> Iterable[Actor]:
    """The kubelets, and what shows that they are alive."""
    kubelet = Kubelet(cluster)
    pressure = Pressure(cluster, kubelet)
    cluster.runtime = Runtime(cluster, kubelet, pressure)
    return (kubelet, pressure, Heartbeats(cluster, kubelet, pressure))
