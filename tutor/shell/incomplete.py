"""Whether a line typed at the prompt has to go on before it can be run."""

from __future__ import annotations

from collections.abc import Mapping

from tutor.posix.errors import ShellSyntaxError
from tutor.posix.parser import parse_next


def is_incomplete(text: str, aliases: Mapping[str, str]) -> bool:
    """True for an open quote, an open `(`, `do` or `then`, a here-document without its end, and a trailing backslash.

    Text that is simply wrong is complete: running it says what is wrong.
    """
    stripped = text.removesuffix("\n")
    if (len(stripped) - len(stripped.rstrip("\\"))) % 2:
        return True
    position = 0
    try:
        while True:
            command, position = parse_next(text, position, aliases)
            if command is None:
                return False
    except ShellSyntaxError as error:
        return error.incomplete
