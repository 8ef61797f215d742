"""What a cluster is to the rest of the tutor, and how one is chosen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from tutor.clusters.history import History

Report = Callable[[str], None]
"""Told, in words, what is being waited for."""

CAPABILITIES = {
    "clock": "time that can be paused and sped up",
    "snapshot": "undo",
    "metrics": "metrics-server, which `kubectl top` and autoscalers read",
    "ingress": "an ingress controller",
    "network-policy": "a network plugin that enforces NetworkPolicies",
    "multi-node": "more than one node",
    "image-load": "a way to load the tutor's own images",
    "addons": "add-ons that the tutor may take away",
}
"""What an exercise may require of a cluster, and what that is in words."""


class ClusterError(Exception):
    """A cluster cannot be used. `remedy` says what the learner can do about it."""

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(f"{message}. {remedy}" if remedy else message)
        self.message = message
        self.remedy = remedy


class ClockControl(Protocol):
    """The clock of a cluster whose time the tutor controls."""

    @property
    def rate(self) -> float:
        """Seconds of the cluster in a second of the learner's."""

    @property
    def paused(self) -> bool:
        """Whether it stands still."""

    def pause(self) -> None:
        """Stop it."""

    def resume(self) -> None:
        """Let it go on."""

    def set_rate(self, rate: float) -> None:
        """Change its speed."""

    def advance(self, seconds: float) -> None:
        """Let time pass at once."""

    def settle(self, limit: float = 600.0) -> bool:
        """Let time pass at once until nothing more is going to happen, `limit` seconds at most; says whether it got there."""


class Snapshots(Protocol):
    """Earlier states of a cluster that can go back."""

    def take(self, label: str, *, beginning: bool = False) -> str:
        """Remember the state as it is; returns the snapshot's id, which no other snapshot has or will have. `undo` goes no
        further back than to the last `beginning`."""

    def restore(self, snapshot: str) -> None:
        """Go back to a snapshot. KeyError for an unknown id."""

    def undo(self) -> str:
        """Go back to the newest snapshot that differs from now and forget it; returns its label. ClusterError when there
        is none since the last beginning."""


@dataclass(frozen=True, slots=True)
class Lever:
    """Something that can be on or off in a cluster. `about` says in a sentence what it is or does."""

    name: str
    about: str
    on: bool

    @property
    def title(self) -> str:
        """What it is in a few words: the sentence without what follows from it."""
        return self.about.partition(":")[0].partition(",")[0]


class Levers(Protocol):
    """What can be broken, added and taken away on purpose in a cluster that is wholly the tutor's. Methods may block."""

    def faults(self) -> list[Lever]:
        """Every fault the cluster can have; those that are on are in it now."""

    def set_fault(self, name: str, on: bool) -> None:
        """Put a fault into the cluster, or take it away. ClusterError for an unknown one."""

    def addons(self) -> list[Lever]:
        """Every add-on there is; those that are on are installed."""

    def set_addon(self, name: str, on: bool) -> None:
        """Install an add-on, or remove it. ClusterError for an unknown one."""

    def tidy(self, without: Sequence[str] = ()) -> None:
        """Take all faults away and install what a new cluster comes with, but not the add-ons in `without`, which go."""

    def save_to(self, path: Path) -> None:
        """Write the whole cluster to a file. ClusterError when that cannot be done."""

    def restore_from(self, path: Path) -> None:
        """Make the cluster what it was when the file was written. ClusterError when that cannot be done."""

    def use_added_images(self) -> None:
        """Take note of images that have been added to the registry since the cluster was started."""


class Cluster(Protocol):
    """A cluster to play on."""

    @property
    def name(self) -> str:
        """`simulated`, `kind` or `context:NAME`."""

    @property
    def capabilities(self) -> frozenset[str]:
        """Which of CAPABILITIES it has. Known once it has started."""

    @property
    def clock(self) -> ClockControl | None:
        """Its clock, where the tutor controls it."""

    @property
    def snapshots(self) -> Snapshots | None:
        """Its earlier states, where it keeps them."""

    @property
    def history(self) -> History | None:
        """Who wrote what in it, where the tutor can see that."""

    @property
    def levers(self) -> Levers | None:
        """What can be broken and added in it, where the tutor may."""

    def start(self, report: Report = ...) -> None:
        """Make it usable; does nothing when it is. Blocks. Raises ClusterError."""

    def stop(self) -> None:
        """Let it go. A real cluster stays as it is."""

    def kubeconfig(self) -> Path:
        """A private file that clients read to reach it, with one context of ours and nothing else."""

    def load_images(self, images: Sequence[str], report: Report = ...) -> None:
        """Make images of the tutor's own usable in it. Raises ClusterError."""


@dataclass(frozen=True, slots=True)
class KindOptions:
    """What to tell `kind create cluster`."""

    image: str | None = None
    """Node image; None for the one kind comes with."""
    config: Path | None = None
    """kind's own configuration file; None for one control plane and two workers."""
    arguments: tuple[str, ...] = ()
    """Further arguments, as kind takes them."""


def open_cluster(spec: str, *, kind: KindOptions | None = None, keep: bool = False) -> Cluster:
    """A cluster by its name: "simulated", "kind" or "context:NAME"; it is not started yet. ClusterError for any other.

    With `keep` a simulated cluster goes on where it was left when the program last ended.
    """
    what, _, name = spec.partition(":")
    if what == "simulated" and not name:
        from tutor.clusters.simulated import Simulated

        return Simulated(keep=keep)
    if what == "kind" and not name:
        from tutor.clusters.kind import KindCluster

        return KindCluster(kind or KindOptions())
    if what == "context" and name:
        from tutor.clusters.context import ContextCluster

        return ContextCluster(name)
    raise ClusterError(f"there is no kind of cluster called {spec!r}", "Use simulated, kind or context:NAME")


def preload() -> None:
    """Load what a simulated cluster needs, so that starting one later takes a moment. Takes some tenths of a second; for a
    thread, while the learner reads."""
    from tutor.simulator.api.server import preload as load

    load()
