"""The files as processes of one machine see them: mounts, symbolic links, permissions and the time on new files.

Paths given here are absolute and normalised (`tree.join`); the paths in errors are the ones given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from tutor.posix import limits
from tutor.posix.errors import FileError
from tutor.posix.tree import FileInfo, FileTree, Stamp, join, name_of, parent_of
from tutor.posix.walks import Walks

_READ, _WRITE, _SEARCH = 4, 2, 1
NOWHERE = ""
_SET_GROUP = 0o2000


@dataclass(eq=False)
class Mount:
    """A tree, or the part of it under `source`, seen at `path`."""

    path: str
    tree: FileTree
    source: str = "/"
    read_only: bool = False

    def inner(self, path: str) -> str:
        rest = path[len(self.path) :] if self.path != "/" else path
        if not rest or rest == "/":
            return self.source
        return rest if self.source == "/" else self.source + rest


@dataclass(frozen=True)
class User:
    """Who the processes run as."""

    uid: int = 0
    gid: int = 0
    groups: tuple[int, ...] = ()
    may_give: bool = True
    """Whether root may give files to others (CAP_CHOWN)."""


@dataclass(eq=False)
class Namespace:
    """A root tree with others mounted into it. `now` is set by the machine and dates every change."""

    root: Mount
    mounts: list[Mount] = field(default_factory=list)
    user: User = User()
    umask: int = 0o022
    now: float = 0.0
    _walks: Walks = field(default_factory=Walks, repr=False)

    @classmethod
    def of(
        cls, tree: FileTree, mounts: Iterable[Mount] = (), *, user: User | None = None, read_only: bool = False
    ) -> Namespace:
        """A namespace whose root is `tree`."""
        ordered = sorted(mounts, key=lambda mount: len(mount.path), reverse=True)
        return cls(Mount("/", tree, read_only=read_only), ordered, user or User())

    def mount_of(self, path: str) -> Mount:
        """The mount a path without symbolic links belongs to."""
        for mount in self.mounts:
            if path == mount.path or path.startswith(mount.path + "/"):
                return mount
        return self.root

    def resolve(self, path: str, *, follow: bool = True) -> str:
        """The path with its symbolic links replaced. The last component need not exist; `follow` covers it too."""
        content = getattr(self.root.tree, "root", None)
        known = self._walks.of(content, self.user, len(self.mounts))
        end = known.get((path, follow))
        if end is None:
            end, in_root = self._walk(path, follow=follow)
            if in_root and content is not None:
                known[path, follow] = end
        if end == NOWHERE:
            raise FileError("ENOENT", path)
        return end

    def _walk(self, path: str, *, follow: bool) -> tuple[str, bool]:
        """Where a path leads, NOWHERE when a directory on the way is missing, and whether the way is all in the root tree."""
        todo, done, links = list(reversed(path.split("/")[1:])) if path != "/" else [], "/", 0
        in_root = True
        while todo:
            name = todo.pop()
            if name in ("", "."):
                continue
            candidate = join(done, name) if name == ".." else f"{done.rstrip('/')}/{name}"
            in_root = in_root and self.mount_of(candidate) is self.root
            try:
                info = self._raw_info(candidate, path, last=not todo)
            except FileError as error:
                if error.code != "ENOENT":
                    raise
                return NOWHERE, in_root
            if info is None or info.kind != "link" or not (todo or follow):
                self._check_search(info, todo, path)
                done = candidate
                continue
            links += 1
            if links > limits.SYMBOLIC_LINKS:
                raise FileError("ELOOP", path)
            todo += reversed(info.target.split("/"))
            done = "/" if info.target.startswith("/") else done
        return done, in_root

    def _check_search(self, info: FileInfo | None, todo: list[str], path: str) -> None:
        if todo and info is not None:
            if not info.is_directory:
                raise FileError("ENOTDIR", path)
            if not self._permits(info, _SEARCH):
                raise FileError("EACCES", path)

    def _raw_info(self, candidate: str, path: str, *, last: bool) -> FileInfo | None:
        """About a path whose directories are resolved; a missing last component is None, others are an error."""
        mount = self.mount_of(candidate)
        try:
            return mount.tree.info(mount.inner(candidate))
        except FileError as error:
            if error.code != "ENOENT":
                raise FileError(error.code, path) from None
            if any(other.path.startswith(candidate + "/") for other in self.mounts):
                return FileInfo("directory", 0o755)
            if last:
                return None
            raise FileError("ENOENT", path) from None

    def info(self, path: str, *, follow: bool = True) -> FileInfo:
        info = self._raw_info(self.resolve(path, follow=follow), path, last=False)
        if info is None:
            raise FileError("ENOENT", path)
        return info

    def lookup(self, path: str, *, follow: bool = True) -> FileInfo | None:
        """Like `info`, but None when there is no such file or it cannot be reached."""
        try:
            return self.info(path, follow=follow)
        except FileError:
            return None

    def is_directory(self, path: str) -> bool:
        info = self.lookup(path)
        return info is not None and info.is_directory

    def permits(self, path: str, letter: str) -> bool:
        """Whether the user may read ("r"), write ("w") or execute or search ("x") an existing file."""
        info = self.lookup(path)
        if info is None or (letter == "w" and self.mount_of(self.resolve(path)).read_only):
            return False
        return self._permits(info, {"r": _READ, "w": _WRITE, "x": _SEARCH}[letter])

    def permits_running(self, info: FileInfo) -> bool:
        """Whether the user may execute (or search) what `info` is about."""
        return self._permits(info, _SEARCH)

    def list(self, path: str) -> list[str]:
        """Names in a directory, with the mount points in it."""
        resolved = self.resolve(path)
        info = self.info(path)
        if info.is_directory and not self._permits(info, _READ):
            raise FileError("EACCES", path)
        prefix = resolved.rstrip("/") + "/"
        points = {mount.path[len(prefix) :].split("/")[0] for mount in self.mounts if mount.path.startswith(prefix)}
        mount = self.mount_of(resolved)
        try:
            return sorted({*mount.tree.list(mount.inner(resolved)), *points})
        except FileError as error:
            if points and error.code == "ENOENT":
                return sorted(points)
            raise FileError(error.code, path) from None

    def read(self, path: str) -> bytes:
        resolved = self.resolve(path)
        info = self._raw_info(resolved, path, last=False)
        if info is None:
            raise FileError("ENOENT", path)
        if info.is_directory:
            raise FileError("EISDIR", path)
        if not self._permits(info, _READ):
            raise FileError("EACCES", path)
        mount = self.mount_of(resolved)
        return mount.tree.read(mount.inner(resolved))

    def write(self, path: str, data: bytes, *, append: bool = False, mode: int = 0o666) -> None:
        """Replace or extend a file; a new one gets `mode` without the umask's bits."""
        resolved = self.resolve(path)
        mount = self._writable(resolved, path)
        info = self._raw_info(resolved, path, last=True)
        if info is None:
            self._check_directory(resolved, path)
        elif info.is_directory:
            raise FileError("EISDIR", path)
        elif not self._permits(info, _WRITE):
            raise FileError("EACCES", path)
        operation = mount.tree.append if append else mount.tree.write
        self._as(path, lambda: operation(mount.inner(resolved), data, self._stamp(mode, resolved)))

    def make_directory(self, path: str, mode: int = 0o777) -> None:
        resolved, mount = self._target(path)
        self._as(path, lambda: mount.tree.make_directory(mount.inner(resolved), self._stamp(mode, resolved)))

    def make_link(self, path: str, target: str) -> None:
        resolved, mount = self._target(path)
        self._as(path, lambda: mount.tree.make_link(mount.inner(resolved), target, self._stamp(0o777)))

    def remove(self, path: str) -> None:
        """Remove a file, a link (not what it points to) or an empty directory."""
        self.info(path, follow=False)
        resolved, mount = self._target(path, exists=True)
        if any(resolved == other.path for other in self.mounts):
            raise FileError("EBUSY", path)
        self._as(path, lambda: mount.tree.remove(mount.inner(resolved)))

    def rename(self, old: str, new: str) -> None:
        self.info(old, follow=False)
        source, mount = self._target(old, exists=True)
        target, other = self._target(new, exists=True)
        if mount is not other:
            raise FileError("EXDEV", new)
        self._as(new, lambda: mount.tree.rename(mount.inner(source), mount.inner(target)))

    def change(
        self, path: str, *, mode: int | None = None, owner: tuple[int, int] | None = None, time: float | None = None
    ) -> None:
        """Set permission bits, owner or modification time; only the owner and root may."""
        info = self.info(path)
        resolved = self.resolve(path)
        mount = self._writable(resolved, path)
        if self.user.uid not in (0, info.uid) or (owner and (self.user.uid or not self.user.may_give)):
            raise FileError("EPERM", path)
        mount.tree.change(mount.inner(resolved), mode=mode, owner=owner, time=time)

    @staticmethod
    def _as(path: str, operation: Callable[[], None]) -> None:
        """Do something to a tree; an error names the path the caller knows, not the tree's own."""
        try:
            operation()
        except FileError as error:
            raise FileError(error.code, path) from None

    def _target(self, path: str, *, exists: bool = False) -> tuple[str, Mount]:
        """Where to create, replace or remove an entry, after checking that the directory lets us."""
        resolved = self.resolve(path, follow=False)
        if not exists and self._raw_info(resolved, path, last=True) is not None:
            raise FileError("EEXIST", path)
        mount = self._writable(resolved, path)
        self._check_directory(resolved, path)
        return resolved, mount

    def _writable(self, resolved: str, path: str) -> Mount:
        mount = self.mount_of(resolved)
        if mount.read_only:
            raise FileError("EROFS", path)
        return mount

    def _check_directory(self, resolved: str, path: str) -> None:
        directory = self._raw_info(parent_of(resolved), path, last=False)
        if directory is None or not directory.is_directory:
            raise FileError("ENOTDIR", path)
        if not self._permits(directory, _WRITE):
            raise FileError("EACCES", path)
        if not name_of(resolved):
            raise FileError("EEXIST", path)

    def _permits(self, info: FileInfo, bit: int) -> bool:
        user = self.user
        if user.uid == 0:
            return bit != _SEARCH or info.is_directory or bool(info.mode & 0o111)
        if user.uid == info.uid:
            return bool(info.mode >> 6 & bit)
        if info.gid == user.gid or info.gid in user.groups:
            return bool(info.mode >> 3 & bit)
        return bool(info.mode & bit)

    def _stamp(self, mode: int, resolved: str = "") -> Stamp:
        """What is left on a new file; in a directory with the set-group-ID bit it belongs to the directory's group."""
        group = self.user.gid
        if resolved:
            directory = self._raw_info(parent_of(resolved), resolved, last=True)
            group = directory.gid if directory is not None and directory.mode & _SET_GROUP else group
        return Stamp(self.now, self.user.uid, group, mode & ~self.umask)
