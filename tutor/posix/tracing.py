"""`set -x`: show commands as they are run."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tutor.posix.shell import Shell

_SAFE = re.compile(r"[\w@%+=:,./-]+", re.ASCII)


def quote(text: str) -> str:
    """Text as a word of the shell's language that expands to exactly that text."""
    if _SAFE.fullmatch(text):
        return text
    return "'" + text.replace("'", "'\\''") + "'"


def trace(shell: Shell, assigned: dict[str, str], argv: list[str]) -> None:
    """Write one line about a command to standard error, after PS4."""
    words = [f"{name}={quote(value) if value else ''}" for name, value in assigned.items()] + [
        quote(word) for word in argv
    ]
    prefix = shell.variables.get("PS4")
    shell.write_error(("+ " if prefix is None else prefix) + " ".join(words) + "\n")
