"""Builtins about the shell's state: variables, options, aliases, positional parameters and the working directory."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tutor.posix.builtins.table import BUILTINS, Result, builtin
from tutor.posix.commands import DEFAULT_PATH, find
from tutor.posix.errors import CommandNotFound, FileError, NotExecutable, ShellError
from tutor.posix.simple_parser import RESERVED_WORDS
from tutor.posix.tracing import quote

if TYPE_CHECKING:
    from tutor.posix.shell import Shell

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LONG_OPTIONS = {
    "errexit": "e",
    "nounset": "u",
    "xtrace": "x",
    "noglob": "f",
    "allexport": "a",
    "noclobber": "C",
    "pipefail": "pipefail",
}
_KEYWORDS = RESERVED_WORDS | {"[[", "function"}


def _split(shell: Shell, text: str) -> tuple[str, str | None]:
    name, equals, value = text.partition("=")
    append = name.endswith("+") and bool(equals)
    name = name[:-1] if append else name
    if not _NAME.fullmatch(name):
        raise ShellError(f"{name}: bad variable name", 2)
    return name, ((shell.variables.get(name) or "") + value if append else value) if equals else None


@builtin("export", "readonly", special=True)
def export(shell: Shell, argv: list[str]) -> Result:
    args = [arg for arg in argv[1:] if arg not in ("-p", "--")]
    exported = argv[0] == "export" and args[:1] != ["-n"]
    for text in args[1:] if args[:1] == ["-n"] else args:
        name, value = _split(shell, text)
        if value is not None:
            shell.variables.set(name, value)
        shell.variables.mark(name, exported=exported if argv[0] == "export" else None, read_only=argv[0] == "readonly")
    if not args:
        for name, variable in sorted(shell.variables.table.items()):
            if variable.exported if argv[0] == "export" else variable.read_only:
                shell.write(
                    f"{argv[0]} {name}" + ("" if variable.value is None else "=" + quote(variable.value)) + "\n"
                )
    return 0


@builtin("local", "declare", "typeset")
def local(shell: Shell, argv: list[str]) -> Result:
    if not shell.variables.scopes and argv[0] == "local":
        raise ShellError("not in a function", 2)
    for text in argv[1:]:
        if text.startswith("-") and argv[0] != "local":
            raise ShellError(f"{text}: not simulated; assign a plain variable instead", 2)
        name, value = _split(shell, text)
        if shell.variables.scopes:
            shell.variables.make_local(name)
        if value is not None:
            shell.variables.set(name, value)
    return 0


@builtin("unset", special=True)
def unset(shell: Shell, argv: list[str]) -> Result:
    functions = argv[1:2] == ["-f"]
    for name in argv[2:] if argv[1:2] in (["-f"], ["-v"]) else argv[1:]:
        if functions:
            shell.functions.pop(name, None)
        else:
            shell.variables.unset(name)
    return 0


@builtin("shift", special=True)
def shift(shell: Shell, argv: list[str]) -> Result:
    text = argv[1] if len(argv) > 1 else "1"
    count = int(text[:9]) if text.isdecimal() else -1
    if count < 0:
        raise ShellError(f"Illegal number: {text}", 2)
    if count > len(shell.variables.positional):
        if shell.dialect.kind == "dash":
            raise ShellError("can't shift that many", 2)
        return 1
    del shell.variables.positional[:count]
    return 0


@builtin("set", special=True)
def set_(shell: Shell, argv: list[str]) -> Result:
    if len(argv) == 1:
        for name, variable in sorted(shell.variables.table.items()):
            if variable.value is not None:
                shell.write(f"{name}={quote(variable.value)}\n")
        return 0
    index = set_options(shell, argv, 1)
    if index < len(argv) or argv[index - 1] == "--":
        shell.variables.positional = argv[index:]
    return 0


def set_options(shell: Shell, argv: list[str], index: int) -> int:
    """Apply `-eux`, `+e`, `-o name` ... from an argument list; returns the index of the first operand."""
    while index < len(argv) and argv[index][:1] in ("-", "+") and len(argv[index]) > 1:
        text = argv[index]
        index += 1
        if text == "--":
            break
        for letter in text[1:]:
            if letter == "o":
                _set_option(
                    shell,
                    _LONG_OPTIONS.get(argv[index] if index < len(argv) else "", ""),
                    text[0],
                    argv[index : index + 1],
                )
                index += 1
            else:
                _set_option(shell, letter if letter in "euxfaCbhmnv" else "", text[0], [text[0] + letter])
    return min(index, len(argv))


def _set_option(shell: Shell, option: str, sign: str, shown: list[str]) -> None:
    if not option:
        raise ShellError(f"illegal option {' '.join(shown)}", 2)
    if sign == "-":
        shell.options.add(option)
    else:
        shell.options.discard(option)


@builtin("alias")
def alias(shell: Shell, argv: list[str]) -> Result:
    status = 0
    for text in argv[1:] or sorted(shell.aliases):
        name, equals, value = text.partition("=")
        if equals and name:
            shell.aliases[name] = value
        elif name in shell.aliases:
            prefix = "alias " if shell.dialect.kind == "bash" else ""
            shell.write(f"{prefix}{name}='{shell.aliases[name]}'\n")
        else:
            shell.complain(f"{name} not found")
            status = 1
    return status


@builtin("unalias")
def unalias(shell: Shell, argv: list[str]) -> Result:
    if argv[1:2] == ["-a"]:
        shell.aliases.clear()
        return 0
    missing = [name for name in argv[1:] if shell.aliases.pop(name, None) is None]
    return int(bool(missing))


@builtin("cd", "chdir")
def cd(shell: Shell, argv: list[str]) -> Result:
    args = [arg for arg in argv[1:] if arg not in ("-L", "-P", "--")]
    target = args[0] if args else shell.variables.get("HOME")
    if target is None:
        shell.complain("HOME not set")
        return 1
    back = target == "-"
    target = (shell.variables.get("OLDPWD") or shell.process.cwd) if back else target
    problem = _enter(shell, target)
    if problem:
        shell.complain(shell.dialect.cannot_change_directory(target, problem))
        return 2 if shell.dialect.kind == "dash" else 1
    if back:
        shell.write(shell.process.cwd + "\n")
    return 0


def _enter(shell: Shell, target: str) -> str:
    """Change directory; the words of the problem if that is not possible."""
    process = shell.process
    try:
        path = process.path(target or ".")
        info = process.files.info(path)
    except FileError as error:
        return error.reason
    if not info.is_directory:
        return FileError("ENOTDIR").reason
    if not process.files.permits(path, "x"):
        return FileError("EACCES").reason
    shell.variables.set("OLDPWD", process.cwd)
    process.cwd = path
    shell.variables.set("PWD", path)
    return ""


@builtin("pwd")
def pwd(shell: Shell, argv: list[str]) -> Result:
    shell.write((shell.process.files.resolve(shell.process.cwd) if "-P" in argv else shell.process.cwd) + "\n")
    return 0


@builtin("umask")
def umask(shell: Shell, argv: list[str]) -> Result:
    if len(argv) == 1:
        shell.write(f"{shell.process.files.umask:04o}\n")
        return 0
    if not re.fullmatch(r"[0-7]{1,4}", argv[1]):
        raise ShellError(f"Illegal mode: {argv[1]}", 2)
    shell.process.files.umask = int(argv[1], 8) & 0o777
    return 0


def describe(shell: Shell, name: str) -> tuple[str, str] | None:
    """What a command name stands for: its kind and, for a file or an alias, where or what."""
    if name in shell.aliases:
        return "alias", shell.aliases[name]
    if name in _KEYWORDS:
        return "keyword", name
    if name in shell.functions:
        return "function", name
    if name in BUILTINS:
        return "builtin", name
    try:
        return "file", find(shell.process, name, shell.variables.get("PATH") or DEFAULT_PATH)
    except (CommandNotFound, NotExecutable):
        return None


@builtin("type")
def type_(shell: Shell, argv: list[str]) -> Result:
    status = 0
    for name in argv[1:]:
        found = describe(shell, name)
        if found is None:
            shell.write(f"{name}: not found\n")
            status = 127
            continue
        kind, detail = found
        bash = shell.dialect.kind == "bash"
        words = {
            "alias": f"aliased to `{detail}'" if bash else f"an alias for {detail}",
            "keyword": "a shell keyword",
            "function": "a function" if bash else "a shell function",
            "builtin": "a shell builtin",
        }
        shell.write(f"{name} is {words.get(kind, detail)}\n")
    return status
