"""What the exercise screen needs of an exercise's session and of the practice shell, as protocols.

The real ones are `tutor.grading.ExerciseSession` and `tutor.shell.PracticeShell`; tests put doubles in their place.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from tutor.clusters import Cluster
    from tutor.grading import Report
    from tutor.shell import Completion
    from tutor.shell.story.requests import SentRequest
    from tutor.ui.live.state import ClusterState

Tell = Callable[[str], None]
"""Told, in words, what is being waited for."""


class Played(Protocol):
    """A cluster that is looked at and played with: that of an exercise, or of a live diagram."""

    cluster: Cluster | None
    """None until it has been started."""
    broken: tuple[str, ...] | None
    """The faults put into it on purpose, as last looked for; None where there can be none."""

    @property
    def state(self) -> ClusterState:
        """What is in the namespace, as last seen."""

    @property
    def namespace(self) -> str:
        """Where it is played."""

    def look_for_faults(self) -> None:
        """Find out what is broken on purpose. Blocks."""


class SessionPort(Protocol):
    """An exercise being played. Every call may block; make them from a worker thread."""

    def resume(self) -> bool:
        """Go on with the exercise where it was left; False when it is not set up on this cluster."""

    def start(self, report: Tell = ...) -> None:
        """Set the exercise up."""

    def observe(self, callback: Callable[[Report], None]) -> None:
        """Call back, from another thread, whenever the checks stand differently."""

    def check(self) -> Report:
        """Look now."""

    def reset(self, report: Tell = ...) -> None:
        """Set the exercise up anew."""

    def solution(self) -> str:
        """The solution, as Markdown."""

    def hint(self, number: int) -> str | None:
        """A hint, counted from 0; None when there are no more."""

    def close(self, cleanup: bool = ...) -> None:
        """Stop observing; with `cleanup`, remove what the exercise made."""


class ShellPort(Protocol):
    """The practice shell."""

    width: int
    """Columns of the pane."""

    @property
    def running(self) -> bool:
        """Whether a command is running, so that lines typed go to it."""

    @property
    def prompt(self) -> str:
        """What stands before the line to type."""

    @property
    def folder(self) -> str:
        """The folder below the workspace commands are run in; empty for the workspace itself."""

    @property
    def requests(self) -> Sequence[SentRequest]:
        """What the last line's kubectl commands asked the API server."""

    @property
    def history(self) -> Sequence[str]:
        """Lines run before, the latest last."""

    def start_line(self, line: str) -> None:
        """Run a line. Its output comes through the callback the shell was made with."""

    def interrupt(self) -> None:
        """What ctrl+c does."""

    def feed_input(self, text: str) -> None:
        """Give text to the running command."""

    def end_input(self) -> None:
        """What ctrl+d does."""

    def complete(self, line: str, cursor: int) -> Completion:
        """What can stand at the cursor."""

    def close(self) -> None:
        """End it and what runs in it."""
