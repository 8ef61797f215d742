"""`kubectl help` and `kubectl options`."""

from __future__ import annotations

from tutor.kubectl.command import Command, Invocation


def _help(invocation: Invocation) -> None:
    from tutor.kubectl.commands import find_command
    from tutor.kubectl.help import command_help, general_help, usage_of_all
    from tutor.kubectl.main import resolve

    words = invocation.args
    if not words:
        invocation.out(general_help())
        return
    if find_command(words[0]) is None:  # kubectl `pkg/cmd/help/help.go`; words behind a command do not matter
        invocation.err(f"Unknown help topic {_listed(words)}\n\n{usage_of_all()}")
        return
    parents, command, _ = resolve(words)
    path = " ".join(["kubectl", *(parent.name for parent in parents), command.name])
    invocation.out(command_help(command, path))


def _listed(words: list[str]) -> str:
    """Words as Go's %#q writes a list of them."""
    return f"[{' '.join(f'`{word}`' for word in words)}]"


def _options(invocation: Invocation) -> None:
    from tutor.kubectl.globalflags import GLOBAL_FLAGS
    from tutor.kubectl.help import flags_help

    invocation.out("The following options can be passed to any command:\n\n" + flags_help(GLOBAL_FLAGS))


def _alpha(invocation: Invocation) -> None:
    invocation.err("No alpha commands are available in this version of kubectl\n")


COMMANDS = {
    "alpha": Command(name="alpha", short="Commands for features in alpha", usage="alpha", run=_alpha),
    "help": Command(
        name="help", short="Help about any command", usage="help [command]", run=_help, arguments="commands"
    ),
    "options": Command(
        name="options", short="Print the list of flags inherited by all commands", usage="options", run=_options
    ),
}
