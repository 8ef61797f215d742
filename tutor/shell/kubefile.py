"""`~/.kube/config` in the practice shell: the kubeconfig as `kubectl config view` shows it, without credentials."""

from __future__ import annotations

from collections.abc import Callable

from tutor.posix import FileError, FileInfo, ReadOnlyTree
from tutor.shell.workspace import OWNER

FOLDER = ".kube"
_NAME = "/config"


class KubeconfigTree(ReadOnlyTree):
    """A folder with one file, whose content is asked for whenever it is read. kubectl itself changes it."""

    def __init__(self, content: Callable[[], str]) -> None:
        self._content = content

    def info(self, path: str) -> FileInfo:
        if path == "/":
            return FileInfo("directory", 0o755, 4096, uid=OWNER, gid=OWNER)
        if path == _NAME:
            return FileInfo("file", 0o600, len(self.read(path)), uid=OWNER, gid=OWNER)
        raise FileError("ENOENT", path)

    def list(self, path: str) -> list[str]:
        if path != "/":
            raise FileError("ENOTDIR", path)
        return [_NAME[1:]]

    def read(self, path: str) -> bytes:
        if path != _NAME:
            raise FileError("EISDIR" if path == "/" else "ENOENT", path)
        return self._content().encode()
