"""What every frame is, and how a node of the script finds the frame that runs it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from tutor.posix.process import Outcome
from tutor.posix.syntax import Command, Node

if TYPE_CHECKING:
    from tutor.posix.shell import Shell


class Frame:
    """One unfinished piece of work of a shell.

    `quiet`: a failure in here does not end the shell under `set -e` (it is being tested). `tail`: nothing is left to
    do for the shell afterwards, so a command may take the shell's place instead of becoming its child.
    """

    quiet = False
    tail = False

    def step(self, shell: Shell) -> Outcome:
        """Do a small piece; push frames for what has to be done first, or pop this one when done."""
        raise NotImplementedError

    def close(self, shell: Shell) -> None:
        """Put back what this frame changed; called whenever it leaves the stack."""


Runner = Callable[[Node], Frame]
_RUNNERS: dict[type[Node], Callable[[Node], Frame]] = {}
F = TypeVar("F", bound=type[Frame])


def runs(node_type: type[Node]) -> Callable[[F], F]:
    """Class decorator: instances of this frame run nodes of that type."""

    def register(frame_type: F) -> F:
        _RUNNERS[node_type] = frame_type
        return frame_type

    return register


def frame_of(node: Command, *, tail: bool = False, quiet: bool = False) -> Frame:
    """A frame that runs a command."""
    frame = _RUNNERS[type(node)](node)
    frame.tail = tail
    frame.quiet = quiet
    return frame
