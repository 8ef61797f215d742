"""`kubectl help` and `kubectl options`."""

from __future__ import annotations

from tutor.kubectl.command import Command, Invocation


def _help(invocation: Invocation) -> None:
    from tutor.kubectl.help import command_help, general_help
    from tutor.kubectl.main import resolve

    words = invocation.args
    if not words:
        invocation.out(general_help())
        return
    parents, command, rest = resolve(words)
    if rest:
        invocation.err(f'Unknown help topic ["{" ".join(words)}"]\n')
        invocation.out(general_help())
        return
    path = " ".join(["kubectl", *(parent.name for parent in parents), command.name])
    invocation.out(command_help(command, path))


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
