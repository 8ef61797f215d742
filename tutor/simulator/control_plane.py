"""What can be wrong with the parts of the control plane that everybody goes through: the API server, and etcd behind it.

While one of them is stopped nobody can write: controllers and the scheduler do nothing, kubelets go on by themselves with what they
know and report later.
"""

from __future__ import annotations

from dataclasses import dataclass

API_SERVER, ETCD = "kube-apiserver", "etcd"


@dataclass(slots=True)
class ControlPlane:
    """Which of them are stopped, and by how many seconds each is late."""

    stopped: frozenset[str] = frozenset()
    delays: tuple[tuple[str, float], ...] = ()

    @property
    def is_writable(self) -> bool:
        """Whether an actor can write."""
        return not self.stopped

    def is_stopped(self, part: str) -> bool:
        """Whether a part is stopped."""
        return part in self.stopped

    def delay_of(self, part: str) -> float:
        """Seconds that a part takes to answer beside what it always takes."""
        return dict(self.delays).get(part, 0.0)

    def delay(self, *, write: bool) -> float:
        """Seconds that a request takes: reads are answered from the API server's own memory, writes wait for etcd too."""
        return self.delay_of(API_SERVER) + (self.delay_of(ETCD) if write else 0.0)

    def set_delay(self, part: str, seconds: float) -> None:
        """Make a part late, or with 0 as fast as it can be."""
        others = {name: late for name, late in self.delays if name != part}
        self.delays = tuple(sorted({**others, part: seconds}.items() if seconds else others.items()))
