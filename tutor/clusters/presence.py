"""Whether a cluster is there, found out without making, starting or changing one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tutor.clusters.base import ClusterError


@dataclass(frozen=True, slots=True)
class Presence:
    """A cluster as it was found."""

    running: bool
    words: str
    """A sentence for the learner: what runs, or what does not and how to start it."""
    kubeconfig: Path | None = None
    """How to reach it, where that is known already."""
    pid: int | None = None
    """The process of a simulated cluster in the background."""


def look(spec: str) -> Presence:
    """Whether the cluster of that name (see `open_cluster`) can be used now. ClusterError for a name that is none."""
    what, _, name = spec.partition(":")
    if what == "simulated" and not name:
        return _simulated()
    if what == "kind" and not name:
        return _kind()
    if what == "context" and name:
        return _context(name)
    raise ClusterError(f"there is no kind of cluster called {spec!r}", "Use simulated, kind or context:NAME")


def _simulated() -> Presence:
    from tutor.clusters.background import status

    found = status()
    if found is None:
        start = "k8s-tutor cluster start"
        return Presence(False, f"No simulated cluster is running in the background. Start one with: {start}")
    words = f"The simulated cluster is running (process {found.pid})."
    return Presence(True, words, Path(found.kubeconfig), found.pid)


def _kind() -> Presence:
    from tutor.clusters.kind import nodes_running

    start = "k8s-tutor --cluster kind cluster start"
    try:
        running = nodes_running()
    except ClusterError as error:
        return Presence(False, f"No kind cluster can be running: {error}.")
    if not running:
        return Presence(False, f"There is no kind cluster of the tutor's. Make one with: {start}")
    down = sorted(node for node, up in running.items() if not up)
    if down:
        return Presence(False, f"The kind cluster exists, but {', '.join(down)} does not run. Start it with: {start}")
    return Presence(True, f"The kind cluster is running ({len(running)} nodes).")


def _context(name: str) -> Presence:
    from tutor.clusters.context import ContextCluster

    cluster = ContextCluster(name)
    try:
        cluster.start()
    except ClusterError as error:
        return Presence(False, f"The context {name} cannot be used: {error}.")
    cluster.stop()
    return Presence(True, f"The cluster of the context {name} answers.")
