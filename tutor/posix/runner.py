"""The light front end: run a script to its end and return what it wrote. For tests and simple hosts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from tutor.posix.commands import DEFAULT_PATH, CommandTable, install
from tutor.posix.loader import standard_commands
from tutor.posix.machine import HostInfo, Machine
from tutor.posix.memory import MemoryTree, tree_of
from tutor.posix.namespace import Mount, Namespace, User
from tutor.posix.signals import status_of
from tutor.posix.tree import FileTree


class Result(NamedTuple):
    """How a script ended. `stdout` and `stderr` are bytes as written."""

    status: int
    stdout: bytes
    stderr: bytes


def userland(files: Mapping[str, str | bytes] | None = None, *, commands: CommandTable | None = None) -> MemoryTree:
    """A small system: all commands in /bin, the usual directories, and these files on top."""
    base = {
        "/etc/passwd": "root:x:0:0:root:/root:/bin/sh\n",
        "/etc/group": "root:x:0:\n",
        "/tmp/.keep": "",
        "/var/tmp/.keep": "",
        "/root/.keep": "",
    }
    tree = tree_of({**base, **(files or {})})
    for keep in ("/tmp/.keep", "/var/tmp/.keep", "/root/.keep"):
        tree.remove(keep)
    for directory in ("/tmp", "/var/tmp"):
        tree.change(directory, mode=0o777)
    install(tree, (commands or standard_commands()).entries)
    return tree


def new_machine(
    tree: FileTree | None = None,
    mounts: tuple[Mount, ...] = (),
    *,
    user: User | None = None,
    read_only: bool = False,
    commands: CommandTable | None = None,
    host: HostInfo | None = None,
    now: float = 0.0,
    seed: int = 0,
    guards_init: bool = True,
) -> Machine:
    """A machine with the standard commands. `tree` is its root; without one it gets a `userland` of its own."""
    files = Namespace.of(tree if tree is not None else userland(), mounts, user=user, read_only=read_only)
    return Machine(files, commands or standard_commands(), host, now=now, seed=seed, guards_init=guards_init)


def run_script(
    text: str,
    *arguments: str,
    files: Mapping[str, str | bytes] | None = None,
    stdin: bytes = b"",
    environment: Mapping[str, str] | None = None,
    cwd: str = "/",
    shell: str = "sh",
    machine: Machine | None = None,
    budget: int = 1_000_000,
) -> Result:
    """Run a script on a machine whose time passes only while everybody sleeps.

    A script that is not done after `budget` steps, or that waits for a host nobody plays, is killed (status 137).
    """
    machine = machine or new_machine(userland(files), guards_init=False)
    argv = [shell, "-c", text, shell, *arguments] if arguments else [shell, "-c", text]
    session = machine.start(argv, {"PATH": DEFAULT_PATH, "HOME": "/root", **(environment or {})}, cwd)
    out, now, pending = {"stdout": b"", "stderr": b""}, machine.now, stdin
    while machine.is_running(session.pid):
        pending = pending[session.feed(pending) :]
        if not pending:
            session.close_input()
        before = machine.steps
        progress = machine.run(now, min(budget, 5_000))
        budget -= machine.steps - before
        for name, data in session.take_output():
            out[name] += data
        if budget <= 0 or (not progress.busy and progress.wake_at is None and not progress.full and not pending):
            break
        if not progress.busy and progress.wake_at is not None and not progress.full:
            now = progress.wake_at
    machine.stop(session.pid)
    return Result(status_of("KILL") if session.status is None else session.status, out["stdout"], out["stderr"])
