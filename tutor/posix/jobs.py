"""Background jobs of a shell, for `jobs`, `wait %1`, `kill %1` and the notes an interactive shell prints."""

from __future__ import annotations

from dataclasses import dataclass


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

    def describe(self, status: int | None, *, current: bool) -> str:
        """A line as `jobs` prints it."""
        state = "Running" if status is None else "Done" if status == 0 else f"Done({status})"
        return f"[{self.number}]{'+' if current else '-'}  {state:<24}{self.text}\n"
