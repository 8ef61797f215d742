"""Errors and how kubectl words them on standard error, with their exit codes.

The wording follows `checkErr` and `StandardErrorMessage` in kubernetes/kubectl `pkg/cmd/util/helpers.go`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from tutor.kubectl.objects import Object, get


class KubectlError(Exception):
    """A failure kubectl reports as `error: MESSAGE`; `exit_code` is the command's exit status."""

    def __init__(self, message: str, exit_code: int = 1) -> None:
        super().__init__(message)
        self.message = message
        self.exit_code = exit_code


class BareError(KubectlError):
    """A failure whose message is printed as it is, without the `error: ` prefix."""


class ExitStatus(KubectlError):
    """Ends the command with an exit status and prints nothing."""

    def __init__(self, exit_code: int) -> None:
        super().__init__("", exit_code)


class Interrupted(KubectlError):
    """The user pressed ctrl+c; like a process ended by SIGINT, the exit status is 130."""

    def __init__(self) -> None:
        super().__init__("", 130)


class ConnectionFailed(KubectlError):
    """The API server could not be reached at all.

    `request` is the method and URL (`Get "https://..."`) and `reason` the network's own words, for the messages that
    show both.
    """

    def __init__(self, message: str, request: str = "", reason: str = "") -> None:
        super().__init__(message)
        self.request = request
        self.reason = reason

    @property
    def detail(self) -> str:
        """`Get "URL": reason`, as Go's `url.Error` puts it."""
        return f"{self.request}: {self.reason}" if self.request else self.message


class ConfigurationError(KubectlError):
    """The kubeconfig makes no sense; printed as `Error in configuration: MESSAGE`."""


class TimedOut(KubectlError):
    """A wait reached its limit."""

    def __init__(self, message: str = "timed out waiting for the condition") -> None:
        super().__init__(message)


class UnknownResource(KubectlError):
    """The server serves no resource of that name."""


class ApiError(KubectlError):
    """The API server answered with a Status of failure."""

    def __init__(self, status: Object, prefix: str = "") -> None:
        super().__init__(prefix + str(status.get("message", "")))
        self.status = status

    @property
    def reason(self) -> str:
        return str(self.status.get("reason", ""))

    @property
    def code(self) -> int:
        return int(self.status.get("code", 0) or 0)

    @property
    def not_found(self) -> bool:
        return self.reason == "NotFound"

    def with_prefix(self, prefix: str) -> ApiError:
        return ApiError(self.status, prefix)


class Aggregate(KubectlError):
    """Several failures of one command, each printed on its own line."""

    def __init__(self, errors: Sequence[KubectlError]) -> None:
        super().__init__("\n".join(error.message for error in errors))
        self.errors = tuple(errors)


def raise_all(errors: Sequence[KubectlError]) -> None:
    """Raises what was collected: nothing for none, the error itself for one, an Aggregate for more."""
    if len(errors) == 1:
        raise errors[0]
    if errors:
        raise Aggregate(errors)


def describe_error(error: KubectlError) -> str:
    """What kubectl writes to standard error, ending in a newline; empty when there is nothing to say."""
    text = _describe(error)
    return text if not text or text.endswith("\n") else text + "\n"


def _describe(error: KubectlError) -> str:
    if isinstance(error, Aggregate):
        return "".join(f"{_one_line(item)}\n" for item in error.errors)
    if isinstance(error, ApiError) and error.reason == "Invalid":
        return _invalid(error)
    return _one_line(error, prefix="error: ")


def _one_line(error: KubectlError, prefix: str = "") -> str:
    if isinstance(error, ApiError):
        if error.reason == "Unauthorized":
            return f"error: You must be logged in to the server ({error.message})"
        reason = f" ({error.reason})" if error.reason else ""
        return f"Error from server{reason}: {error.message}"
    if isinstance(error, ConfigurationError):
        return f"Error in configuration: {error.message}"
    if isinstance(error, BareError | ConnectionFailed) or not error.message:
        return error.message
    return error.message if error.message.startswith("error: ") else prefix + error.message


def _invalid(error: ApiError) -> str:
    """Lists the causes of a 422 Invalid: one on the same line, several as bullet points."""
    details = error.status.get("details") or {}
    subject = "The request is invalid"
    causes = list(dict.fromkeys(f"{cause.get('field', '')}: {cause.get('message', '')}" for cause in _causes(error)))
    if details.get("kind") or details.get("name"):
        subject = f"The {details.get('kind', '')} {json.dumps(details.get('name', ''))} is invalid"
    elif error.message and not causes:
        subject += f": {error.message}"
    if not causes:
        return subject
    if len(causes) == 1:
        return f"{subject}: {causes[0]}\n"
    return f"{subject}: \n" + "".join(f"* {cause}\n" for cause in causes)


def _causes(error: ApiError) -> list[Object]:
    return list(get(error.status, "details.causes", []))
