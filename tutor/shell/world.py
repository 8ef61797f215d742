"""The little computer the practice shell runs on: its files, its user, its environment and its commands."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from pathlib import Path

from tutor.posix import DEFAULT_PATH, HostCommand, HostInfo, Machine, MemoryTree, Mount, Namespace, User, install
from tutor.posix.loader import standard_commands
from tutor.posix.memory import tree_of
from tutor.shell.column import Column
from tutor.shell.kubefile import FOLDER, KubeconfigTree
from tutor.shell.workspace import OWNER, WorkspaceTree

HOME = "/home/learner"
"""Where the workspace folder stands in the shell."""
TEMPORARY_SIZE = 16 * 1024 * 1024
"""Bytes that fit in /tmp, which is forgotten when the shell closes."""
_FILES = {
    "/etc/passwd": f"root:x:0:0:root:/root:/bin/bash\nlearner:x:{OWNER}:{OWNER}::{HOME}:/bin/bash\n",
    "/etc/group": f"root:x:0:\nlearner:x:{OWNER}:\n",
    "/etc/hostname": "tutor\n",
}
_SAME_AS = {"less": "cat", "more": "cat"}
"""Pagers: the pane scrolls, so they print."""


def new_machine(workspace: Path, host_commands: Iterable[str], kubeconfig: Callable[[], str]) -> Machine:
    """A machine with the workspace as the learner's home.

    `host_commands` are those the tutor carries out itself; `kubeconfig` gives what `~/.kube/config` holds.
    """
    standard = standard_commands()
    entries = {name: standard.entries[other] for name, other in _SAME_AS.items()}
    commands = standard.having({"column": Column, **entries, **{name: HostCommand() for name in host_commands}})
    root = tree_of(_FILES)
    install(root, commands.entries)
    temporary = MemoryTree(TEMPORARY_SIZE)
    temporary.change("/", mode=0o1777)
    mounts = (
        Mount("/tmp", temporary),
        Mount(HOME, WorkspaceTree(workspace)),
        Mount(f"{HOME}/{FOLDER}", KubeconfigTree(kubeconfig), read_only=True),
    )
    files = Namespace.of(root, mounts, user=User(OWNER, OWNER), read_only=True)
    return Machine(files, commands, HostInfo(hostname="tutor", shell="bash"), now=time.time())


def environment() -> dict[str, str]:
    """What the shell starts with. Nothing of the host's environment is in it."""
    return {
        "PATH": DEFAULT_PATH,
        "HOME": HOME,
        "USER": "learner",
        "LOGNAME": "learner",
        "SHELL": "/bin/bash",
        "TERM": "dumb",
        "EDITOR": "vi",
    }
