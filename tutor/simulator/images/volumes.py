"""The content of all volumes, by id. Containers of one pod, and pods that share a claim, see the same content.

Machines hold trees that know their volume's id only; the content is here, as values that never change in place, so that saving
it is copying one dict.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from tutor.posix.memory import Directory, MemoryTree
    from tutor.posix.tree import FileInfo, FileTree, Stamp

Files = Mapping[str, bytes]
"""Content by path, without a leading slash."""


class Written(NamedTuple):
    """What containers have written to a volume, and how many bytes of it there are."""

    root: Directory
    used: int


class Shelf:
    """Where the content of volumes is, for all trees that show it. Saved trees know their shelf but not what is on it: a store
    that is loaded puts its content there."""

    def __init__(self) -> None:
        self.files: dict[str, Files] = {}
        self.written: dict[str, Written] = {}
        self._shown: dict[str, tuple[Files, Directory]] = {}
        """Files as trees, as long as they stay what they were."""

    def __deepcopy__(self, memo: dict[int, Any]) -> Shelf:
        return self

    def __reduce__(self) -> tuple[type[Shelf], tuple[()]]:
        return Shelf, ()

    def open(self, volume: str) -> MemoryTree:
        """A volume's content as a tree."""
        from tutor.posix.memory import MemoryTree, tree_of

        tree = MemoryTree()
        files = self.files.get(volume)
        if files is None:
            if volume in self.written:
                tree.root, tree.used = self.written[volume]
            return tree
        shown = self._shown.get(volume)
        if shown is None or shown[0] is not files:
            made = tree_of({f"/{path}": content for path, content in files.items()})
            shown = self._shown[volume] = (files, made.root)
        tree.root = shown[1]
        return tree

    def keep(self, volume: str, tree: MemoryTree) -> None:
        """A container has written to a volume. What the kubelet puts there stays as it is."""
        if volume not in self.files:
            self.written[volume] = Written(tree.root, tree.used)

    def drop(self, volume: str) -> None:
        """Forget a volume."""
        self.files.pop(volume, None)
        self.written.pop(volume, None)
        self._shown.pop(volume, None)


class VolumeStore:
    """Volumes are either files that the kubelet puts there (ConfigMaps, Secrets ...) or trees that containers write to."""

    def __init__(self) -> None:
        self._shelf = Shelf()

    def put_files(self, volume: str, files: Files) -> None:
        """Make a volume hold exactly these files."""
        self._shelf.files[volume] = files

    def used(self, volume: str) -> int:
        """How many bytes containers have written to a volume."""
        written = self._shelf.written.get(volume)
        return written.used if written is not None else 0

    def drop(self, volume: str) -> None:
        """Forget a volume."""
        self._shelf.drop(volume)

    def file(self, volume: str, path: str) -> bytes | None:
        """A file's content, None when there is none."""
        if volume in self._shelf.written:
            from tutor.posix.errors import FileError

            try:
                return self._shelf.open(volume).read(f"/{path}")
            except FileError:
                return None
        return self._shelf.files.get(volume, {}).get(path)

    def names(self, volume: str, path: str) -> list[str] | None:
        """The names in a directory, None when there is none."""
        if volume in self._shelf.written:
            from tutor.posix.errors import FileError

            try:
                return self._shelf.open(volume).list(f"/{path}")
            except FileError:
                return None
        prefix = f"{path}/" if path else ""
        names = {
            name[len(prefix) :].split("/")[0] for name in self._shelf.files.get(volume, {}) if name.startswith(prefix)
        }
        return sorted(names) if names or not path else None

    def drop_pod(self, uid: str) -> None:
        """Forget the volumes that were a pod's own."""
        prefix = f"pod/{uid}/"
        for volume in [name for name in (*self._shelf.files, *self._shelf.written) if name.startswith(prefix)]:
            self.drop(volume)

    def tree(self, volume: str) -> FileTree:
        """The volume as a file tree."""
        return VolumeTree(self._shelf, volume)

    def save(self) -> Any:
        """The state as an immutable value."""
        return self._shelf, tuple(self._shelf.files.items()), tuple(self._shelf.written.items())

    def load(self, state: Any) -> None:
        """Go back to a saved state."""
        self._shelf, files, written = state
        self._shelf.files, self._shelf.written = dict(files), dict(written)


class VolumeTree:
    """One volume as a FileTree (see `tutor.posix.tree.FileTree`). Copies of a machine share it."""

    def __init__(self, shelf: Shelf, volume: str) -> None:
        self._shelf = shelf
        self._volume = volume

    def __deepcopy__(self, memo: dict[int, Any]) -> VolumeTree:
        return self

    def _tree(self) -> MemoryTree:
        return self._shelf.open(self._volume)

    def info(self, path: str) -> FileInfo:
        return self._tree().info(path)

    def list(self, path: str) -> list[str]:
        return self._tree().list(path)

    def read(self, path: str) -> bytes:
        return self._tree().read(path)

    def write(self, path: str, data: bytes, stamp: Stamp) -> None:
        tree = self._tree()
        tree.write(path, data, stamp)
        self._shelf.keep(self._volume, tree)

    def append(self, path: str, data: bytes, stamp: Stamp) -> None:
        tree = self._tree()
        tree.append(path, data, stamp)
        self._shelf.keep(self._volume, tree)

    def make_directory(self, path: str, stamp: Stamp) -> None:
        tree = self._tree()
        tree.make_directory(path, stamp)
        self._shelf.keep(self._volume, tree)

    def make_link(self, path: str, target: str, stamp: Stamp) -> None:
        tree = self._tree()
        tree.make_link(path, target, stamp)
        self._shelf.keep(self._volume, tree)

    def remove(self, path: str) -> None:
        tree = self._tree()
        tree.remove(path)
        self._shelf.keep(self._volume, tree)

    def rename(self, old: str, new: str) -> None:
        tree = self._tree()
        tree.rename(old, new)
        self._shelf.keep(self._volume, tree)

    def change(
        self, path: str, *, mode: int | None = None, owner: tuple[int, int] | None = None, time: float | None = None
    ) -> None:
        tree = self._tree()
        tree.change(path, mode=mode, owner=owner, time=time)
        self._shelf.keep(self._volume, tree)
