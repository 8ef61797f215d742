"""A file tree in memory, made of nodes that never change.

A change makes new nodes from the file up to the root and shares all others, so a snapshot is one reference and
thousands of containers can share the files of one image.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from tutor.posix import limits
from tutor.posix.content import Content
from tutor.posix.errors import FileError
from tutor.posix.tree import FileInfo, Stamp, name_of, parent_of


@dataclass(frozen=True, slots=True)
class Leaf:
    """A file or, when it has a target, a symbolic link."""

    content: Content
    mode: int
    modified: float
    uid: int = 0
    gid: int = 0
    target: str = ""

    def __deepcopy__(self, memo: dict[int, Any]) -> Leaf:
        return self


@dataclass(frozen=True, slots=True)
class Directory:
    entries: Mapping[str, Leaf | Directory]
    mode: int = 0o755
    modified: float = 0.0
    uid: int = 0
    gid: int = 0

    def __deepcopy__(self, memo: dict[int, Any]) -> Directory:
        return self


Entry = Leaf | Directory


class MemoryTree:
    """A FileTree in memory. `capacity` bounds the bytes of all files together."""

    def __init__(self, capacity: int = limits.TREE_SIZE) -> None:
        self.root = Directory({})
        self.capacity = capacity
        self.used = 0

    def copy(self) -> MemoryTree:
        """A tree with the same files that goes its own way from here; costs nothing."""
        other = MemoryTree(self.capacity)
        other.root, other.used = self.root, self.used
        return other

    def info(self, path: str) -> FileInfo:
        entry = self._find(path)
        if isinstance(entry, Directory):
            return FileInfo("directory", entry.mode, 4096, entry.modified, entry.uid, entry.gid)
        kind = "link" if entry.target else "file"
        size = len(entry.target) or entry.content.size
        return FileInfo(kind, entry.mode, size, entry.modified, entry.uid, entry.gid, entry.target)

    def list(self, path: str) -> list[str]:
        return sorted(self._directory(path).entries)

    def read(self, path: str) -> bytes:
        return self._file(path).content.data()

    def write(self, path: str, data: bytes, stamp: Stamp) -> None:
        self._set_content(path, Content(data), stamp)

    def append(self, path: str, data: bytes, stamp: Stamp) -> None:
        old = self._optional_file(path)
        self._set_content(path, old.content.extended(data) if old else Content(data), stamp)

    def _set_content(self, path: str, content: Content, stamp: Stamp) -> None:
        old = self._optional_file(path)
        self._reserve(content.size - (old.content.size if old else 0))
        if old:
            leaf = replace(old, content=content, modified=stamp.time)
        else:
            leaf = Leaf(content, stamp.mode, stamp.time, stamp.uid, stamp.gid)
        self._put(path, leaf, stamp.time)

    def make_directory(self, path: str, stamp: Stamp) -> None:
        self._must_not_exist(path)
        self._put(path, Directory({}, stamp.mode, stamp.time, stamp.uid, stamp.gid), stamp.time)

    def make_link(self, path: str, target: str, stamp: Stamp) -> None:
        self._must_not_exist(path)
        self._put(path, Leaf(Content(), 0o777, stamp.time, stamp.uid, stamp.gid, target), stamp.time)

    def remove(self, path: str) -> None:
        entry = self._find(path)
        if path == "/":
            raise FileError("EBUSY", path)
        if isinstance(entry, Directory):
            if entry.entries:
                raise FileError("ENOTEMPTY", path)
        else:
            self.used -= entry.content.size
        self._put(path, None, None)

    def rename(self, old: str, new: str) -> None:
        entry = self._find(old)
        if old == new:
            return
        if new.startswith(old + "/") or "/" in (old, new):
            raise FileError("EINVAL", new)
        self._make_room(entry, new)
        self._put(new, entry, None)
        self._put(old, None, None)

    def change(
        self, path: str, *, mode: int | None = None, owner: tuple[int, int] | None = None, time: float | None = None
    ) -> None:
        entry = self._find(path)
        uid, gid = owner or (entry.uid, entry.gid)
        mode = entry.mode if mode is None else mode
        entry = replace(entry, mode=mode, uid=uid, gid=gid, modified=entry.modified if time is None else time)
        if path == "/" and isinstance(entry, Directory):
            self.root = entry
        else:
            self._put(path, entry, None)

    def _make_room(self, entry: Entry, path: str) -> None:
        """Check that `entry` may take the place of what stands at `path`."""
        there = self._entry_or_none(path)
        if there is None:
            return
        if isinstance(there, Directory):
            if not isinstance(entry, Directory):
                raise FileError("EISDIR", path)
            if there.entries:
                raise FileError("ENOTEMPTY", path)
        elif isinstance(entry, Directory):
            raise FileError("ENOTDIR", path)
        else:
            self.used -= there.content.size

    def _find(self, path: str) -> Entry:
        entry: Entry = self.root
        for name in path.split("/")[1:] if path != "/" else ():
            if not isinstance(entry, Directory):
                raise FileError("ENOTDIR", path)
            if name not in entry.entries:
                raise FileError("ENOENT", path)
            entry = entry.entries[name]
        return entry

    def _entry_or_none(self, path: str) -> Entry | None:
        try:
            return self._find(path)
        except FileError as error:
            if error.code == "ENOENT":
                return None
            raise

    def _directory(self, path: str) -> Directory:
        entry = self._find(path)
        if not isinstance(entry, Directory):
            raise FileError("ENOTDIR", path)
        return entry

    def _file(self, path: str) -> Leaf:
        entry = self._find(path)
        if isinstance(entry, Directory):
            raise FileError("EISDIR", path)
        return entry

    def _optional_file(self, path: str) -> Leaf | None:
        entry = self._entry_or_none(path)
        if isinstance(entry, Directory):
            raise FileError("EISDIR", path)
        return entry

    def _must_not_exist(self, path: str) -> None:
        if self._entry_or_none(path) is not None:
            raise FileError("EEXIST", path)

    def _reserve(self, size: int) -> None:
        if size > 0 and self.used + size > self.capacity:
            raise FileError("ENOSPC")
        self.used += size

    def _put(self, path: str, entry: Entry | None, time: float | None) -> None:
        """Set or, with None, take out one entry, making new directories up to the root."""
        parent = self._directory(parent_of(path))
        if len(name_of(path)) > 255:
            raise FileError("ENAMETOOLONG", path)
        entries = dict(parent.entries)
        if entry is None:
            del entries[name_of(path)]
        else:
            entries[name_of(path)] = entry
        changed = replace(parent, entries=entries, modified=parent.modified if time is None else time)
        if parent_of(path) == "/":
            self.root = changed
        else:
            self._put(parent_of(path), changed, None)


def tree_of(
    files: Mapping[str, str | bytes], *, time: float = 0.0, mode: Callable[[str], int] = lambda path: 0o644
) -> MemoryTree:
    """A tree with these files (path to content) and the directories they need."""
    tree = MemoryTree()
    for path, content in files.items():
        make_directories(tree, parent_of(path), Stamp(time, mode=0o755))
        tree.write(path, content.encode() if isinstance(content, str) else content, Stamp(time, mode=mode(path)))
    return tree


def make_directories(tree: MemoryTree, path: str, stamp: Stamp) -> None:
    """Create a directory and those above it, as far as they are missing."""
    made = ""
    for name in path.split("/")[1:] if path != "/" else ():
        made += "/" + name
        try:
            tree.make_directory(made, stamp)
        except FileError as error:
            if error.code != "EEXIST":
                raise
