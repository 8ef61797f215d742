"""What exec and attach talk to: a process in a container, seen from outside."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Protocol

PROTOCOLS = (
    "v5.channel.k8s.io",
    "v4.channel.k8s.io",
    "v4.base64.channel.k8s.io",
    "channel.k8s.io",
    "base64.channel.k8s.io",
)
"""The versions of the channel protocol that are spoken, the newest first (cri-streaming, pkg/streaming/remotecommand)."""


class Session(Protocol):
    """A running process with its streams. Methods return at once and may be called from the server's thread."""

    def output(self) -> Iterable[tuple[str, bytes]]:
        """What it has written since the last call: ("stdout" or "stderr", bytes)."""

    def exit_status(self) -> dict[str, Any] | None:
        """A Status object once it has ended and all output was taken; None before."""

    def on_output(self, wake: Callable[[], None]) -> None:
        """Call `wake` when there is something new."""

    def write(self, data: bytes) -> None:
        """Bytes for its standard input."""

    def end_input(self) -> None:
        """Its standard input has ended."""

    def resize(self, columns: int, rows: int) -> None:
        """The client's terminal has this size."""

    def close(self) -> None:
        """The client is gone."""


def failed_status_object(message: str) -> dict[str, Any]:
    """How the channel protocol tells that a command could not be run at all: an error of the kubelet inside one of the API
    server, each of which says so (kubelet's cri/streaming/remotecommand, apimachinery's NewInternalError)."""
    cause = f"Internal error occurred: {message}"
    message = f"Internal error occurred: {cause}"
    details = {"causes": [{"message": cause}]}
    return {
        "metadata": {},
        "status": "Failure",
        "message": message,
        "reason": "InternalError",
        "details": details,
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
