"""The simulated cluster as one to play on: in this process, on loopback, with a clock and with undo."""

from __future__ import annotations

import logging
import os
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tutor.clusters.added_images import tell_registry
from tutor.clusters.base import ClockControl, ClusterError, Levers, Report, Snapshots
from tutor.clusters.history import ChangeLog, History, history_of
from tutor.clusters.keeping import Keeper
from tutor.clusters.levers import SimulatedLevers, mind_door
from tutor.folders import private_folder

if TYPE_CHECKING:
    from tutor.simulator.api.server import SimulatedApiServer
    from tutor.simulator.cluster import ClusterState, SimulatedCluster
    from tutor.simulator.store import Change

log = logging.getLogger(__name__)

MAX_SNAPSHOTS = 50
"""Older ones are forgotten, the last beginning excepted; each costs little, as states share what they have in common."""

CAPABILITIES = frozenset({"clock", "snapshot", "multi-node", "image-load", "metrics", "addons"})

WARM_UP_SECONDS = 90.0
"""How old a new cluster is: its own pods run, and metrics-server has measured the nodes twice."""


class Simulated:
    """A simulated cluster of three nodes. With `keep` it goes on where it was when the program last ended."""

    name = "simulated"

    def __init__(self, *, seed: int = 0, keep: bool = False) -> None:
        self._seed = seed
        self._keep = keep
        self._keeper: Keeper | None = None
        self.is_beside_another = False
        """Whether another running program keeps the cluster of this home, so that this one is lost at its end."""
        self._server: SimulatedApiServer | None = None
        self._snapshots: SimulatedSnapshots | None = None
        self._history: ChangeLog | None = None
        self._levers: SimulatedLevers | None = None
        self._kubeconfig: Path | None = None
        self.capabilities: frozenset[str] = CAPABILITIES

    def start(self, report: Report = lambda _: None) -> None:
        """Make the cluster and serve its API. Raises ClusterError."""
        if self._server is not None:
            return
        from tutor.simulator.addons import install
        from tutor.simulator.api.server import SimulatedApiServer
        from tutor.simulator.cluster import SimulatedCluster

        tell_registry()
        cluster = SimulatedCluster(now=time.time() - WARM_UP_SECONDS, seed=self._seed)
        install(cluster, "metrics-server")
        cluster.engine.advance(WARM_UP_SECONDS)
        server = SimulatedApiServer(cluster)
        try:
            server.start()
            self._kubeconfig = private_folder("clusters") / f"simulated-{os.getpid()}-{id(self):x}.kubeconfig"
            server.write_kubeconfig(self._kubeconfig)
        except OSError as problem:
            server.stop()
            why = f"the simulated cluster cannot be started: {problem.strerror or problem}"
            raise ClusterError(why, "`k8s-tutor doctor` looks for the cause") from None
        except TimeoutError as problem:
            raise ClusterError(str(problem), "Try again; the machine may be very busy") from None
        self._server = server
        self._snapshots = SimulatedSnapshots(server)
        self._history = history_of(cluster.store)
        self._levers = SimulatedLevers(server)
        if self._keep:
            self._go_on(server)

    def _go_on(self, server: SimulatedApiServer) -> None:
        """Take up the cluster of the last run, if it can be used, and keep this one."""
        keeper = Keeper()
        self.is_beside_another = not keeper.claim()
        if self.is_beside_another:
            return
        state = keeper.load()
        if state is not None:
            _take_up(server.cluster, state)
            server.pacer.restored()
            mind_door(server)
        keeper.follow(server.cluster)
        self._keeper = keeper

    def stop(self) -> None:
        """End it; what is in it is kept for the next start if that was asked for."""
        if self._server is not None:
            if self._keeper is not None:
                self._keeper.end(self._server.cluster)
            self._server.stop()
        self._keeper = None
        if self._kubeconfig is not None:
            self._kubeconfig.unlink(missing_ok=True)
        self._server = self._snapshots = self._history = self._levers = self._kubeconfig = None

    def audit(self, since: int) -> tuple[int, list[dict[str, Any]]]:
        """The number of the last request that its API server has answered, and those after `since` that it remembers, as
        events of audit.k8s.io/v1. Nothing before start."""
        if self._server is None:
            return 0, []
        api = self._server.api
        with self._server.cluster.lock:
            return api.audit.last, [entry.event(api.offset) for entry in api.audit.since(since)]

    @property
    def clock(self) -> ClockControl | None:
        """Its clock; None before start."""
        return self._server.pacer if self._server is not None else None

    @property
    def snapshots(self) -> Snapshots | None:
        """Its earlier states; None before start."""
        return self._snapshots

    @property
    def history(self) -> History | None:
        """Who wrote what in it; None before start."""
        return self._history

    @property
    def levers(self) -> Levers | None:
        """What can be broken and added; None before start."""
        return self._levers

    def kubeconfig(self) -> Path:
        """A private file that leads to it. ClusterError before start."""
        if self._kubeconfig is None:
            raise ClusterError("the cluster has not been started")
        return self._kubeconfig

    def load_images(self, images: Sequence[str], report: Report = lambda _: None) -> None:
        """Nothing to do: its catalogue knows the tutor's own images."""


def _take_up(cluster: SimulatedCluster, state: ClusterState) -> None:
    """Load a kept state; one that does not fit is as if there were none."""
    fresh = cluster.save()
    try:
        cluster.load(state)
    except Exception as error:
        # Whatever is wrong with it, a fresh cluster is better than no cluster.
        log.warning("the kept cluster cannot be loaded: %r", error)
        cluster.load(fresh)


@dataclass(frozen=True, slots=True)
class _Snapshot:
    id: str
    label: str
    state: ClusterState
    writes: int
    """How often the learner had written when it was taken."""
    beginning: bool


class SimulatedSnapshots:
    """Earlier states of a simulated cluster. Safe to use from any thread."""

    def __init__(self, server: SimulatedApiServer) -> None:
        from tutor.simulator.api.access.authentication import ADMIN

        self._server = server
        self._learner = ADMIN.name
        self._writes = 0
        self._taken: list[_Snapshot] = []
        server.cluster.store.subscribe(self._see)

    def _see(self, change: Change) -> None:
        self._writes += change.actor == self._learner

    def take(self, label: str, *, beginning: bool = False) -> str:
        """Remember the state as it is; returns the snapshot's id. Ids are kept by others beyond the end of the program, so
        that they are random: a number would name another snapshot the next time."""
        cluster = self._server.cluster
        with cluster.lock:
            taken = _Snapshot(secrets.token_hex(8), label, cluster.save(), self._writes, beginning)
            self._taken.append(taken)
            if len(self._taken) > MAX_SNAPSHOTS:
                del self._taken[self._least_useful()]
            return taken.id

    def _least_useful(self) -> int:
        """The place of the oldest snapshot that `undo` would skip, because the learner changed nothing before the next one;
        else of the oldest. The last beginning is useful, and so are the newest two."""
        last_beginning = max((place for place, taken in enumerate(self._taken) if taken.beginning), default=-1)
        places = [place for place in range(len(self._taken) - 2) if place != last_beginning]
        skipped = (place for place in places if self._taken[place].writes == self._taken[place + 1].writes)
        return next(skipped, places[0])

    def restore(self, snapshot: str) -> None:
        """Go back to a snapshot, which is kept; those taken after it are forgotten. KeyError for an unknown id."""
        with self._server.cluster.lock:
            places = [place for place, taken in enumerate(self._taken) if taken.id == snapshot]
            if not places:
                raise KeyError(snapshot)
            del self._taken[places[0] + 1 :]
            self._load(self._taken[places[0]])
        mind_door(self._server)

    def undo(self) -> str:
        """Go back to before the learner's last change since the last beginning; returns that snapshot's label. ClusterError
        when there is none."""
        with self._server.cluster.lock:
            while self._taken and not self._taken[-1].beginning and self._taken[-1].writes == self._writes:
                self._taken.pop()
            if not self._taken or self._taken[-1].beginning:
                raise ClusterError("there is nothing to take back")
            last = self._taken.pop()
            self._load(last)
        mind_door(self._server)
        return last.label

    def _load(self, snapshot: _Snapshot) -> None:
        self._server.cluster.load(snapshot.state)
        self._server.pacer.restored()
        self._writes = snapshot.writes
