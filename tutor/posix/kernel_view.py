"""What /proc says of the machine as a whole: memory, processors, load, the kernel's version, and what is mounted (proc(5))."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from tutor.posix.namespace import Namespace
from tutor.posix.tree import FileTree

if TYPE_CHECKING:
    from tutor.posix.machine import Machine

_PROCESS_MEMORY = 1 << 20
"""What a process takes, in bytes; nobody counts how much it really is."""
_KINDS = {"/": "overlay", "/proc": "proc", "/proc/sys": "proc", "/dev": "tmpfs", "/sys/fs/cgroup": "cgroup2"}


class Mounted(NamedTuple):
    """A line of the table of mounts."""

    device: str
    place: str
    kind: str
    options: str


def room(tree: FileTree) -> tuple[int, int] | None:
    """How many bytes a tree that is kept in memory may hold, and holds; None for one on the disk."""
    bound = getattr(tree, "bound", None)
    found: tuple[int, int] | None = bound() if bound is not None else None
    return found


def mount_table(files: Namespace) -> list[Mounted]:
    """What is mounted where, by path."""
    table = []
    for entry in [files.root, *sorted(files.mounts, key=lambda mount: mount.path)]:
        kind = _KINDS.get(entry.path) or ("ext4" if room(entry.tree) is None else "tmpfs")
        device = "/dev/vda1" if kind == "ext4" else kind
        table.append(Mounted(device, entry.path, kind, f"{'ro' if entry.read_only else 'rw'},relatime"))
    return table


def memory_used(machine: Machine) -> int:
    """How many bytes of the machine's memory are taken."""
    return min(machine.host.memory, len(machine.processes) * _PROCESS_MEMORY)


def _memory(machine: Machine) -> str:
    total, used = machine.host.memory, memory_used(machine)
    rows = {"MemTotal": total, "MemFree": total - used, "MemAvailable": total - used, "Buffers": 0, "Cached": 0}
    rows |= {"SwapTotal": 0, "SwapFree": 0}
    return "".join(f"{name + ':':<16}{amount // 1024:>8} kB\n" for name, amount in rows.items())


def _processors(machine: Machine) -> str:
    count = machine.host.processors
    blocks = []
    for number in range(count):
        rows = {"processor": number, "model name": machine.host.architecture, "siblings": count, "core id": number}
        blocks.append("".join(f"{name:<11}\t: {value}\n" for name, value in {**rows, "cpu cores": count}.items()))
    return "".join(f"{block}\n" for block in blocks)


def _load(machine: Machine) -> str:
    running = sum(not process.wait for process in machine.processes.values())
    return f"0.00 0.00 0.00 {running}/{len(machine.processes)} {machine.next_pid - 1}\n"


def _uptime(machine: Machine) -> str:
    seconds = machine.now - machine.started
    return f"{seconds:.2f} {seconds:.2f}\n"


def _version(machine: Machine) -> str:
    return f"Linux version {machine.host.kernel} #1 SMP\n"


FILES: dict[str, Callable[[Machine], str]] = {
    "cpuinfo": _processors,
    "loadavg": _load,
    "meminfo": _memory,
    "uptime": _uptime,
    "version": _version,
}
"""What makes the text of each file directly under /proc."""


def mounts_text(files: Namespace) -> str:
    """/proc/PID/mounts."""
    return "".join(f"{row.device} {row.place} {row.kind} {row.options} 0 0\n" for row in mount_table(files))
