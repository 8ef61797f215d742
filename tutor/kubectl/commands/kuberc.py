"""`kubectl kuberc`: a file of defaults and aliases for kubectl, which the built-in one does not read."""

from __future__ import annotations

from tutor.kubectl.command import Command, Invocation
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.flags import array, boolean, string
from tutor.kubectl.printers.report import PRINT_FLAGS

_INSTEAD = "In the practice shell, use an alias: alias kgp='kubectl get pods -o wide'."


def _refuse(invocation: Invocation) -> None:
    raise KubectlError(f"the built-in kubectl has no kuberc file. {_INSTEAD}")


COMMAND = Command(
    name="kuberc",
    short="Manage kuberc configuration files",
    usage="kuberc SUBCOMMAND",
    long=f"""
    A kuberc file holds your own defaults for flags, and aliases for commands. The built-in kubectl has none.
    {_INSTEAD}
    """,
    subcommands=(
        Command(
            name="set",
            short="Set values in the kuberc configuration",
            usage="kuberc set --section (defaults|aliases) --command COMMAND",
            run=_refuse,
            flags=(
                string("section", "Section to change: defaults or aliases."),
                string("command", "Command to set defaults for."),
                string("name", "Name of the alias."),
                array("option", "flag=value; may be repeated."),
                array("prependarg", "Argument to put first; may be repeated."),
                array("appendarg", "Argument to put last; may be repeated."),
                boolean("overwrite", "Replace what is there."),
            ),
        ),
        Command(
            name="view",
            short="Display the current kuberc configuration",
            usage="kuberc view",
            run=_refuse,
            flags=PRINT_FLAGS,
        ),
    ),
)
