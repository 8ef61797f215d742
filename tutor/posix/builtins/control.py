"""Builtins that steer the run: break, continue, return, exit, eval, `.`, exec, trap, and `:`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.posix import signals
from tutor.posix.builtins.table import Result, builtin
from tutor.posix.commands import DEFAULT_PATH
from tutor.posix.errors import CommandNotFound, FileError, NotExecutable, ShellError
from tutor.posix.frames.base import Frame
from tutor.posix.frames.compound import LoopFrame
from tutor.posix.frames.scripts import EvalFrame, FunctionFrame, TrapFrame
from tutor.posix.frames.simple import SimpleFrame
from tutor.posix.text import decode
from tutor.posix.tracing import quote

if TYPE_CHECKING:
    from tutor.posix.shell import Shell


@builtin(":", special=True)
@builtin("true")
def true(shell: Shell, argv: list[str]) -> Result:
    return 0


@builtin("false")
def false(shell: Shell, argv: list[str]) -> Result:
    return 1


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal()):
        raise ShellError(f"Illegal number: {text}", 2)
    return int(text[:9])


@builtin("break", "continue", special=True)
def leave_loop(shell: Shell, argv: list[str]) -> Result:
    levels = _number(argv[1]) if len(argv) > 1 else 1
    loops = list[LoopFrame]()
    for frame in reversed(shell.frames):
        if isinstance(frame, FunctionFrame):
            break
        if isinstance(frame, LoopFrame):
            loops.append(frame)
    if not loops:
        return 0
    loop = loops[min(max(levels, 1), len(loops)) - 1]
    shell.unwind_to(loop)
    if argv[0] == "break":
        loop.leave(shell)
    else:
        loop.again(shell)
    return None


@builtin("return", special=True)
def return_(shell: Shell, argv: list[str]) -> Result:
    status = _number(argv[1]) & 255 if len(argv) > 1 else shell.status
    target = next((frame for frame in reversed(shell.frames) if _can_return(frame)), None)
    if target is None:
        shell.exit(status)
        return None
    shell.unwind_to(target)
    shell.status = status
    return None


def _can_return(frame: Frame) -> bool:
    return isinstance(frame, FunctionFrame) or (isinstance(frame, EvalFrame) and frame.returns)


@builtin("exit", special=True)
def exit_(shell: Shell, argv: list[str]) -> Result:
    inside_trap = next((frame.status for frame in shell.frames if isinstance(frame, TrapFrame)), shell.status)
    shell.exit(_number(argv[1]) if len(argv) > 1 else inside_trap)
    return None


@builtin("eval", special=True)
def eval_(shell: Shell, argv: list[str]) -> Result:
    text = " ".join(argv[1:])
    return EvalFrame(shell, text) if text.strip() else 0


@builtin(".", "source", special=True)
def source(shell: Shell, argv: list[str]) -> Result:
    if len(argv) < 2:
        raise ShellError("filename argument required", 2)
    try:
        text = decode(shell.process.files.read(_script_path(shell, argv[1])))
    except FileError as error:
        searched = shell.dialect.kind == "dash" and "/" not in argv[1]
        reason = (
            f"{argv[1]}: not found" if searched else shell.dialect.cannot_open(argv[1], error.reason, creating=False)
        )
        shell.complain(reason)
        if shell.interactive or shell.dialect.kind == "bash":
            return 1
        raise ShellError("", 2) from None
    return EvalFrame(shell, text, returns=True, arguments=argv[2:] or None)


def _script_path(shell: Shell, name: str) -> str:
    """Where `.` finds a file: as given when it has a slash, else along PATH, else (but not in dash) here."""
    process = shell.process
    for directory in [] if "/" in name else (shell.variables.get("PATH") or DEFAULT_PATH).split(":"):
        path = process.path(f"{directory or '.'}/{name}")
        if (info := process.files.lookup(path)) and not info.is_directory:
            return path
    if shell.dialect.kind == "dash" and "/" not in name:
        raise FileError("ENOENT", name)
    return process.path(name)


@builtin("exec", special=True)
def exec_(shell: Shell, argv: list[str]) -> Result:
    frame = shell.frames[-1]
    assert isinstance(frame, SimpleFrame)
    if len(argv) == 1:
        frame.keep_redirections(shell)
        return 0
    try:
        shell.become(argv[1:], shell.variables.environment())
    except (CommandNotFound, NotExecutable) as error:
        missing = isinstance(error, CommandNotFound)
        reason = "not found" if isinstance(error, CommandNotFound) else error.reason
        raise ShellError(f"{argv[1]}: {reason}", 127 if missing else 126) from None
    return None


@builtin("trap", special=True)
def trap(shell: Shell, argv: list[str]) -> Result:
    args = argv[2:] if argv[1:2] == ["--"] else argv[1:]
    if not args:
        for name, action in shell.traps.items():
            shell.write(f"trap -- {quote(action)} {name}\n")
        return 0
    if len(args) == 1 or args[0].isdecimal():
        action, names = "-", args
    else:
        action, names = args[0], args[1:]
    statuses = [_set_trap(shell, action, name) for name in names]
    return max(statuses, default=0)


def _set_trap(shell: Shell, action: str, text: str) -> int:
    name = "EXIT" if text in ("0", "EXIT") else signals.name_of(text)
    if name is None:
        shell.complain(f"{text}: invalid signal specification")
        return 1
    shell.traps.pop(name, None)
    shell.process.ignored.discard(name)
    if action == "":
        shell.process.ignored.add(name)
    elif action != "-":
        shell.traps[name] = action
    return 0
