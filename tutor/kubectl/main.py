"""Runs one kubectl command line: finds the command, reads its flags, calls it, and turns failures into messages and exit codes."""

from __future__ import annotations

import functools
from collections.abc import Sequence

from tutor.kubectl.command import Command, Invocation
from tutor.kubectl.commands import find_command
from tutor.kubectl.errors import Interrupted, KubectlError, describe_error
from tutor.kubectl.flags import FlagError, Options, Parser
from tutor.kubectl.globalflags import GLOBAL_FLAGS
from tutor.kubectl.io import KubectlIO
from tutor.kubectl.kubeconfig import KubeConfig
from tutor.kubectl.suggest import unknown_command


def run(argv: Sequence[str], io: KubectlIO, config: KubeConfig) -> int:
    """Runs `kubectl ARGV...` (without the word kubectl itself) and returns its exit code.

    Everything the command prints goes through `io` while it runs. Blocks until the command ends or `io.cancelled` is
    set; never raises for anything the user typed or the server answered.
    """
    try:
        _dispatch(list(argv), io, config)
    except Interrupted as stop:
        return stop.exit_code
    except KubectlError as error:
        io.stderr(describe_error(error))
        return error.exit_code
    return 0


def _dispatch(argv: list[str], io: KubectlIO, config: KubeConfig) -> None:
    from tutor.kubectl.help import general_help, show_help

    if argv[:1] == ["__complete"]:
        from tutor.kubectl.completion import complete
        from tutor.kubectl.completion_scripts import answer

        io.stdout(answer(complete(argv[1:], io, config)))
        return
    if io.environment.get("KUBERC") or any(word.startswith("--kuberc") for word in argv):
        from tutor.kubectl.preferences import prepared

        argv = prepared(argv, io)
    leading, rest = _split_leading_flags(argv)
    if not rest:
        io.stdout(general_help())
        return
    parents, command, remaining = resolve(rest)
    path = " ".join(["kubectl", *(parent.name for parent in parents), command.name])
    try:
        options = Parser((*GLOBAL_FLAGS, *command.flags)).parse([*leading, *remaining])
    except FlagError as problem:
        if str(problem) == "help requested":
            show_help(command, path, io)
            return
        raise KubectlError(f"{problem}\nSee '{path} --help' for usage.") from None
    for flag in command.flags:
        if flag.deprecated and options.given(flag.name):
            io.stderr(f"Flag --{flag.name} has been deprecated, {flag.deprecated}\n")
    _check_required(command, options)
    _apply_template_flag(options)
    chosen = _chosen_config(options, io, config, required="config" not in path.split()[1:2])
    invocation = Invocation(command, path, options, io, chosen, tuple(parents))
    if command.run is None:
        _group(invocation)
        return
    _run(invocation)


def _apply_template_flag(options: Options) -> None:
    """`--template` without `-o` means a Go template (cli-runtime `print_flags.go`)."""
    if options.has("template") and options.has("output") and options.text("template") and not options.text("output"):
        options.values["output"] = "go-template"


def _chosen_config(options: Options, io: KubectlIO, config: KubeConfig, *, required: bool) -> KubeConfig:
    """The kubeconfig of `--kubeconfig` or KUBECONFIG, a file of the workspace; without them the one we were given."""
    path = options.text("kubeconfig") or io.environment.get("KUBECONFIG", "")
    if path in ("", config.shown_path):
        return config
    if required and options.text("kubeconfig") and not io.files.exists(path):
        raise KubectlError(f"stat {path}: no such file or directory")
    return config.other(io.files, path)


def _check_required(command: Command, options: Options) -> None:
    missing = [f'"{flag.name}"' for flag in command.flags if flag.required and not options.given(flag.name)]
    if missing:
        raise KubectlError(f"required flag(s) {', '.join(missing)} not set")


def _run(invocation: Invocation) -> None:
    assert invocation.command.run is not None  # groups were handled before
    if not invocation.options.flag("warnings-as-errors"):
        invocation.command.run(invocation)
        return
    warnings: list[str] = []
    invocation.api.on_warning = warnings.append
    invocation.command.run(invocation)
    for text in warnings:
        invocation.err(f"Warning: {text}\n")
    if warnings:
        plural = "s" if len(warnings) > 1 else ""
        raise KubectlError(f"{len(warnings)} warning{plural} received")


def _group(invocation: Invocation) -> None:
    """A command that only holds subcommands shows its help, and fails when it was given something it does not know."""
    from tutor.kubectl.help import command_help

    if invocation.args:
        raise invocation.usage_error(f'unknown command "{" ".join(invocation.args)}"')
    invocation.err(command_help(invocation.command, invocation.path))
    raise KubectlError("", 1)


def _split_leading_flags(argv: list[str]) -> tuple[list[str], list[str]]:
    """Global flags may stand before the command: `kubectl -n web get pods`."""
    position = 0
    while position < len(argv) and argv[position].startswith("-"):
        if argv[position] in ("-h", "--help"):
            return argv[:position], argv[position + 1 :] or []
        position += 2 if argv[position] in _takes_value() else 1
    return argv[:position], argv[position:]


def leaf_of(argv: list[str]) -> Command | None:
    """The command a whole line names; None when there is no such command."""
    _, rest = _split_leading_flags(argv)
    if not rest or find_command(rest[0]) is None:
        return None
    return resolve(rest)[1]


def resolve(words: list[str]) -> tuple[list[Command], Command, list[str]]:
    """The command a line names, the groups above it, and the words that are left."""
    command = find_command(words[0])
    if command is None:
        raise unknown_command(words[0])
    parents: list[Command] = []
    rest = words[1:]
    while command.subcommands:
        index = _first_argument(rest)
        found = command.subcommand(rest[index]) if index is not None else None
        if found is None or index is None:
            break
        parents.append(command)
        command = found
        rest = rest[:index] + rest[index + 1 :]
    return parents, command, rest


def _first_argument(words: list[str]) -> int | None:
    """Where the first word that is no global flag (nor its value) stands."""
    skip = False
    for index, word in enumerate(words):
        if skip:
            skip = False
        elif word == "--":
            return None
        elif not word.startswith("-"):
            return index
        else:
            skip = word in _takes_value()
    return None


@functools.cache
def _takes_value() -> frozenset[str]:
    """The spellings of global flags whose value is the next word."""
    flags = [flag for flag in GLOBAL_FLAGS if flag.optional_value is None]
    return frozenset(f"--{flag.name}" for flag in flags) | {f"-{flag.short}" for flag in flags if flag.short}


def parse_for_completion(command: Command, words: list[str]) -> Options:
    """What can be read of an unfinished line; unknown or unfinished flags are left out."""
    parser = Parser((*GLOBAL_FLAGS, *command.flags))
    while True:
        try:
            return parser.parse(words)
        except FlagError:
            words = words[:-1]
            parser = Parser((*GLOBAL_FLAGS, *command.flags))
            if not words:
                return parser.options
