"""Names of users and groups, from /etc/passwd and /etc/group in the file tree (passwd(5), group(5))."""

from __future__ import annotations

from collections.abc import Iterator

from tutor.posix.errors import FileError
from tutor.posix.namespace import Namespace
from tutor.posix.text import decode


def user_name(files: Namespace, uid: int) -> str | None:
    """The name of a user, None when /etc/passwd has none."""
    return next((row[0] for row in _rows(files, "/etc/passwd") if len(row) > 2 and row[2] == str(uid)), None)


def group_name(files: Namespace, gid: int) -> str | None:
    """The name of a group, None when /etc/group has none."""
    return next((row[0] for row in _rows(files, "/etc/group") if len(row) > 2 and row[2] == str(gid)), None)


def home_of(files: Namespace, name: str) -> str | None:
    """The home directory of a user by name."""
    return next((row[5] for row in _rows(files, "/etc/passwd") if len(row) > 5 and row[0] == name), None)


def home_of_user(files: Namespace, uid: int) -> str | None:
    """The home directory of a user by number."""
    rows = _rows(files, "/etc/passwd")
    return next((row[5] for row in rows if len(row) > 5 and row[2] == str(uid)), "/root" if uid == 0 else None)


def _rows(files: Namespace, path: str) -> Iterator[list[str]]:
    try:
        text = decode(files.read(path))
    except FileError:
        return
    for line in text.splitlines():
        yield line.split(":")


def user_id(files: Namespace, name: str, path: str = "/etc/passwd") -> int | None:
    """The number of a user (or, in /etc/group, of a group) by name."""
    return next(
        (int(row[2][:9]) for row in _rows(files, path) if len(row) > 2 and row[0] == name and row[2].isdecimal()), None
    )
