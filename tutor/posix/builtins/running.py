"""Builtins about other commands: `command`, `builtin`, and the small tools the shell runs without a process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.posix.builtins.state import describe
from tutor.posix.builtins.table import BUILTINS, Result, builtin
from tutor.posix.frames.simple import SimpleFrame
from tutor.posix.tools.base import Invocation
from tutor.posix.tools.printing import print_words, printf
from tutor.posix.tools.testing import test

if TYPE_CHECKING:
    from tutor.posix.shell import Shell


def _invocation(shell: Shell, argv: list[str]) -> Invocation:
    return Invocation(shell.process, argv, title=shell.tool_title(argv[0]))


@builtin("echo")
def echo_builtin(shell: Shell, argv: list[str]) -> Result:
    return print_words(_invocation(shell, argv), interpret=shell.dialect.kind == "dash")


@builtin("printf")
def printf_builtin(shell: Shell, argv: list[str]) -> Result:
    if argv[1:2] == ["-v"] and len(argv) > 3 and shell.dialect.kind == "bash":
        invocation = Invocation(shell.process, [argv[0], *argv[3:]], captured=[])
        status = printf(invocation)
        shell.variables.set(argv[2], "".join(invocation.captured or []))
        return status
    return printf(_invocation(shell, argv))


@builtin("test", "[")
def test_builtin(shell: Shell, argv: list[str]) -> Result:
    return test(_invocation(shell, argv))


@builtin("command")
def command(shell: Shell, argv: list[str]) -> Result:
    args = argv[1:]
    if args[:1] in (["-v"], ["-V"]):
        return _locate(shell, args[1:], verbose=args[0] == "-V")
    args = args[1:] if args[:1] in (["-p"], ["--"]) else args
    if not args:
        return 0
    if args[0] in BUILTINS:
        shell.command = args[0]
        return BUILTINS[args[0]](shell, args)
    frame = shell.frames[-1]
    assert isinstance(frame, SimpleFrame)
    shell.command = ""
    frame.external(shell, args, in_place=False)
    return None


def _locate(shell: Shell, names: list[str], *, verbose: bool) -> int:
    if verbose:
        result = BUILTINS["type"](shell, ["type", *names])
        return result if isinstance(result, int) else 0
    status = 0
    for name in names:
        found = describe(shell, name)
        if found is None:
            status = 127 if shell.dialect.kind != "bash" else 1
            continue
        shell.write((f"alias {name}='{found[1]}'" if found[0] == "alias" else found[1]) + "\n")
    return status
