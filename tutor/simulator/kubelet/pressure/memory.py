"""How much memory the pods of each node hold: summed up as kubelets look at pods, so that nobody has to ask all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import ceil

from tutor.simulator.images.container import Container
from tutor.simulator.images.programs.base import Program
from tutor.simulator.kubelet.state import ContainerRecord, PodRecord

PAGE = 4096
"""Memory is used in pages of so many bytes."""


def container_memory(own: ContainerRecord, now: float) -> int:
    """Bytes that a container holds (its working set); 0 when it does not run."""
    run = own.current
    if run is None or run.container is None or not run.is_running:
        return 0
    return _pages(run.container, now)


def _pages(container: Container, now: float) -> int:
    return ceil(container.memory(now) / PAGE) * PAGE


def pod_memory(record: PodRecord, now: float) -> int:
    """Bytes that the containers of a pod hold together."""
    return sum(container_memory(own, now) for own in record.containers.values())


def _may_change(container: Container) -> bool:
    """Whether a container may take more memory without its kubelet looking at it: a program that only ever holds the same does not."""
    if container.exit_code is not None:
        return False
    return container.program is None or type(container.program).memory is not Program.memory


class NodeMemory:
    """The memory that pods hold, by node. It is worked out of what kubelets remember and never saved."""

    def __init__(self) -> None:
        self._pods: dict[str, dict[str, int]] = {}
        self._sums: dict[str, int] = {}
        self._varying: dict[str, dict[str, None]] = {}

    def of_node(self, node: str) -> int:
        """Bytes, as they were when the pods were last looked at."""
        return self._sums.get(node, 0)

    def varying_nodes(self) -> list[str]:
        """The nodes with pods whose memory changes between two looks."""
        return [node for node, keys in self._varying.items() if keys]

    def note(self, record: PodRecord, now: float) -> int:
        """A pod has been looked at; returns by how many bytes its memory has grown."""
        used, varies = 0, False
        for own in record.containers.values():
            run = own.current
            if run is not None and run.container is not None and run.is_running:
                used += _pages(run.container, now)
                varies = varies or _may_change(run.container)
        pods = self._pods.setdefault(record.node, {})
        grown = used - pods.get(record.key, 0)
        pods[record.key] = used
        self._sums[record.node] = self._sums.get(record.node, 0) + grown
        if varies:
            self._varying.setdefault(record.node, {})[record.key] = None
        else:
            self._varying.get(record.node, {}).pop(record.key, None)
        return grown

    def forget(self, record: PodRecord) -> None:
        """A pod has left its node."""
        used = self._pods.get(record.node, {}).pop(record.key, 0)
        self._sums[record.node] = self._sums.get(record.node, 0) - used
        self._varying.get(record.node, {}).pop(record.key, None)

    def refresh(self, node: str, records: Mapping[str, PodRecord], now: float) -> None:
        """Ask the pods whose memory changes by itself."""
        for key in list(self._varying.get(node, ())):
            record = records.get(key)
            if record is not None:
                self.note(record, now)

    def rebuild(self, records: Iterable[PodRecord], now: float) -> None:
        """Begin anew with what there is."""
        self._pods, self._sums, self._varying = {}, {}, {}
        for record in records:
            self.note(record, now)
