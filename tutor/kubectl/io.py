"""What a kubectl command may touch: its standard streams, the workspace's files, the clock and the editor.

Nothing in this package reads the host's files, environment or terminal except through here, so that inside the tutor a
command cannot leave the learner's workspace.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from tutor.kubectl.errors import Interrupted
from tutor.kubectl.local_ports import LocalPorts


class Reader(Protocol):
    """Where standard input comes from; both calls may block and return an empty string at the end."""

    def read(self, size: int = -1, /) -> str: ...

    def readline(self) -> str: ...


class Cancelled(Protocol):
    """Set when the user pressed ctrl+c; `threading.Event` is one."""

    def is_set(self) -> bool: ...

    def wait(self, timeout: float | None = None) -> bool: ...


class Files(Protocol):
    """The files a command may use. Paths are as the user typed them; a missing file raises FileNotFoundError."""

    def read_bytes(self, path: str) -> bytes: ...

    def write(self, path: str, data: bytes) -> None: ...

    def list(self, path: str) -> list[str]: ...

    def exists(self, path: str) -> bool: ...

    def is_dir(self, path: str) -> bool: ...


class NoFiles:
    """An empty file system, for commands that run without a workspace."""

    def read_bytes(self, path: str) -> bytes:
        raise FileNotFoundError(path)

    def write(self, path: str, data: bytes) -> None:
        raise PermissionError(f"{path}: there is no workspace to write to")

    def list(self, path: str) -> list[str]:
        raise FileNotFoundError(path)

    def exists(self, path: str) -> bool:
        return False

    def is_dir(self, path: str) -> bool:
        return False


class FolderFiles:
    """The files below one folder of the host, and nothing outside it, whatever a path or a symbolic link says."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()

    def _inside(self, path: str) -> Path:
        try:
            target = (self._root / path).resolve()
        except (ValueError, OSError):  # a zero byte, or links that go round in a circle
            raise FileNotFoundError(path) from None
        if target != self._root and self._root not in target.parents:
            raise FileNotFoundError(path)
        return target

    def read_bytes(self, path: str) -> bytes:
        return self._inside(path).read_bytes()

    def write(self, path: str, data: bytes) -> None:
        target = self._inside(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)

    def list(self, path: str) -> list[str]:
        return sorted(entry.name for entry in self._inside(path).iterdir())

    def exists(self, path: str) -> bool:
        try:
            return self._inside(path).exists()
        except FileNotFoundError:
            return False

    def is_dir(self, path: str) -> bool:
        try:
            return self._inside(path).is_dir()
        except FileNotFoundError:
            return False


class HostFiles(FolderFiles):
    """All files of this computer, relative ones from a folder: for a command line of the user's own shell."""

    def _inside(self, path: str) -> Path:
        if "\0" in path:
            raise FileNotFoundError(path)
        return self._root / path


@dataclass
class KubectlIO:
    """The surroundings of one command.

    `stdout` and `stderr` are called with text as it appears; `editor` gets a file name and its text and returns the
    saved text, or None when the user left without saving; `external_diff` shows how texts differ, each with its name, the
    old and the new one, and returns a status of 1 when they do and more when that failed; `now` is the wall clock in
    seconds since 1970, which ages are measured against; `on_request` is told the method, the path with its query and the
    answer's code of every request that got one; `environment` are the variables kubectl looks at (KUBECONFIG ...);
    `process` is the number its log lines carry; `ports` are those of this computer it may listen on.
    """

    stdout: Callable[[str], object]
    stderr: Callable[[str], object]
    stdin: Reader | None = None
    is_tty: bool = False
    width: int = 80
    height: int = 24
    cancelled: Cancelled = field(default_factory=threading.Event)
    files: Files = field(default_factory=NoFiles)
    editor: Callable[[str, str], str | None] | None = None
    external_diff: Callable[[Sequence[tuple[str, str, str]]], int] | None = None
    now: Callable[[], float] = time.time
    on_request: Callable[[str, str, int], object] = lambda method, path, code: None
    environment: Mapping[str, str] = field(default_factory=dict)
    process: int = field(default_factory=os.getpid)
    ports: LocalPorts = field(default_factory=LocalPorts)

    def check_cancelled(self) -> None:
        """Raises Interrupted once ctrl+c was pressed."""
        if self.cancelled.is_set():
            raise Interrupted

    def sleep(self, seconds: float) -> None:
        """Waits, at most until ctrl+c, which raises Interrupted."""
        if self.cancelled.wait(seconds):
            raise Interrupted
