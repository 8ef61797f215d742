"""Containers that share a process namespace: those of a pod with shareProcessNamespace, or a container and those that debug it.

In the first case the pause process is process 1 and looks after the namespace; in the second the container that is debugged does. With
hostPID it is the namespace of the node.
Process ids were seen on a genuine node: before a container's command runc has some processes of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from tutor.posix.neighbours import Seen, own_processes
from tutor.simulator.images.container import Container
from tutor.simulator.images.world import World

RUNC_PROCESSES = 5
"""Process ids that are used up when a container begins."""
PAUSE = ("/pause",)
NODE: Mapping[int, tuple[str, ...]] = {
    1: ("/sbin/init",),
    214: ("/usr/local/bin/containerd",),
    391: ("/usr/bin/kubelet", "--config=/var/lib/kubelet/config.yaml"),
    702: ("/usr/local/bin/kube-proxy", "--config=/var/lib/kube-proxy/config.conf"),
}
"""Processes that every node has. Signals do them no lasting harm: init starts anew what ends."""
PAUSE_ENDS_ON = ("TERM", "INT")
"""Signals that end the pause process, and with it everything in the namespace."""


class SharedProcesses:
    """The other containers of a process namespace, as one of them sees them."""

    def __init__(
        self,
        world: World,
        others: Sequence[Container],
        *,
        leads: bool = False,
        end_pause: Callable[[], None] | None = None,
        of_node: bool = False,
    ) -> None:
        self._world = world
        self._others = others
        self._end_pause = end_pause
        """Ends the pause process; None where that is not process 1."""
        self._held: Mapping[int, tuple[str, ...]] = NODE if of_node else {1: PAUSE} if end_pause is not None else {}
        """The processes that are no container's."""
        self.leads = leads
        """Whether the one that looks is process 1."""

    def next_pid(self) -> int:
        """A process id that none of the others has used."""
        used = [other.inside.machine.next_pid for other in self._others if other.inside is not None]
        return max(used, default=1 + max(self._held, default=0))

    def first_pid(self) -> int:
        """The process id of a container that begins now."""
        return 1 if self.leads else self.next_pid() + RUNC_PROCESSES

    def processes(self) -> list[Seen]:
        """The processes of the others, and those that are no container's."""
        started = min((other.started for other in self._others), default=self._world.now)
        found = [_no_containers(pid, argv, started) for pid, argv in self._held.items()]
        for other in self._others:
            found += own_processes(other.enter(self._world).machine)
        return found

    def signal(self, pid: int, name: str) -> bool:
        """Send a signal; False when there is no such process."""
        if pid in self._held:
            if name in PAUSE_ENDS_ON and self._end_pause is not None:
                self._end_pause()
            return True
        for other in self._others:
            inside = other.enter(self._world)
            if pid in inside.machine.processes:
                inside.machine.signal(pid, name)
                inside.wake(self._world.now)
                return True
        return False


def _no_containers(pid: int, argv: tuple[str, ...], started: float) -> Seen:
    return Seen(pid, 0 if pid == 1 else 1, argv, {}, started, "S (sleeping)", 0, 0, (), 0, None)
