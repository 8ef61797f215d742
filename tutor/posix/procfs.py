"""The part of /proc that people look at: what a process was started as, with which environment, its state and its root directory,
and a few files about the whole machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.posix import kernel_view
from tutor.posix.errors import FileError
from tutor.posix.neighbours import Seen, all_processes, find_process
from tutor.posix.text import encode
from tutor.posix.tree import FileInfo, ReadOnlyTree

if TYPE_CHECKING:
    from tutor.posix.machine import Machine
    from tutor.posix.namespace import Namespace

_FILES = ("cgroup", "cmdline", "comm", "environ", "mounts", "root", "status")
_LINKS = {"mounts": "self/mounts"}
"""Links directly under /proc, beside `self`."""
_ROOT = "root"
_INSIDE = ".root"
"""What `root` of a process of another machine leads to: a name that no listing shows, so that nothing that walks through files falls
into it."""


class ProcessTree(ReadOnlyTree):
    """`/proc/PID/{cgroup,cmdline,comm,environ,mounts,status}`, `/proc/PID/root` to look into, `/proc/self`, and the files of
    `kernel_view`."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine

    def info(self, path: str) -> FileInfo:
        parts = path.split("/")[1:]
        if path == "/":
            return FileInfo("directory", 0o555)
        if path[1:] in kernel_view.FILES:
            return FileInfo("file", 0o444, modified=self.machine.now)
        if path[1:] in _LINKS:
            return FileInfo("link", 0o777, modified=self.machine.now, target=_LINKS[path[1:]])
        if parts[0] == "self" and len(parts) == 1:
            return FileInfo("link", 0o777, target=str(self.machine.current))
        process = self._process(parts[0], path)
        if len(parts) == 1:
            return FileInfo("directory", 0o555, modified=process.started, uid=process.uid, gid=process.gid)
        if parts[1:] == [_ROOT]:
            own = process.pid in self.machine.processes
            target = "/" if own else f"/proc/{process.pid}/{_INSIDE}"
            return FileInfo("link", 0o777, modified=process.started, uid=process.uid, gid=process.gid, target=target)
        if parts[1] == _INSIDE:
            return self._root_of(process, path).info("/" + "/".join(parts[2:]))
        if len(parts) == 2 and parts[1] in _FILES:
            return FileInfo("file", 0o444, modified=process.started, uid=process.uid, gid=process.gid)
        raise FileError("ENOENT", path)

    def list(self, path: str) -> list[str]:
        if path == "/":
            return ["self", *_LINKS, *kernel_view.FILES, *(str(process.pid) for process in all_processes(self.machine))]
        parts = path.split("/")[1:]
        if len(parts) > 1 and parts[1] == _INSIDE:
            return self._root_of(self._process(parts[0], path), path).list("/" + "/".join(parts[2:]))
        return list(_FILES)

    def read(self, path: str) -> bytes:
        if path[1:] in kernel_view.FILES:
            return kernel_view.FILES[path[1:]](self.machine).encode()
        pid, name, *rest = path.split("/")[1:]
        process = self._process(pid, path)
        if name == _INSIDE:
            return self._root_of(process, path).read("/" + "/".join(rest))
        if name == "cmdline":
            return b"".join(encode(argument) + b"\0" for argument in process.argv)
        if name == "cgroup":
            return b"0::/\n"
        if name == "mounts":
            return encode(kernel_view.mounts_text(self._root_of(process, path)))
        if name == "environ":
            return b"".join(encode(f"{key}={value}") + b"\0" for key, value in process.environment.items())
        return encode(process.name + "\n" if name == "comm" else _status(process))

    @staticmethod
    def _root_of(process: Seen, path: str) -> Namespace:
        """A process's root directory, in which links are followed; a container's own files, with its volumes."""
        if process.files is None:
            raise FileError("EACCES", path)
        return process.files

    def _process(self, pid: str, path: str) -> Seen:
        process = find_process(self.machine, int(pid)) if pid.isdecimal() and len(pid) < 10 else None
        if process is None:
            raise FileError("ENOENT", path)
        return process


def _status(process: Seen) -> str:
    ids = "\t".join([str(process.uid)] * 4), "\t".join([str(process.gid)] * 4)
    lines = [f"Name:\t{process.name}", f"State:\t{process.state}", f"Pid:\t{process.pid}", f"PPid:\t{process.parent}"]
    lines += [f"Uid:\t{ids[0]}", f"Gid:\t{ids[1]}", f"Groups:\t{' '.join(map(str, process.groups))}"]
    held = process.capabilities if process.uid == 0 else 0
    sets = {"CapInh": 0, "CapPrm": held, "CapEff": held, "CapBnd": process.capabilities, "CapAmb": 0}
    return "\n".join([*lines, *(f"{name}:\t{bits:016x}" for name, bits in sets.items()), ""])
