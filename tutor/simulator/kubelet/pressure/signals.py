"""What a kubelet looks at to tell whether its node runs short of something, and the thresholds from which on it does.

Source: pkg/kubelet/eviction/defaults_linux.go, helpers.go and api/types.go. A node here has one disk, which holds images, containers
and volumes alike, and more inodes than its pods can use up; no threshold for process ids is set by default.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

MEMORY, STORAGE = "memory", "ephemeral-storage"
MEMORY_PRESSURE, DISK_PRESSURE = "MemoryPressure", "DiskPressure"
LEAST_MEMORY = 100 * 2**20
"""memory.available: bytes below which a node is short of memory."""
LEAST_DISK = {"imagefs.available": 15, "nodefs.available": 10}
"""Parts of a disk in percent, in the order in which they are looked at."""


@dataclass(frozen=True, slots=True)
class Signal:
    """One thing that has been looked at: bytes that are available, and from where on that is too little."""

    name: str
    resource: str
    condition: str
    threshold: int
    available: int

    @property
    def is_met(self) -> bool:
        """Whether there is too little."""
        return self.available < self.threshold


def memory_signal(capacity: int, used: int) -> Signal:
    """memory.available: what the processes of a node leave of its memory."""
    return Signal("memory.available", MEMORY, MEMORY_PRESSURE, LEAST_MEMORY, max(0, capacity - used))


def disk_signals(capacity: int, used: int) -> list[Signal]:
    """imagefs.available and nodefs.available, which are of the same disk here."""
    available = max(0, capacity - used)
    return [
        Signal(name, STORAGE, DISK_PRESSURE, int(capacity * _part(percent)), available)
        for name, percent in LEAST_DISK.items()
    ]


def _part(percent: int) -> float:
    """A percentage as kubelets keep it, in single precision: 10 % of a disk are a few bytes more than a tenth."""
    single: float = struct.unpack("f", struct.pack("f", percent / 100))[0]
    return single
