"""What exec and attach talk to: a process in a container, seen from outside.

A `Session` is what the websocket layer needs; it is made of what the container runtime offers.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from tutor.simulator.errors import ApiError

PROTOCOLS = ("v5.channel.k8s.io", "v4.channel.k8s.io")
"""The versions of the channel protocol that are spoken, the newest first."""
POLL_SECONDS = 0.05
"""How often a session is asked for output."""

Output = Sequence[tuple[str, bytes]]
"""Pieces of output: ("stdout" or "stderr", bytes)."""


class Command(Protocol):
    """A command that the runtime runs in a container."""

    error: str
    """Why it could not be run at all; empty when it could."""

    def take(self) -> Output:
        """What was written since the last call."""

    def feed(self, data: bytes) -> int:
        """Give standard input; returns how much was taken."""

    def close_input(self) -> None:
        """No more input will come."""

    def signal(self, name: str = "INT") -> None:
        """Send it a signal."""

    @property
    def status(self) -> int | None:
        """The exit code; None while it runs."""


class Attachment(Protocol):
    """The streams of a container's main process."""

    closed: bool

    def take(self) -> Output:
        """What was written since the last call."""

    def feed(self, data: bytes) -> int:
        """Give standard input; returns how much was taken."""


class Session(Protocol):
    """A process with its streams, as the websocket layer sees it."""

    def output(self) -> Output:
        """What it has written since the last call."""

    def exit_status(self) -> dict[str, Any] | None:
        """A Status object once it has ended and all output was taken; None before."""

    def write(self, data: bytes) -> None:
        """Bytes for its standard input."""

    def end_input(self) -> None:
        """Its standard input has ended."""

    def close(self) -> None:
        """The client is gone."""


class CommandSession:
    """A `Session` with a command."""

    def __init__(self, command: Command, lock: AbstractContextManager[Any]) -> None:
        self._command = command
        self._lock = lock
        self._waiting = b""
        self._input_ends = False

    def output(self) -> Output:
        """What it has written since the last call."""
        with self._lock:
            self._flush()
            return self._command.take()

    def exit_status(self) -> dict[str, Any] | None:
        """How it ended; None before."""
        with self._lock:
            if self._command.error:
                return failed_status_object(self._command.error)
            code = self._command.status
        return None if code is None else exit_status_object(code)

    def write(self, data: bytes) -> None:
        """Input; what the command does not take at once waits."""
        with self._lock:
            self._waiting += data
            self._flush()

    def end_input(self) -> None:
        """The input ends once all of it is taken."""
        with self._lock:
            self._input_ends = True
            self._flush()

    def _flush(self) -> None:
        if self._waiting:
            self._waiting = self._waiting[self._command.feed(self._waiting) :]
        if self._input_ends and not self._waiting:
            self._input_ends = False
            self._command.close_input()

    def close(self) -> None:
        """A command whose client goes is hung up."""
        with self._lock:
            if self._command.status is None:
                self._command.signal("HUP")


class AttachSession:
    """A `Session` with a container's main process, which neither ends with its client nor loses its input."""

    def __init__(self, attachment: Attachment, lock: AbstractContextManager[Any]) -> None:
        self._attachment = attachment
        self._lock = lock
        self._waiting = b""

    def output(self) -> Output:
        """What it has written since the last call."""
        with self._lock:
            self._flush()
            return self._attachment.take()

    def exit_status(self) -> dict[str, Any] | None:
        """Success when the container has ended: attach does not tell its exit code."""
        return exit_status_object(0) if self._attachment.closed else None

    def write(self, data: bytes) -> None:
        """Input; what the process does not take at once waits."""
        with self._lock:
            self._waiting += data
            self._flush()

    def _flush(self) -> None:
        if self._waiting:
            try:
                self._waiting = self._waiting[self._attachment.feed(self._waiting) :]
            except ApiError:  # the container has ended
                self._waiting = b""

    def end_input(self) -> None:
        """Another client may still type."""

    def close(self) -> None:
        """The process goes on."""


def failed_status_object(message: str) -> dict[str, Any]:
    """How the channel protocol tells that a command could not be run at all."""
    return {
        "metadata": {},
        "status": "Failure",
        "message": message,
        "reason": "InternalError",
        "details": {"causes": [{"message": message.removeprefix("Internal error occurred: ")}]},
        "code": 500,
    }


def exit_status_object(code: int) -> dict[str, Any]:
    """How the channel protocol tells that a command has ended (Status with cause ExitCode)."""
    if code == 0:
        return {"metadata": {}, "status": "Success"}
    return {
        "metadata": {},
        "status": "Failure",
        "message": f"command terminated with non-zero exit code: Error executing in container: exit status {code}",
        "reason": "NonZeroExitCode",
        "details": {"causes": [{"reason": "ExitCode", "message": str(code)}]},
    }
