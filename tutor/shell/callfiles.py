"""The machine's files for a command that the tutor carries out itself; what it asks for is done by the worker thread."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol, TypeVar

from tutor.posix import FileError, FileInfo
from tutor.posix.text import encode
from tutor.posix.tree import join, parent_of

if TYPE_CHECKING:
    from tutor.posix import Namespace
    from tutor.shell.calls import RunningCall

T = TypeVar("T")
_INPUT = ("/dev/stdin", "/dev/fd/0")


class Asker(Protocol):
    """Runs a function in the worker thread and gives its result, or raises what it raised."""

    def __call__(self, function: Callable[[], T], /) -> T: ...


class CallFiles:
    """Files as `tutor.kubectl.io.Files` has them: paths as typed, from where the command was started; OSErrors."""

    def __init__(self, namespace: Namespace, cwd: str, ask: Asker, call: RunningCall | None = None) -> None:
        self._namespace = namespace
        self._cwd = cwd
        self._ask = ask
        self._call = call

    def read_bytes(self, path: str) -> bytes:
        """A file's content; `/dev/stdin` is the command's input."""
        if path in _INPUT and self._call is not None:
            return encode(self._call.read())
        return self._do(path, lambda place: self._namespace.read(place))

    def write(self, path: str, data: bytes) -> None:
        """Replace a file's content; folders on the way are made."""
        self._do(path, lambda place: self._write(place, data))

    def list(self, path: str) -> list[str]:
        """The names in a folder."""
        return self._do(path, lambda place: self._namespace.list(place))

    def exists(self, path: str) -> bool:
        """Whether there is such a file or folder."""
        return path in _INPUT or self._info(path) is not None

    def is_dir(self, path: str) -> bool:
        """Whether it is a folder."""
        info = self._info(path)
        return info is not None and info.is_directory

    def _info(self, path: str) -> FileInfo | None:
        try:
            return self._do(path, lambda place: self._namespace.lookup(place))
        except OSError:
            return None

    def _do(self, path: str, operation: Callable[[str], T]) -> T:
        try:
            return self._ask(lambda: operation(self._place(path)))
        except FileError as error:
            number = getattr(errno, error.code, errno.EIO)
            raise OSError(number, error.reason if number == errno.EIO else os.strerror(number), path) from None

    def _place(self, path: str) -> str:
        if not path:
            raise FileError("ENOENT", path)
        if "\0" in path:
            raise FileError("EINVAL", path)
        return join(self._cwd, path)

    def _write(self, place: str, data: bytes) -> None:
        missing: list[str] = []
        folder = parent_of(place)
        while not self._namespace.is_directory(folder) and self._namespace.lookup(folder) is None:
            missing.append(folder)
            folder = parent_of(folder)
        for name in reversed(missing):
            self._namespace.make_directory(name)
        self._namespace.write(place, data)
