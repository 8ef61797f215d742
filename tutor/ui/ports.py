"""What the exercise screen needs of clusters, grading and the practice shell, as protocols.

The real ones are in `tutor.clusters`, `tutor.grading` and `tutor.shell`; tests put doubles in their place.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

Report = Callable[[str], None]
"""Told, in words, what is being waited for."""


class ClockPort(Protocol):
    """The clock of a simulated cluster."""

    @property
    def rate(self) -> float:
        """Seconds of the cluster in a second of the learner's."""

    @property
    def paused(self) -> bool:
        """Whether it stands still."""

    def pause(self) -> None:
        """Stop it."""

    def resume(self) -> None:
        """Let it go on."""

    def set_rate(self, rate: float) -> None:
        """Change its speed."""


class SnapshotsPort(Protocol):
    """Earlier states of a simulated cluster."""

    def take(self, label: str) -> object:
        """Remember the state as it is."""

    def undo(self) -> object:
        """Go back to the state before the last change. An error says why it cannot."""


class ClusterPort(Protocol):
    """A cluster exercises are played on."""

    @property
    def name(self) -> str:
        """`simulated`, `kind` or `context:NAME`."""

    @property
    def clock(self) -> ClockPort | None:
        """Its clock, where the learner may change it."""

    @property
    def snapshots(self) -> SnapshotsPort | None:
        """Its earlier states, where it keeps them."""

    def start(self, report: Report = ...) -> None:
        """Make it usable. Blocks."""

    def stop(self) -> None:
        """Let it go."""

    def kubeconfig(self) -> Path:
        """The file clients read to reach it."""


class CheckResultPort(Protocol):
    """How one check stands."""

    @property
    def check_id(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def verdict(self) -> str: ...
    @property
    def is_(self) -> str: ...
    @property
    def wanted(self) -> str: ...
    @property
    def why(self) -> str: ...
    @property
    def mistake(self) -> str | None: ...
    @property
    def see(self) -> str | None: ...


class ReportPort(Protocol):
    """How an exercise stands."""

    @property
    def verdict(self) -> str: ...
    @property
    def results(self) -> Sequence[CheckResultPort]: ...
    @property
    def passed(self) -> int: ...
    @property
    def total(self) -> int: ...
    @property
    def note(self) -> str: ...


class SessionPort(Protocol):
    """An exercise being played. Every call may block; make them from a worker thread."""

    def start(self, report: Report = ...) -> None:
        """Set the exercise up."""

    def observe(self, callback: Callable[[ReportPort], None]) -> None:
        """Call back, from another thread, whenever the checks stand differently."""

    def check(self) -> ReportPort:
        """Look now."""

    def reset(self) -> None:
        """Set the exercise up anew."""

    def solution(self) -> str:
        """The solution, as Markdown."""

    def hint(self, number: int) -> str | None:
        """A hint, counted from 0; None when there are no more."""

    def close(self, cleanup: bool) -> None:
        """Stop observing; with `cleanup`, remove what the exercise made."""


class CompletionPort(Protocol):
    """What can stand at the cursor: `candidates` replace the line from `start` on."""

    @property
    def start(self) -> int: ...
    @property
    def candidates(self) -> Sequence[str]: ...


class ShellPort(Protocol):
    """The practice shell."""

    @property
    def running(self) -> bool:
        """Whether a command is running, so that lines typed go to it."""

    @property
    def prompt(self) -> str:
        """What stands before the line to type."""

    @property
    def history(self) -> Sequence[str]:
        """Lines run before, the latest last."""

    def start_line(self, line: str) -> None:
        """Run a line. Its output comes through the callback the shell was made with."""

    def interrupt(self) -> None:
        """What ctrl+c does."""

    def feed_input(self, text: str) -> None:
        """Give text to the running command."""

    def complete(self, line: str, cursor: int) -> CompletionPort:
        """What can stand at the cursor."""

    def close(self) -> None:
        """End it and what runs in it."""
