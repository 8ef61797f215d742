"""Walking a directory tree, for find, ls -R, grep -r, rm -r, cp -r and du."""

from __future__ import annotations

from collections.abc import Iterator

from tutor.posix import limits
from tutor.posix.errors import FileError, ToolError
from tutor.posix.process import Process
from tutor.posix.tree import FileInfo


def walk(process: Process, top: str) -> Iterator[tuple[str, FileInfo]]:
    """A file and all below it as (name as the user would write it, info), directories before what is in them.

    Symbolic links are not followed. Raises FileError when there is no such file.
    """
    stack, count = [top], 0
    while stack:
        name = stack.pop()
        count += 1
        if count > limits.FIELDS:
            raise ToolError("too many files")
        info = process.files.info(process.path(name), follow=False)
        yield name, info
        if info.is_directory:
            children = process.files.list(process.path(name))
            stack += [child(name, entry) for entry in reversed(children)]


def child(directory: str, name: str) -> str:
    """The name of an entry of a directory."""
    return directory + name if directory.endswith("/") else f"{directory}/{name}"


def remove_all(process: Process, top: str) -> None:
    """Remove a file or a directory with all that is in it."""
    names = [name for name, _ in walk(process, top)]
    for name in reversed(names):
        process.files.remove(process.path(name))


def copy_all(process: Process, source: str, target: str, *, keep: bool, deep: bool) -> None:
    """Copy a file, or with `deep` a directory, to exactly `target`. `keep` keeps times and modes."""
    files = process.files
    info = files.info(process.path(source), follow=not deep)
    if info.is_directory and not deep:
        raise ToolError(f"omitting directory '{source}'")
    if info.is_directory and (process.path(target) + "/").startswith(process.path(source) + "/"):
        raise ToolError(f"recursion detected, omitting directory '{source}'")
    for name, found in list(walk(process, source)) if deep else [(source, info)]:
        path = process.path(target + name[len(source) :])
        if found.is_directory:
            if not files.is_directory(path):
                files.make_directory(path)
        elif found.kind == "link":
            files.make_link(path, found.target)
            continue
        elif found.kind == "device":
            raise FileError("EINVAL", name)
        else:
            files.write(path, files.read(process.path(name)), mode=found.mode)
        files.change(
            path, mode=found.mode if keep or found.mode & 0o111 else None, time=found.modified if keep else None
        )
