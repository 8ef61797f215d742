"""df and mount: the file systems a container sees."""

from __future__ import annotations

from typing import NamedTuple

from tutor.posix.errors import ToolError
from tutor.posix.kernel_view import memory_used, mount_table, room
from tutor.posix.memory import MemoryTree
from tutor.posix.namespace import Mount
from tutor.posix.tools.base import Invocation, tool

_BLOCK = 1024
_UNITS = "KMGT"


class _Disk(NamedTuple):
    device: str
    size: int
    used: int
    place: str


def _disk(invocation: Invocation, mount: Mount) -> _Disk:
    size = invocation.process.machine.host.disk
    if mount.path == "/":
        return _Disk("overlay", size, mount.tree.used if isinstance(mount.tree, MemoryTree) else 0, "/")
    bound = room(mount.tree)
    return _Disk("/dev/vda1", size, 0, mount.path) if bound is None else _Disk("tmpfs", *bound, mount.path)


@tool("df")
def df(invocation: Invocation) -> int:
    options = invocation.options("hkmTPa", {"human-readable": "h"})
    files = invocation.files
    chosen = [files.root, *sorted(files.mounts, key=lambda mount: mount.path)]
    if options.operands:
        chosen = []
        for name in options.operands:
            path = invocation.path(name)
            files.info(path)
            chosen.append(files.mount_of(files.resolve(path)))
    human = "h" in options.flags
    heading = "Size" if human else "1M-blocks" if "m" in options.flags else "1K-blocks"
    rows = [f"{'Filesystem':<20} {heading:>10} {'Used':>9} {'Available':>9} Use% Mounted on"]
    for disk in (_disk(invocation, mount) for mount in chosen if not mount.path.startswith(("/proc", "/dev", "/sys"))):
        free = max(0, disk.size - disk.used)
        part = -(-disk.used * 100 // disk.size) if disk.size else 0
        shown = [_shown(amount, human=human, mega="m" in options.flags) for amount in (disk.size, disk.used, free)]
        rows.append(f"{disk.device:<20} {shown[0]:>10} {shown[1]:>9} {shown[2]:>9} {part:>3}% {disk.place}")
    invocation.out("".join(row + "\n" for row in rows))
    return 0


def _shown(amount: int, *, human: bool, mega: bool) -> str:
    if not human:
        return str(amount // (_BLOCK**2 if mega else _BLOCK))
    value, unit = amount / _BLOCK, 0
    while value >= _BLOCK and unit < len(_UNITS) - 1:
        value, unit = value / _BLOCK, unit + 1
    return f"{value:.1f}{_UNITS[unit]}" if amount else "0"


@tool("mount")
def mount(invocation: Invocation) -> int:
    options = invocation.options("t:o:r")
    if options.operands:
        raise ToolError("permission denied (are you root?)")
    for row in mount_table(invocation.files):
        if (options.value("t") or row.kind) == row.kind:
            invocation.out(f"{row.device} on {row.place} type {row.kind} ({row.options})\n")
    return 0


@tool("free")
def free(invocation: Invocation) -> int:
    """free [-m|-h]: of the node, as programs in containers see it."""
    flags = invocation.options("bkmgh").flags
    machine = invocation.process.machine
    factor = 1 if "b" in flags else _BLOCK**2 if "m" in flags else _BLOCK**3 if "g" in flags else _BLOCK
    total, used = machine.host.memory, memory_used(machine)
    amounts = [total, used, total - used, 0, 0, total - used]
    words = [_shown(a, human=True, mega=False) if "h" in flags else str(a // factor) for a in amounts]
    heading = " " * 14 + "".join(
        f"{name:>12}" for name in ("total", "used", "free", "shared", "buff/cache", "available")
    )
    rows = [heading, "Mem:          " + "".join(f"{word:>12}" for word in words)]
    rows.append("Swap:         " + "".join(f"{0:>12}" for _ in range(3)))
    invocation.out("".join(row + "\n" for row in rows))
    return 0
