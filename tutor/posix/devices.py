"""Device files every container has: /dev/null, /dev/stdout and so on, and the descriptors of other processes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tutor.posix.errors import FileError
from tutor.posix.streams import Noise, Null, Stream, Terminal, Zero
from tutor.posix.tree import FileInfo, ReadOnlyTree

if TYPE_CHECKING:
    from tutor.posix.process import Process

_DESCRIPTOR = re.compile(r"/(?:dev/fd|proc/(self|[0-9]{1,9})/fd)/([0-9]{1,4})")
_STANDARD = {"/dev/stdin": 0, "/dev/stdout": 1, "/dev/stderr": 2}
NAMES = ("null", "zero", "random", "urandom", "tty", "stdin", "stdout", "stderr")


def open_device(process: Process, path: str) -> Stream | None:
    """The stream behind a device path; None for any other path."""
    if not path.startswith(("/dev/", "/proc/")):
        return None
    if path == "/dev/null":
        return Null()
    if path == "/dev/zero":
        return Zero()
    if path in ("/dev/random", "/dev/urandom"):
        return Noise(process.machine.random)
    if path == "/dev/tty":
        return _terminal(process)
    if path in _STANDARD:
        return process.stream(_STANDARD[path])
    match = _DESCRIPTOR.fullmatch(path)
    if match is None:
        return None
    owner = process.machine.processes.get(int(match[1])) if match[1] not in (None, "self") else process
    if owner is None or int(match[2]) not in owner.streams:
        raise FileError("ENOENT", path)
    return owner.streams[int(match[2])]


def _terminal(process: Process) -> Stream:
    session = process.machine.sessions.get(process.session)
    if session is None or not session.tty:
        raise FileError("ENOENT", "/dev/tty")
    return Terminal(session.reader, session.stdout)


class DeviceTree(ReadOnlyTree):
    """What `ls /dev` shows. Opening goes through `open_device`; nothing can be created here."""

    def info(self, path: str) -> FileInfo:
        if path == "/":
            return FileInfo("directory", 0o755)
        if path[1:] in NAMES:
            return FileInfo("device", 0o666)
        raise FileError("ENOENT", path)

    def list(self, path: str) -> list[str]:
        return sorted(NAMES)

    def read(self, path: str) -> bytes:
        return b""
