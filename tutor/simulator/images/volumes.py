"""The content of all volumes, by id. Containers of one pod, and pods that share a claim, see the same content.

Machines hold trees that know their volume's id only; the content is here, as values that never change in place, so that saving
it is copying one dict.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tutor.posix.memory import Directory, MemoryTree
    from tutor.posix.tree import FileInfo, FileTree, Stamp

Files = Mapping[str, bytes]
"""Content by path, without a leading slash."""


class VolumeStore:
    """Volumes are either files that the kubelet puts there (ConfigMaps, Secrets ...) or trees that containers write to."""

    def __init__(self) -> None:
        self._files: dict[str, Files] = {}
        self._roots: dict[str, Directory] = {}

    def put_files(self, volume: str, files: Files) -> None:
        """Make a volume hold exactly these files."""
        self._files[volume] = files

    def drop(self, volume: str) -> None:
        """Forget a volume."""
        self._files.pop(volume, None)
        self._roots.pop(volume, None)

    def file(self, volume: str, path: str) -> bytes | None:
        """A file's content, None when there is none."""
        if volume in self._roots:
            from tutor.posix.errors import FileError

            try:
                return self._open(volume).read(f"/{path}")
            except FileError:
                return None
        return self._files.get(volume, {}).get(path)

    def names(self, volume: str, path: str) -> list[str] | None:
        """The names in a directory, None when there is none."""
        if volume in self._roots:
            from tutor.posix.errors import FileError

            try:
                return self._open(volume).list(f"/{path}")
            except FileError:
                return None
        prefix = f"{path}/" if path else ""
        names = {name[len(prefix) :].split("/")[0] for name in self._files.get(volume, {}) if name.startswith(prefix)}
        return sorted(names) if names or not path else None

    def drop_pod(self, uid: str) -> None:
        """Forget the volumes that were a pod's own."""
        prefix = f"pod/{uid}/"
        for volume in [name for name in (*self._files, *self._roots) if name.startswith(prefix)]:
            self.drop(volume)

    def tree(self, volume: str) -> FileTree:
        """The volume as a file tree."""
        return VolumeTree(self, volume)

    def _open(self, volume: str) -> MemoryTree:
        from tutor.posix.memory import MemoryTree, tree_of

        if volume in self._files:
            return tree_of({f"/{path}": content for path, content in self._files[volume].items()})
        tree = MemoryTree()
        tree.root = self._roots.get(volume, tree.root)
        return tree

    def _keep(self, volume: str, tree: MemoryTree) -> None:
        if volume not in self._files:
            self._roots[volume] = tree.root

    def save(self) -> Any:
        """The state as an immutable value."""
        return tuple(self._files.items()), tuple(self._roots.items())

    def load(self, state: Any) -> None:
        """Go back to a saved state."""
        files, roots = state
        self._files, self._roots = dict(files), dict(roots)


class VolumeTree:
    """One volume as a FileTree (see `tutor.posix.tree.FileTree`). Copies of a machine share it."""

    def __init__(self, store: VolumeStore, volume: str) -> None:
        self._store = store
        self._volume = volume

    def __deepcopy__(self, memo: dict[int, Any]) -> VolumeTree:
        return self

    def _tree(self) -> MemoryTree:
        return self._store._open(self._volume)

    def info(self, path: str) -> FileInfo:
        return self._tree().info(path)

    def list(self, path: str) -> list[str]:
        return self._tree().list(path)

    def read(self, path: str) -> bytes:
        return self._tree().read(path)

    def write(self, path: str, data: bytes, stamp: Stamp) -> None:
        tree = self._tree()
        tree.write(path, data, stamp)
        self._store._keep(self._volume, tree)

    def append(self, path: str, data: bytes, stamp: Stamp) -> None:
        tree = self._tree()
        tree.append(path, data, stamp)
        self._store._keep(self._volume, tree)

    def make_directory(self, path: str, stamp: Stamp) -> None:
        tree = self._tree()
        tree.make_directory(path, stamp)
        self._store._keep(self._volume, tree)

    def make_link(self, path: str, target: str, stamp: Stamp) -> None:
        tree = self._tree()
        tree.make_link(path, target, stamp)
        self._store._keep(self._volume, tree)

    def remove(self, path: str) -> None:
        tree = self._tree()
        tree.remove(path)
        self._store._keep(self._volume, tree)

    def rename(self, old: str, new: str) -> None:
        tree = self._tree()
        tree.rename(old, new)
        self._store._keep(self._volume, tree)

    def change(
        self, path: str, *, mode: int | None = None, owner: tuple[int, int] | None = None, time: float | None = None
    ) -> None:
        tree = self._tree()
        tree.change(path, mode=mode, owner=owner, time=time)
        self._store._keep(self._volume, tree)
