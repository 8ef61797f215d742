"""sysctl: parameters of the kernel, which are files under /proc/sys."""

from __future__ import annotations

from tutor.posix.errors import FileError
from tutor.posix.text import decode
from tutor.posix.tools.base import Invocation, tool

_PLACE = "/proc/sys"


@tool("sysctl")
def sysctl(invocation: Invocation) -> int:
    options = invocation.options("neaAwqp")
    names = options.operands
    if {"a", "A"} & options.flags:
        names = sorted(_all(invocation, _PLACE))
    failed = 0
    for word in names:
        name, equals, value = word.partition("=")
        try:
            _one(invocation, name, value if equals else None, bare="n" in options.flags)
        except FileError as error:
            failed = 1
            if "e" not in options.flags:
                invocation.complain(_trouble(name, error, setting=bool(equals)))
    return failed


def _path(name: str) -> str:
    return f"{_PLACE}/{name if '/' in name else name.replace('.', '/')}"


def _one(invocation: Invocation, name: str, value: str | None, *, bare: bool) -> None:
    """Show a parameter, or set it."""
    path, shown = _path(name), name.replace("/", ".")
    if value is not None:
        invocation.files.info(path)
        invocation.files.write(path, f"{value}\n".encode())
    for line in decode(invocation.files.read(path)).splitlines() or [""]:
        invocation.out(f"{line}\n" if bare else f"{shown} = {line}\n")


def _trouble(name: str, error: FileError, *, setting: bool) -> str:
    if error.code == "ENOENT":
        return f"error: '{name}' is an unknown key"
    return f"error {'setting' if setting else 'reading'} key '{name}': {error.reason}"


def _all(invocation: Invocation, directory: str) -> list[str]:
    """The names of all parameters."""
    found = []
    for name in invocation.files.list(directory):
        path = f"{directory}/{name}"
        if invocation.files.is_directory(path):
            found += _all(invocation, path)
        else:
            found.append(path.removeprefix(f"{_PLACE}/").replace("/", "."))
    return found
