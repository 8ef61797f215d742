"""What a file tree is to the shell: a few operations on absolute, normalised paths.

Implementations: `memory.MemoryTree` here, and whatever a host brings (a workspace folder, for instance). A tree
follows no symbolic links and knows no mounts, users or working directory; `namespace.Namespace` adds those.
Every method raises FileError with the POSIX error.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from tutor.posix.errors import FileError


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a change leaves on a file: the time (seconds since the epoch), the owner, and the mode of new files."""

    time: float
    uid: int = 0
    gid: int = 0
    mode: int = 0o644


@dataclass(frozen=True, slots=True)
class FileInfo:
    """What `stat` tells. `kind` is "file", "directory", "link" or "device"; `mode` holds the permission bits only."""

    kind: str
    mode: int = 0o644
    size: int = 0
    modified: float = 0.0
    uid: int = 0
    gid: int = 0
    target: str = ""

    @property
    def is_directory(self) -> bool:
        return self.kind == "directory"


class FileTree(Protocol):
    """Files by absolute path. "/" is the root; a path never holds ".", ".." or a doubled or trailing slash."""

    def info(self, path: str) -> FileInfo:
        """About the file itself, never about what a symbolic link points to."""

    def list(self, path: str) -> list[str]:
        """Names in a directory, sorted."""

    def read(self, path: str) -> bytes:
        """All of a file."""

    def write(self, path: str, data: bytes, stamp: Stamp) -> None:
        """Make a file hold exactly this, creating it if need be (its directory must exist)."""

    def append(self, path: str, data: bytes, stamp: Stamp) -> None:
        """Add to the end of a file, creating it if need be."""

    def make_directory(self, path: str, stamp: Stamp) -> None:
        """Create one directory."""

    def make_link(self, path: str, target: str, stamp: Stamp) -> None:
        """Create a symbolic link."""

    def remove(self, path: str) -> None:
        """Remove a file, a link or an empty directory."""

    def rename(self, old: str, new: str) -> None:
        """Move within the tree, replacing a file or an empty directory that stands there."""

    def change(
        self, path: str, *, mode: int | None = None, owner: tuple[int, int] | None = None, time: float | None = None
    ) -> None:
        """Set permission bits, owner (uid, gid) or modification time."""


class ReadOnlyTree:
    """Base of trees nothing can be changed in."""

    def write(self, path: str, data: bytes, stamp: Stamp) -> None:
        raise FileError("EROFS", path)

    def append(self, path: str, data: bytes, stamp: Stamp) -> None:
        raise FileError("EROFS", path)

    def make_directory(self, path: str, stamp: Stamp) -> None:
        raise FileError("EROFS", path)

    def make_link(self, path: str, target: str, stamp: Stamp) -> None:
        raise FileError("EROFS", path)

    def remove(self, path: str) -> None:
        raise FileError("EROFS", path)

    def rename(self, old: str, new: str) -> None:
        raise FileError("EROFS", new)

    def change(
        self, path: str, *, mode: int | None = None, owner: tuple[int, int] | None = None, time: float | None = None
    ) -> None:
        raise FileError("EROFS", path)


def join(directory: str, path: str) -> str:
    """An absolute, normalised path for `path` as seen from `directory`. `..` never leads above the root."""
    parts = list[str]()
    for part in (path if path.startswith("/") else f"{directory}/{path}").split("/"):
        if part == "..":
            del parts[-1:]
        elif part and part != ".":
            parts.append(part)
    return "/" + "/".join(parts)


def parent_of(path: str) -> str:
    """The directory a normalised path stands in; "/" for the root."""
    return path.rsplit("/", 1)[0] or "/"


def name_of(path: str) -> str:
    """The last component of a normalised path; "" for the root."""
    return path.rsplit("/", 1)[1]
