"""`kubectl help`, `--help` and the list of all commands, in kubectl's layout."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from tutor.kubectl.commands import GROUPS, find_command
from tutor.kubectl.flags import Flag

if TYPE_CHECKING:
    from tutor.kubectl.command import Command
    from tutor.kubectl.io import KubectlIO


def show_help(command: Command, path: str, io: KubectlIO) -> None:
    io.stdout(command_help(command, path))


def general_help() -> str:
    """What `kubectl` alone prints."""
    return (
        "kubectl controls the Kubernetes cluster manager.\n\n Find more information at: "
        f"https://kubernetes.io/docs/reference/kubectl/\n{usage_of_all()}"
    )


def usage_of_all() -> str:
    """The commands by group and how to go on."""
    parts = []
    for title, names in GROUPS:
        parts.append(f"\n{title}:\n" + "".join(_listed(name) for name in names))
    parts.append("\nUsage:\n  kubectl [flags] [options]\n\n")
    parts.append('Use "kubectl <command> --help" for more information about a given command.\n')
    parts.append('Use "kubectl options" for a list of global command-line options (applies to all commands).\n')
    return "".join(parts)


def _listed(name: str) -> str:
    command = find_command(name)
    assert command is not None  # GROUPS only holds verbs that exist; a test keeps it so
    return f"  {name:<15} {command.short}\n"


def command_help(command: Command, path: str) -> str:
    """The help of one command: what it does, examples, subcommands, flags, usage."""
    parts = [f"{command.short}.\n"]
    if command.long:
        parts.append("\n" + textwrap.indent(textwrap.dedent(command.long).strip(), " ") + "\n")
    if command.aliases:
        parts.append(f"\nAliases:\n{', '.join((command.name, *command.aliases))}\n")
    if command.examples:
        parts.append("\nExamples:\n" + textwrap.indent(textwrap.dedent(command.examples).strip("\n"), "  ") + "\n")
    if command.subcommands:
        width = max(len(item.name) for item in command.subcommands) + 3
        by_name = sorted(command.subcommands, key=lambda item: item.name)
        listed = "".join(f"  {item.name:<{width}}{item.short}\n" for item in by_name)
        parts.append(f"\nAvailable Commands:\n{listed}")
    if command.flags:
        parts.append("\nOptions:\n" + flags_help(command.flags))
    parts.append(_usage(command, path))
    return "".join(parts)


def _usage(command: Command, path: str) -> str:
    text = f"\nUsage:\n  kubectl {command.usage} [options]\n\n"
    if command.subcommands:
        text += f'Use "{path} <command> --help" for more information about a given command.\n'
    return text + 'Use "kubectl options" for a list of global command-line options (applies to all commands).\n'


def flags_help(flags: tuple[Flag, ...]) -> str:
    """The flags in alphabetical order, each with its default and what it does."""
    shown = [flag for flag in flags if not flag.deprecated]
    return "\n".join(_flag_help(flag) for flag in sorted(shown, key=lambda flag: flag.name))


def _flag_help(flag: Flag) -> str:
    short = f"-{flag.short}, " if flag.short else "    "
    text = "\n".join(f"\t{line}" for line in textwrap.wrap(flag.help, 76))
    return f"    {short}--{flag.name}={flag.usage_default()}:\n{text}\n"
