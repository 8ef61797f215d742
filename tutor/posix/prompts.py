"""Prompts of an interactive shell: PS1 and PS2 with their backslash escapes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tutor.posix import parameters
from tutor.posix.errors import ShellSyntaxError
from tutor.posix.syntax import Literal, Parameter
from tutor.posix.users import user_name
from tutor.posix.words import parse_prompt

if TYPE_CHECKING:
    from tutor.posix.shell import Shell

_ESCAPE = re.compile(r"\\([wWhHuns$\[\]\\])")
_DEFAULTS = {"busybox": "\\w \\$ ", "dash": "\\$ ", "bash": "\\u@\\h:\\w\\$ "}


def prompt(shell: Shell, *, continued: bool) -> str:
    """The text to show. Parameters in it are expanded; commands in it are not run."""
    text = shell.variables.get("PS2" if continued else "PS1")
    if text is None:
        text = "> " if continued else _DEFAULTS[shell.dialect.kind]
    expanded = _ESCAPE.sub(lambda match: _escape(shell, match[1]), text)
    try:
        parts = parse_prompt(expanded).parts
    except ShellSyntaxError:
        return expanded
    return "".join(
        part.text if isinstance(part, Literal) else (parameters.lookup(shell, part.name) or "")
        for part in parts
        if isinstance(part, Literal | Parameter)
    )


def _escape(shell: Shell, letter: str) -> str:
    process = shell.process
    if letter in "wW":
        home = shell.variables.get("HOME") or ""
        inside = len(home) > 1 and (process.cwd == home or process.cwd.startswith(home + "/"))
        path = "~" + process.cwd[len(home) :] if inside else process.cwd
        return path if letter == "w" else path.rsplit("/", 1)[-1] or "/"
    values = {
        "h": process.machine.host.hostname.split(".")[0],
        "H": process.machine.host.hostname,
        "u": user_name(process.files, process.files.user.uid) or str(process.files.user.uid),
        "n": "\n",
        "s": shell.name.rsplit("/", 1)[-1],
        "$": "#" if process.files.user.uid == 0 else "$",
        "\\": "\\\\",
    }
    return values.get(letter, "")
