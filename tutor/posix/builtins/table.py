"""The table of builtins. A builtin gets the shell and its arguments and returns one of

- an exit status;
- a frame, which goes on the stack and leaves the status in `shell.status` (for builtins that wait or run text);
- None, when it has changed the flow of control itself.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tutor.posix.frames.base import Frame

if TYPE_CHECKING:
    from tutor.posix.shell import Shell

Result = int | Frame | None
Builtin = Callable[["Shell", list[str]], Result]

BUILTINS: dict[str, Builtin] = {}
SPECIAL = set[str]()
"""Special builtins (POSIX XCU 2.14): found before functions, and assignments before them stay."""
DECLARATIONS = frozenset({"export", "readonly", "local", "declare", "typeset"})
"""Builtins whose `name=value` arguments are not split."""


def builtin(*names: str, special: bool = False) -> Callable[[Builtin], Builtin]:
    """Decorator: register a builtin under these names."""

    def register(function: Builtin) -> Builtin:
        for name in names:
            BUILTINS[name] = function
            if special:
                SPECIAL.add(name)
        return function

    return register
