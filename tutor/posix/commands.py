"""From a command's name to a program: the table of programs there are, and the search along PATH.

A program that is installed in a file tree is a file whose content starts with the marker of an executable and
goes on with the program's name in the table. So `which`, `ls /bin`, copying a program into a shared volume and an
image without a shell all behave as they do on a real machine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tutor.posix.errors import CommandNotFound, FileError, NotExecutable
from tutor.posix.hostcalls import HostProgram
from tutor.posix.memory import MemoryTree, make_directories
from tutor.posix.text import decode
from tutor.posix.tree import Stamp

if TYPE_CHECKING:
    from tutor.posix.process import Process, Program

MAGIC = b"\x7fELF"
DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_MAX_INTERPRETERS = 4

Factory = Callable[[list[str]], "Program"]
"""Makes the program for an argument list (`argv[0]` is the name it was called by). A class or a module's function."""


@dataclass(frozen=True)
class HostCommand:
    """A command the host carries out. `catches` names the signals it wants to see instead of dying from them."""

    catches: frozenset[str] = frozenset()


@dataclass(frozen=True)
class CommandTable:
    """Programs by name. A table never changes, so copies of a machine share it."""

    entries: Mapping[str, Factory | HostCommand] = field(default_factory=dict)

    def __deepcopy__(self, memo: dict[int, Any]) -> CommandTable:
        return self

    def having(self, entries: Mapping[str, Factory | HostCommand]) -> CommandTable:
        """A table with these programs as well (or instead, where names are the same)."""
        return CommandTable({**self.entries, **entries})

    def program(self, name: str, argv: list[str]) -> Program:
        """A fresh program. Raises NotExecutable for a name that is not in the table."""
        entry = self.entries.get(name)
        if entry is None:
            raise NotExecutable(name, f"the program '{name}' is not simulated")
        return HostProgram(entry.catches) if isinstance(entry, HostCommand) else entry(argv)


def install(tree: MemoryTree, names: Iterable[str], directory: str = "/bin") -> None:
    """Put programs into a file tree, as files in one directory."""
    make_directories(tree, directory, Stamp(0.0, mode=0o755))
    for name in names:
        tree.write(f"{directory.rstrip('/')}/{name}", MAGIC + name.encode(), Stamp(0.0, mode=0o755))


def find(process: Process, name: str, search: str) -> str:
    """The path of the file a command name stands for, along the directories of `search` (a PATH).

    Raises CommandNotFound, or NotExecutable when a file of that name exists but may not be run.
    """
    if "/" in name:
        return _executable(process, name)
    denied: NotExecutable | None = None
    for directory in search.split(":"):
        try:
            return _executable(process, f"{directory or '.'}/{name}")
        except CommandNotFound:
            continue
        except NotExecutable as error:
            denied = error
    raise denied or CommandNotFound(name)


def _executable(process: Process, name: str) -> str:
    try:
        path = process.path(name)
        info = process.files.info(path)
    except FileError as error:
        if error.code == "EACCES":
            raise NotExecutable(name) from None
        raise CommandNotFound(name) from None
    if info.is_directory or not process.files.permits_running(info):
        raise NotExecutable(name)
    return path


def load(process: Process, argv: list[str], search: str) -> tuple[list[str], Program]:
    """The program for an argument list and the arguments it runs with (a script's differ: its interpreter comes first)."""
    for _ in range(_MAX_INTERPRETERS):
        if not argv or not argv[0]:
            raise CommandNotFound("")
        path = find(process, argv[0], search)
        content = process.files.read(path)
        if content.startswith(MAGIC):
            return argv, process.machine.commands.program(decode(content[len(MAGIC) :]), argv)
        argv = [*_interpreter(path, content), path if "/" not in argv[0] else argv[0], *argv[1:]]
    raise NotExecutable(argv[0], FileError("ELOOP").reason)


def _interpreter(path: str, content: bytes) -> list[str]:
    """What runs a script: its `#!` line, or the shell for text without one."""
    first = content[:256].split(b"\n", 1)[0]
    if first.startswith(b"#!"):
        words = decode(first[2:]).split(maxsplit=1)
        if not words:
            raise NotExecutable(path, FileError("ENOEXEC").reason)
        return [words[0], *words[1:]]
    if b"\0" in content[:256]:
        raise NotExecutable(path, FileError("ENOEXEC").reason)
    return ["/bin/sh"]
