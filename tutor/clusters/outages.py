"""Says of a cluster that does not answer that this is on purpose, where it is, and how to end it."""

from __future__ import annotations

from tutor.clusters.base import Cluster, ClusterError

STOPPED = {"api-server-stopped": "the API server is stopped", "etcd-stopped": "etcd is stopped"}
"""Faults in which objects can neither be read nor written, and what they mean."""


def outage_of(cluster: Cluster) -> str:
    """Why a cluster's API does not answer, and what to do, if a fault is the reason; nothing otherwise. May block for a moment."""
    levers = cluster.levers
    try:
        broken = {lever.name for lever in levers.faults() if lever.on} if levers is not None else set()
    except ClusterError:
        return ""
    names = [name for name in STOPPED if name in broken]
    if not names:
        return ""
    what = " and ".join(STOPPED[name] for name in names)
    return f"{what}, which is a fault put in on purpose. Turn {names[0]} off among the faults, then try again"


def end_outages(cluster: Cluster) -> None:
    """Let a cluster answer again that is kept from it on purpose. ClusterError when it cannot be told so."""
    levers = cluster.levers
    if levers is None:
        return
    for lever in levers.faults():
        if lever.on and lever.name in STOPPED:
            levers.set_fault(lever.name, False)
