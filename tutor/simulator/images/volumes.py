"""The content of all volumes, by id. Containers of one pod, and pods that share a claim, see the same content.

Machines hold trees that know their volume's id only; the content is here, as values that never change in place, so that saving
it is copying one dict.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from tutor.posix.memory import Directory, MemoryTree
    from tutor.posix.tree import FileInfo, FileTree, Stamp

Files = Mapping[str, bytes]
"""Content by path, without a leading slash."""
NOTHING: Files = {}
FILE_MODE = 0o644
_SET_GROUP, _STICKY = 0o2000, 0o1000


class Projected(NamedTuple):
    """Files that the kubelet puts into a volume: their modes where they are special, and when it did."""

    files: Files
    modes: Mapping[str, int] = {}
    at: float = 0.0
    in_memory: bool = False
    """Whether its file system is one in memory, whose root everybody can write to as to /tmp."""
    group: int | None = None
    """Whose files they are by the pod's fsGroup."""

    def mode(self, path: str) -> int:
        """The mode of a file."""
        return self.modes.get(path.lstrip("/"), FILE_MODE)


class Written(NamedTuple):
    """What containers have written to a volume, and how many bytes of it there are."""

    root: Directory
    used: int
    most: int | None = None
    """How many there may be; None where only the machine's own bound holds."""


class Shelf:
    """Where the content of volumes is, for all trees that show it. Saved trees know their shelf but not what is on it: a store
    that is loaded puts its content there."""

    def __init__(self) -> None:
        self.files: dict[str, Projected] = {}
        self.written: dict[str, Written] = {}
        self._shown: dict[str, tuple[Projected, Directory]] = {}
        """Files as trees, as long as they stay what they were."""

    def __deepcopy__(self, memo: dict[int, Any]) -> Shelf:
        return self

    def __reduce__(self) -> tuple[type[Shelf], tuple[()]]:
        return Shelf, ()

    def open(self, volume: str) -> MemoryTree:
        """A volume's content as a tree."""
        from tutor.posix.memory import MemoryTree

        tree = MemoryTree()
        files = self.files.get(volume)
        if files is None:
            if volume in self.written:
                tree.root, tree.used, most = self.written[volume]
                tree.capacity = tree.capacity if most is None else most
            return tree
        shown = self._shown.get(volume)
        if shown is None or shown[0] is not files:
            shown = self._shown[volume] = (files, _linked(files).root)
        tree.root = shown[1]
        return tree

    def keep(self, volume: str, tree: MemoryTree) -> None:
        """A container has written to a volume. What the kubelet puts there stays as it is."""
        if volume not in self.files:
            before = self.written.get(volume)
            self.written[volume] = Written(tree.root, tree.used, before.most if before is not None else None)

    def drop(self, volume: str) -> None:
        """Forget a volume."""
        self.files.pop(volume, None)
        self.written.pop(volume, None)
        self._shown.pop(volume, None)


class VolumeStore:
    """Volumes are either files that the kubelet puts there (ConfigMaps, Secrets ...) or trees that containers write to."""

    def __init__(self) -> None:
        self._shelf = Shelf()

    def put_files(self, volume: str, content: Projected) -> None:
        """Make a volume hold exactly these files."""
        old = self._shelf.files.get(volume)
        if old is None or (old.files, old.modes) != (content.files, content.modes):
            self._shelf.files[volume] = content

    def make(self, volume: str, mode: int, group: int, at: float, most: int | None = None) -> None:
        """Make sure that there is a directory that containers can write to, with at most so many bytes in it."""
        if volume not in self._shelf.written:
            from tutor.posix.memory import Directory

            self._shelf.written[volume] = Written(Directory({}, mode, at, 0, group), 0, most)

    def put_tree(self, volume: str, tree: MemoryTree) -> None:
        """Make a volume hold what a tree holds, unless it is there already."""
        if volume not in self._shelf.written:
            self._shelf.written[volume] = Written(tree.root, tree.used)

    def kind(self, volume: str, path: str) -> str | None:
        """What there is at a path of a volume that containers can write to: "file", "directory" ...; None for nothing."""
        from tutor.posix.errors import FileError

        try:
            return self._shelf.open(volume).info(path).kind
        except FileError:
            return None

    def make_file(self, volume: str, path: str, at: float) -> None:
        """Make an empty file."""
        from tutor.posix.tree import Stamp

        tree = self._shelf.open(volume)
        tree.write(path, b"", Stamp(at, mode=FILE_MODE))
        self._shelf.keep(volume, tree)

    def make_directory(self, volume: str, path: str, at: float, mode: int) -> None:
        """Make a directory with a mode, and those above it."""
        from tutor.posix.memory import make_directories
        from tutor.posix.tree import Stamp

        tree = self._shelf.open(volume)
        make_directories(tree, path, Stamp(at, mode=mode))
        self._shelf.keep(volume, tree)

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
        return self._files(volume).get(path)

    def names(self, volume: str, path: str) -> list[str] | None:
        """The names in a directory, None when there is none."""
        if volume in self._shelf.written:
            from tutor.posix.errors import FileError

            try:
                return self._shelf.open(volume).list(f"/{path}")
            except FileError:
                return None
        prefix = f"{path}/" if path else ""
        names = {name[len(prefix) :].split("/")[0] for name in self._files(volume) if name.startswith(prefix)}
        return sorted(names) if names or not path else None

    def _files(self, volume: str) -> Files:
        found = self._shelf.files.get(volume)
        return NOTHING if found is None else found.files

    def drop_pod(self, uid: str) -> None:
        """Forget the volumes that were a pod's own."""
        prefix = f"pod/{uid}/"
        for volume in [name for name in (*self._shelf.files, *self._shelf.written) if name.startswith(prefix)]:
            self.drop(volume)

    def part(self, volume: str, inner: str, at: float) -> FileTree:
        """The volume as a file tree of which `inner` is to be mounted; made if it is missing, as kubelets do. A part of what the
        kubelet puts there stays as it is at that moment."""
        from tutor.posix.memory import make_directories, tree_of
        from tutor.posix.tree import Stamp

        projected = self._shelf.files.get(volume)
        if not inner:
            return VolumeTree(self._shelf, volume)
        if projected is not None:
            tree = tree_of({f"/{p}": data for p, data in projected.files.items()}, time=at, mode=projected.mode)
        else:
            tree = self._shelf.open(volume)
        if not _is_there(tree, f"/{inner}"):
            make_directories(tree, f"/{inner}", Stamp(at, mode=0o777))
            self._shelf.keep(volume, tree)
        return tree if projected is not None else VolumeTree(self._shelf, volume)

    def save(self) -> Any:
        """The state as an immutable value."""
        return self._shelf, tuple(self._shelf.files.items()), tuple(self._shelf.written.items())

    def load(self, state: Any) -> None:
        """Go back to a saved state."""
        self._shelf, files, written = state
        self._shelf.files, self._shelf.written = dict(files), dict(written)


def _is_there(tree: MemoryTree, path: str) -> bool:
    from tutor.posix.errors import FileError

    try:
        tree.info(path)
    except FileError:
        return False
    return True


def _linked(projected: Projected) -> MemoryTree:
    """Files the way kubelets put them there, so that all of them change in one moment: in a directory named after the time,
    which `..data` points to, with links beside it (pkg/volume/util/atomic_writer.go). With a group all is that group's, and so
    is what comes into its directories (pkg/volume/volume_linux.go)."""
    from tutor.posix.memory import MemoryTree, make_directories
    from tutor.posix.tree import Stamp, parent_of

    at = projected.at
    moment = datetime.fromtimestamp(int(at), UTC).strftime("..%Y_%m_%d_%H_%M_%S") + f".{int(at % 1 * 1e9) or 1:09}"
    tree = MemoryTree()
    group, inherited = projected.group or 0, 0 if projected.group is None else _SET_GROUP
    tree.change("/", mode=0o777 | inherited | (_STICKY if projected.in_memory else 0), owner=(0, group), time=at)
    directory = Stamp(at, 0, group, 0o755 | inherited)
    tree.make_directory(f"/{moment}", directory)
    tree.make_link("/..data", moment, Stamp(at))
    for path, content in projected.files.items():
        make_directories(tree, parent_of(f"/{moment}/{path}"), directory)
        tree.write(f"/{moment}/{path}", content, Stamp(at, 0, group, projected.mode(path)))
    for name in sorted({path.split("/")[0] for path in projected.files}):
        tree.make_link(f"/{name}", f"..data/{name}", Stamp(at))
    return tree


class VolumeTree:
    """One volume as a FileTree (see `tutor.posix.tree.FileTree`). Copies of a machine share it."""

    def __init__(self, shelf: Shelf, volume: str) -> None:
        self._shelf = shelf
        self._volume = volume

    def __deepcopy__(self, memo: dict[int, Any]) -> VolumeTree:
        return self

    def used(self) -> int:
        """Bytes in all files."""
        return self._tree().used

    def bound(self) -> tuple[int, int] | None:
        """How many bytes it may hold and holds, if it has a bound of its own as directories in memory do."""
        written = self._shelf.written.get(self._volume)
        return None if written is None or written.most is None else (written.most, written.used)

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
