"""A small POSIX-style shell with its tools, over an abstract file tree, as plain state.

    machine = new_machine(tree)                                  # processes and files of one container
    session = machine.start(["sh", "-c", script], environment)   # a command with its own standard streams
    progress = machine.run(now)                                  # until all wait: for a time, input, or the host
    session.take_output()

A machine can be copied or pickled at any moment between two runs; see `machine` for the rules and `runner.run_script`
for the shortest way to run something.
"""

from __future__ import annotations

from tutor.posix.commands import DEFAULT_PATH, CommandTable, HostCommand, install
from tutor.posix.errors import CommandNotFound, FileError, NotExecutable
from tutor.posix.hostcalls import HostCall
from tutor.posix.loader import standard_commands
from tutor.posix.machine import HostInfo, Machine, Progress
from tutor.posix.memory import MemoryTree, tree_of
from tutor.posix.namespace import Mount, Namespace, User
from tutor.posix.runner import Result, new_machine, run_script, userland
from tutor.posix.sessions import Session
from tutor.posix.tree import FileInfo, FileTree, ReadOnlyTree, Stamp

__all__ = [
    "DEFAULT_PATH",
    "CommandNotFound",
    "CommandTable",
    "FileError",
    "FileInfo",
    "FileTree",
    "HostCall",
    "HostCommand",
    "HostInfo",
    "Machine",
    "MemoryTree",
    "Mount",
    "Namespace",
    "NotExecutable",
    "Progress",
    "ReadOnlyTree",
    "Result",
    "Session",
    "Stamp",
    "User",
    "install",
    "new_machine",
    "run_script",
    "standard_commands",
    "tree_of",
    "userland",
]
