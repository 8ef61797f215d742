"""The workspace folder as the file tree of the practice shell.

Nothing outside the folder can be reached through it: every part of a path is looked at before it is stepped through,
and a symbolic link is never followed here. The shell follows links itself, inside its own files, so that a link to
`/etc/passwd` means the practice shell's file of that name and not the learner's.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from tutor.posix import FileError, FileInfo, Stamp
from tutor.posix.tree import parent_of

MAX_FILE = 8 * 1024 * 1024
"""Bytes one file may have to be read or written."""
MAX_TOTAL = 64 * 1024 * 1024
"""Bytes all files together may reach through the shell."""
MAX_FILES = 4_000
"""Files and folders there may be."""
MAX_DEPTH = 64
"""Folders inside each other."""
HIDDEN_PREFIX = ".k8s-tutor"
"""Names that start so are the tutor's own and do not exist for the shell."""
OWNER = 1000

_CODES = {
    errno.ENOENT: "ENOENT",
    errno.ENOTDIR: "ENOTDIR",
    errno.EISDIR: "EISDIR",
    errno.EEXIST: "EEXIST",
    errno.ENOTEMPTY: "ENOTEMPTY",
    errno.ENOSPC: "ENOSPC",
    errno.EROFS: "EROFS",
    errno.EPERM: "EPERM",
    errno.EINVAL: "EINVAL",
    errno.ENAMETOOLONG: "ENAMETOOLONG",
    errno.ELOOP: "EACCES",
}
_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


class WorkspaceTree:
    """A `tutor.posix.FileTree` over a real folder, which must exist."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()
        self._used, self._count = self._measure()

    def info(self, path: str) -> FileInfo:
        found = self._stat(path)
        if stat.S_ISDIR(found.st_mode):
            return FileInfo("directory", 0o755, 4096, found.st_mtime, OWNER, OWNER)
        mode = stat.S_IMODE(found.st_mode) & 0o777
        if stat.S_ISLNK(found.st_mode):
            return FileInfo("link", 0o777, found.st_size, found.st_mtime, OWNER, OWNER, self._target(path))
        kind = "file" if stat.S_ISREG(found.st_mode) else "device"
        return FileInfo(kind, mode, found.st_size, found.st_mtime, OWNER, OWNER)

    def list(self, path: str) -> list[str]:
        folder = self._locate(path)
        try:
            names = os.listdir(folder)
        except OSError as problem:
            raise _file_error(problem, path) from None
        return sorted(name for name in names if not _is_hidden(name) and "\n" not in name)

    def read(self, path: str) -> bytes:
        handle = self._open(path, os.O_RDONLY)
        try:
            if os.fstat(handle).st_size > MAX_FILE:
                raise FileError("EFBIG", path)
            with os.fdopen(os.dup(handle), "rb") as file:
                return file.read(MAX_FILE)
        finally:
            os.close(handle)

    def write(self, path: str, data: bytes, stamp: Stamp) -> None:
        old = self._size(path)
        self._reserve(path, old, len(data))
        self._put(path, data, os.O_TRUNC)

    def append(self, path: str, data: bytes, stamp: Stamp) -> None:
        old = self._size(path)
        self._reserve(path, old, (old or 0) + len(data))
        self._put(path, data, os.O_APPEND)

    def make_directory(self, path: str, stamp: Stamp) -> None:
        self._reserve(path, None, 0)
        try:
            os.mkdir(self._locate(path))
        except OSError as problem:
            self._count -= 1
            raise _file_error(problem, path) from None

    def make_link(self, path: str, target: str, stamp: Stamp) -> None:
        """Refused: a link in a real folder could lead other programs out of it."""
        raise FileError("EPERM", path)

    def remove(self, path: str) -> None:
        found = self._stat(path)
        if path == "/":
            raise FileError("EBUSY", path)
        try:
            (os.rmdir if stat.S_ISDIR(found.st_mode) else os.unlink)(self._locate(path))
        except OSError as problem:
            raise _file_error(problem, path) from None
        self._count -= 1
        self._used -= found.st_size if stat.S_ISREG(found.st_mode) else 0

    def rename(self, old: str, new: str) -> None:
        source, target = self._stat(old), self._find(new)
        if new.startswith(f"{old}/") or "/" in (old, new):
            raise FileError("EINVAL", new)
        if target is not None and stat.S_ISDIR(target.st_mode) != stat.S_ISDIR(source.st_mode):
            raise FileError("EISDIR" if stat.S_ISDIR(target.st_mode) else "ENOTDIR", new)
        try:
            os.replace(self._locate(old), self._locate(new))
        except OSError as problem:
            raise _file_error(problem, new) from None
        if target is not None and old != new:
            self._count -= 1
            self._used -= target.st_size if stat.S_ISREG(target.st_mode) else 0

    def change(
        self, path: str, *, mode: int | None = None, owner: tuple[int, int] | None = None, time: float | None = None
    ) -> None:
        """Permission bits and the modification time; owners cannot be changed, as the learner is not root."""
        found = self._stat(path)
        if owner not in (None, (OWNER, OWNER)) or stat.S_ISLNK(found.st_mode):
            raise FileError("EPERM", path)
        try:
            if mode is not None and stat.S_ISREG(found.st_mode):
                os.chmod(self._locate(path), mode & 0o777 | stat.S_IRUSR)
            if time is not None:
                os.utime(self._locate(path), (time, time))
        except (OSError, OverflowError, ValueError):
            raise FileError("EPERM", path) from None

    # --- finding files

    def _locate(self, path: str) -> Path:
        """The host's path, after making sure that every folder on the way is a real folder."""
        parts = path.split("/")[1:] if path != "/" else []
        if len(parts) > MAX_DEPTH:
            raise FileError("ENAMETOOLONG", path)
        if any(_is_hidden(part) for part in parts):
            raise FileError("ENOENT", path)
        place = self._root
        for part in parts[:-1]:
            place /= part
            if not stat.S_ISDIR(_lstat(place, path).st_mode):
                raise FileError("ENOTDIR", path)
        return place / parts[-1] if parts else place

    def _stat(self, path: str) -> os.stat_result:
        return _lstat(self._locate(path), path)

    def _find(self, path: str) -> os.stat_result | None:
        try:
            return self._stat(path)
        except FileError as error:
            if error.code == "ENOENT":
                return None
            raise

    def _target(self, path: str) -> str:
        try:
            return os.readlink(self._locate(path))
        except OSError as problem:
            raise _file_error(problem, path) from None

    def _open(self, path: str, flags: int) -> int:
        """Open a regular file; anything else (a pipe would block for ever) is refused."""
        try:
            handle = os.open(self._locate(path), flags | _NO_FOLLOW, 0o644)
        except (OSError, ValueError) as problem:
            raise _file_error(problem, path) from None
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            os.close(handle)
            raise FileError("EISDIR" if self.info(path).is_directory else "EACCES", path)
        return handle

    def _put(self, path: str, data: bytes, flag: int) -> None:
        handle = self._open(path, os.O_WRONLY | os.O_CREAT | flag)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
        except OSError as problem:
            raise _file_error(problem, path) from None

    # --- bounds

    def _size(self, path: str) -> int | None:
        """Bytes of a file, None when there is none."""
        found = self._find(path)
        if found is None:
            self._stat(parent_of(path))
            return None
        if stat.S_ISDIR(found.st_mode):
            raise FileError("EISDIR", path)
        return found.st_size

    def _reserve(self, path: str, old: int | None, new: int) -> None:
        """Count a change of a file's size (None: it is new), or refuse it."""
        if new > MAX_FILE:
            raise FileError("EFBIG", path)
        growth = new - (old or 0)
        if (growth > 0 and self._used + growth > MAX_TOTAL) or (old is None and self._count >= MAX_FILES):
            raise FileError("ENOSPC", path)
        self._used += growth
        self._count += old is None

    def _measure(self) -> tuple[int, int]:
        """Bytes and entries that are there from the start."""
        size = count = 0
        for folder, folders, files in os.walk(self._root):
            count += len(folders) + len(files)
            if count > MAX_FILES:
                break
            size += sum(_lstat(Path(folder, name), name).st_size for name in files)
        return size, count


def _lstat(place: Path, path: str) -> os.stat_result:
    try:
        return os.lstat(place)
    except (OSError, ValueError) as problem:
        raise _file_error(problem, path) from None


def _file_error(problem: OSError | ValueError, path: str) -> FileError:
    """The POSIX error of what the host says; a name the host cannot have is an invalid one."""
    if isinstance(problem, OSError):
        return FileError(_CODES.get(problem.errno or 0, "EACCES"), path)
    return FileError("EINVAL", path)


def _is_hidden(name: str) -> bool:
    return name.startswith(HIDDEN_PREFIX)
