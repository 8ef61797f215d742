"""`kubectl plugin`: the built-in kubectl runs no plugins, because they are programs of the computer it runs on."""

from __future__ import annotations

from tutor.kubectl.command import Command, Invocation
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.flags import boolean


def _list(invocation: Invocation) -> None:
    if invocation.args:
        raise invocation.usage_error(f"unexpected arguments: [{' '.join(invocation.args)}]")
    raise KubectlError("unable to find any kubectl plugins in your PATH")


COMMAND = Command(
    name="plugin",
    short="Provides utilities for interacting with plugins",
    usage="plugin [flags]",
    long="""
    A plugin is a program named kubectl-NAME that kubectl NAME starts. Plugins are installed with a plugin
    manager such as krew. The built-in kubectl runs none: use your own kubectl with the same kubeconfig. """,
    subcommands=(
        Command(
            name="list",
            short="List all visible plugin executables on a user's PATH",
            usage="plugin list [flags]",
            run=_list,
            flags=(boolean("name-only", "Only the names of the plugins."),),
        ),
    ),
)
