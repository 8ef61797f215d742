"""Keeps a simulated cluster from one run of the program to the next, so that an exercise goes on where it was left.

The file is the tutor's own, in a folder only the learner can read; it is never taken from anybody else. Damaged or of another
version, it is as if there were none.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tutor import __version__
from tutor.folders import private_folder

if TYPE_CHECKING:
    from tutor.simulator.cluster import ClusterState, SimulatedCluster

FILE = "simulated.state"
LOCK = "simulated.lock"
INTERVAL_SECONDS = 2.0
"""How much work is lost at most when the program is killed."""


class Keeper:
    """Saves one cluster whenever it has changed. Only one running program keeps its cluster; any other starts afresh."""

    def __init__(self) -> None:
        self._folder = private_folder("clusters")
        self._lock: int | None = None
        self._saved = 0
        self._ending = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def path(self) -> Path:
        """The file."""
        return self._folder / FILE

    def claim(self) -> bool:
        """Become the one that keeps its cluster; False when another running program is."""
        lock = os.open(self._folder / LOCK, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            import fcntl

            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except ImportError:
            pass  # no such locks on this platform: the last program to end wins
        except OSError:
            os.close(lock)
            return False
        self._lock = lock
        return True

    def load(self) -> ClusterState | None:
        """The cluster as it was kept; None when there is none that can be used."""
        try:
            data: Any = pickle.loads(self.path.read_bytes())
            return data["state"] if data["version"] == _version() else None
        except Exception:
            # Whatever is wrong with the file, a fresh cluster is better than none, and nothing else depends on it.
            return None

    def save(self, cluster: SimulatedCluster) -> None:
        """Keep the cluster as it is now, in one step. A full disk loses nothing but this."""
        with cluster.lock:
            revision, state = cluster.store.revision, cluster.save()
        if revision == self._saved:
            return
        temporary = self.path.with_suffix(".new")
        with contextlib.suppress(OSError):
            handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(handle, "wb") as file:
                pickle.dump({"version": _version(), "state": state}, file, pickle.HIGHEST_PROTOCOL)
            temporary.replace(self.path)
            self._saved = revision

    def follow(self, cluster: SimulatedCluster) -> None:
        """Save in the background from now on."""
        self._thread = threading.Thread(target=self._run, args=(cluster,), name="cluster-keeper", daemon=True)
        self._thread.start()

    def _run(self, cluster: SimulatedCluster) -> None:
        while not self._ending.wait(INTERVAL_SECONDS):
            self.save(cluster)

    def end(self, cluster: SimulatedCluster) -> None:
        """Save a last time and let others keep theirs."""
        self._ending.set()
        if self._thread is not None:
            self._thread.join()
        self.save(cluster)
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def _version() -> tuple[str, int]:
    """What can be loaded: states that the same program has saved in the same form."""
    from tutor.simulator.cluster import STATE_VERSION

    return __version__, STATE_VERSION
