"""The part of /proc that lessons look at: what a process was started as, with which environment, and its state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.posix.errors import FileError
from tutor.posix.text import encode
from tutor.posix.tree import FileInfo, ReadOnlyTree

if TYPE_CHECKING:
    from tutor.posix.machine import Machine
    from tutor.posix.process import Process

_FILES = ("cmdline", "comm", "environ", "status")


class ProcessTree(ReadOnlyTree):
    """`/proc/PID/{cmdline,comm,environ,status}`, `/proc/self` and `/proc/uptime`."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine

    def info(self, path: str) -> FileInfo:
        parts = path.split("/")[1:]
        if path == "/":
            return FileInfo("directory", 0o555)
        if path == "/uptime":
            return FileInfo("file", 0o444)
        if parts[0] == "self" and len(parts) == 1:
            return FileInfo("link", 0o777, target=str(self.machine.current))
        self._process(parts[0], path)
        if len(parts) == 1:
            return FileInfo("directory", 0o555)
        if len(parts) == 2 and parts[1] in _FILES:
            return FileInfo("file", 0o444)
        raise FileError("ENOENT", path)

    def list(self, path: str) -> list[str]:
        if path == "/":
            return ["self", "uptime", *map(str, sorted(self.machine.processes))]
        return list(_FILES)

    def read(self, path: str) -> bytes:
        if path == "/uptime":
            uptime = self.machine.now - self.machine.started
            return f"{uptime:.2f} {uptime:.2f}\n".encode()
        pid, name = path.split("/")[1:]
        process = self._process(pid, path)
        if name == "cmdline":
            return b"".join(encode(argument) + b"\0" for argument in process.argv)
        if name == "environ":
            return b"".join(encode(f"{key}={value}") + b"\0" for key, value in process.environment.items())
        comm = process.argv[0].rsplit("/", 1)[-1][:15] if process.argv else ""
        return encode(comm + "\n" if name == "comm" else self._status(process, comm))

    def _status(self, process: Process, comm: str) -> str:
        user = self.machine.files.user
        state = "T (stopped)" if process.stopped else "S (sleeping)" if process.wait else "R (running)"
        ids = "\t".join([str(user.uid)] * 4), "\t".join([str(user.gid)] * 4)
        lines = [f"Name:\t{comm}", f"State:\t{state}", f"Pid:\t{process.pid}", f"PPid:\t{process.parent}"]
        lines += [f"Uid:\t{ids[0]}", f"Gid:\t{ids[1]}", f"Groups:\t{' '.join(map(str, user.groups))}"]
        bound = self.machine.host.capabilities
        held = bound if user.uid == 0 else 0
        sets = {"CapInh": 0, "CapPrm": held, "CapEff": held, "CapBnd": bound, "CapAmb": 0}
        return "\n".join([*lines, *(f"{name}:\t{bits:016x}" for name, bits in sets.items()), ""])

    def _process(self, pid: str, path: str) -> Process:
        process = self.machine.processes.get(int(pid)) if pid.isdecimal() and len(pid) < 10 else None
        if process is None:
            raise FileError("ENOENT", path)
        return process
