"""Background jobs of a shell, for `jobs`, `wait %1`, `kill %1` and the notes an interactive shell prints."""

from __future__ import annotations

from dataclasses import dataclass

from tutor.posix.signals import DESCRIPTIONS, NAMES

SIGNALLED = 128
"""Statuses above it say by which signal a process was ended."""


@dataclass(frozen=True)
class Job:
    """`pids` are the processes of the job, the last one the job's own status; `text` is the command as typed."""

    number: int
    pids: tuple[int, ...]
    text: str

    def status(self, children: dict[int, int | None]) -> int | None:
        """None while the job runs; 127 when its status was taken already."""
        if any(pid in children and children[pid] is None for pid in self.pids):
            return None
        return children.get(self.pids[-1], 127)

    def describe(self, status: int | None, *, current: bool, bash: bool = False) -> str:
        """A line as `jobs` prints it, in busybox or in bash."""
        goes_on = " &" if bash and status is None else ""
        return f"[{self.number}]{'+' if current else '-'}  {_state(status, bash=bash):<24}{self.text}{goes_on}\n"


def _state(status: int | None, *, bash: bool) -> str:
    if status is None:
        return "Running"
    if status == 0:
        return "Done"
    if (name := NAMES.get(status - SIGNALLED)) is not None:
        return DESCRIPTIONS[name]
    return f"Exit {status}" if bash else f"Done({status})"
