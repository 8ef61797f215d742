"""What can be broken, added and taken away in a simulated cluster on purpose, behind names and sentences."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tutor.clusters.base import ClusterError, Lever

if TYPE_CHECKING:
    from tutor.simulator.api.server import SimulatedApiServer

ADDON_WORDS = {
    "metrics-server": "measures Pods and nodes for kubectl top and autoscalers",
    "ingress-nginx": "an ingress controller, which makes Ingress objects do something",
    "default-storage-class": "makes volumes for PersistentVolumeClaims",
}

OWN_ADDONS = ("metrics-server", "default-storage-class")
"""What a new cluster comes with."""


def mind_door(server: SimulatedApiServer) -> None:
    """Have a server refuse connections, or take them again, as its cluster now has it. ClusterError when that fails."""
    try:
        server.mind_door()
    except OSError as error:  # a time-out is one, without a word
        why = error.strerror or str(error) or "it takes too long"
        raise ClusterError(f"the API server cannot be stopped or started: {why}", "Start the cluster anew") from None


class SimulatedLevers:
    """The levers of a simulated cluster of this process. Safe to use from any thread."""

    def __init__(self, server: SimulatedApiServer) -> None:
        self._server = server
        self._cluster = server.cluster

    def _changed(self) -> None:
        """Have the host look at once what there is to do, and open or close its door. ClusterError when that fails."""
        self._server.pacer.changed()
        mind_door(self._server)

    def faults(self) -> list[Lever]:
        """Every fault the cluster can have."""
        from tutor.simulator.faults import faults

        with self._cluster.lock:
            return [Lever(fault.name, fault.about, fault.is_on()) for fault in faults(self._cluster)]

    def set_fault(self, name: str, on: bool) -> None:
        """Put a fault into the cluster, or take it away. ClusterError for an unknown one, and for what is impossible now."""
        from tutor.simulator.faults import NotNow, UnknownFault, set_fault

        try:
            set_fault(self._cluster, name, on)
        except (UnknownFault, NotNow) as error:
            raise ClusterError(str(error)) from None
        self._changed()

    def addons(self) -> list[Lever]:
        """Every add-on there is."""
        from tutor.simulator.addons import ADDONS, installed

        there = installed(self._cluster)
        return [Lever(name, ADDON_WORDS.get(name, ""), name in there) for name in ADDONS]

    def set_addon(self, name: str, on: bool) -> None:
        """Install an add-on or remove it. ClusterError for an unknown one, and while nothing can be written."""
        from tutor.simulator.addons import UnknownAddon, install, remove
        from tutor.simulator.faults import NotNow, require_writable

        try:
            require_writable(self._cluster)
            (install if on else remove)(self._cluster, name)
        except (UnknownAddon, NotNow) as error:
            raise ClusterError(str(error)) from None
        self._changed()

    def tidy(self, without: Sequence[str] = ()) -> None:
        """Take all faults away and install what a new cluster comes with, but not the add-ons in `without`, which go."""
        for fault in self.faults():  # those of the control plane come first: nothing else can be mended without it
            if fault.on:
                self.set_fault(fault.name, False)
        self._changed()
        from tutor.simulator.addons import works

        for name in without:
            self.set_addon(name, False)
        for name in OWN_ADDONS:
            if name not in without and not works(self._cluster, name):
                self.set_addon(name, False)  # half of it may be there, or one that does not start
                self.set_addon(name, True)

    def save_to(self, path: Path) -> None:
        """Write the cluster to a file. ClusterError when it cannot be written."""
        from tutor.clusters.snapshot_files import write

        try:
            write(path, self._cluster.save())
        except OSError as error:
            raise ClusterError(f"{path} cannot be written: {error.strerror or error}") from None

    def restore_from(self, path: Path) -> None:
        """Make the cluster what it was when the file was written. ClusterError when it cannot be read or holds no snapshot."""
        from tutor.clusters.snapshot_files import read

        try:
            state = read(path)
        except OSError as error:
            raise ClusterError(f"{path} cannot be read: {error.strerror or error}") from None
        before = self._cluster.save()
        try:
            self._cluster.load(state)
        except Exception as error:  # data of the right kinds in the wrong places
            self._cluster.load(before)
            raise ClusterError(f"{path} holds no whole cluster ({error!r})") from None
        self._server.pacer.restored()
        self._changed()

    def use_added_images(self) -> None:
        """Have the registry know what has been added to it."""
        from tutor.clusters.added_images import tell_registry

        tell_registry()
