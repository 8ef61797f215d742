"""Clusters that exercises are played on: simulated, made with kind, or one that the learner has opted in.

Nothing above this package knows which of them it talks to.
"""

from __future__ import annotations

from tutor.clusters.base import (
    CAPABILITIES,
    ClockControl,
    Cluster,
    ClusterError,
    KindOptions,
    Lever,
    Levers,
    Snapshots,
    open_cluster,
    preload,
)

__all__ = [
    "CAPABILITIES",
    "ClockControl",
    "Cluster",
    "ClusterError",
    "KindOptions",
    "Lever",
    "Levers",
    "Snapshots",
    "open_cluster",
    "preload",
]
