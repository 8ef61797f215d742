"""The API of a cluster, as grading uses it: JSON by path."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from tutor.grading.door import Request, open_door

if TYPE_CHECKING:
    import urllib3

Obj = dict[str, Any]
TIMEOUT = 10.0
"""Seconds to wait for one answer."""
WATCH_SECONDS = 300
"""The server is asked to end a watch after this time; it is then begun anew."""
_SYSTEM_ERROR = re.compile(r"\[Errno -?\d+\] ([^']+)")


class Unreachable(Exception):
    """The API did not give an answer that can be graded; the message says why. `status` is the code of a refusal."""

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class Source(Protocol):
    """Where objects come from."""

    def get(self, path: str) -> Obj | None:
        """The object at a path, None for 404. Raises Unreachable."""

    def now(self) -> float:
        """The cluster's time in seconds since 1970, to compare with the dates in its objects."""


class Api(Source, Protocol):
    """Everything grading does with a cluster."""

    def request(
        self, method: str, path: str, body: Obj | None = None, content_type: str = "application/json"
    ) -> tuple[int, Obj]:
        """Send one request; returns the status code and the body. Raises Unreachable when there is no answer."""

    def watch(self, path: str) -> Stream:
        """Open a watch on a collection. It begins with what is there, so nothing is missed. Raises Unreachable."""

    def close(self) -> None:
        """Let the connections go."""


class Stream(Protocol):
    """A watch that is open."""

    def pieces(self) -> Iterator[bytes]:
        """Whatever arrives, as it arrives, until the watch ends. Raises Unreachable when it breaks off."""

    def close(self) -> None:
        """End it, also from another thread."""


class ApiSource:
    """One cluster's API. Several threads may use it."""

    def __init__(self, kubeconfig: Path) -> None:
        self._door = open_door(kubeconfig)
        self._ahead = 0.0

    def request(
        self, method: str, path: str, body: Obj | None = None, content_type: str = "application/json"
    ) -> tuple[int, Obj]:
        """Send one request; returns the status code and the body. Raises Unreachable when there is no answer."""
        reply = self._send(method, path, body, content_type)
        try:
            text = reply.read()
            return reply.status, json.loads(text) if text else {}
        except ValueError:
            what = f"something that is no JSON (status {reply.status})"
            raise Unreachable(f"the cluster's API answered with {what}") from None
        except Exception as problem:
            raise _unanswered(problem) from None

    def _send(
        self, method: str, path: str, body: Obj | None = None, content_type: str = "", patience: float = TIMEOUT
    ) -> urllib3.BaseHTTPResponse:
        headers = {"Accept": "application/json", **({} if body is None else {"Content-Type": content_type})}
        try:
            reply = self._door.send(Request(method, path, headers, body, (TIMEOUT, patience)))
        except Exception as problem:
            raise _unanswered(problem) from None
        self._note_date(reply.headers.get("Date"))
        return reply

    def _note_date(self, date: str | None) -> None:
        """Learn from an answer's Date by how much the cluster's clock is ahead of ours."""
        from email.utils import parsedate_to_datetime

        with suppress(ValueError):
            if date:
                self._ahead = parsedate_to_datetime(date).timestamp() - time.time()

    def now(self) -> float:
        """The cluster's time, exact to about a second."""
        return time.time() + self._ahead

    def get(self, path: str) -> Obj | None:
        """The object at a path, None for 404. Raises Unreachable."""
        status, body = self.request("GET", path)
        if status == 404:
            return None
        if status >= 400:
            raise Unreachable(f"the cluster's API refused to answer: {body.get('message', status)}", status)
        return body

    def watch(self, path: str) -> Stream:
        """Open a watch on a collection. It begins with what is there, so nothing is missed. Raises Unreachable."""
        patience = WATCH_SECONDS + TIMEOUT
        reply = self._send("GET", f"{path}?watch=true&timeoutSeconds={WATCH_SECONDS}", patience=patience)
        stream = _ResponseStream(reply)
        if reply.status != 200:
            stream.close()
            raise Unreachable(f"the cluster's API refused a watch (status {reply.status})", reply.status)
        return stream

    def close(self) -> None:
        """Let the connections go."""
        self._door.close()


class _ResponseStream:
    """A watch as urllib3 gives it."""

    def __init__(self, response: urllib3.BaseHTTPResponse) -> None:
        self._response = response

    def pieces(self) -> Iterator[bytes]:
        """Chunks of the answer's body."""
        try:
            yield from self._response.stream()
        except Exception as problem:
            # A connection can break in many ways, and all of them mean the same: watch again.
            raise Unreachable(f"a watch broke off ({_reason(problem)})") from None

    def close(self) -> None:
        """Wake a thread that waits for the next piece, and let the connection go."""
        with suppress(Exception):  # it may be closed already, which is what is wanted
            self._response.shutdown()
        with suppress(Exception):
            self._response.close()


def _unanswered(problem: Exception) -> Unreachable:
    """Whatever keeps an answer from arriving is the environment's fault and never the learner's."""
    return Unreachable(f"the cluster's API does not answer ({_reason(problem)})")


def _reason(problem: Exception) -> str:
    """What went wrong without the layers that it came through."""
    text = str(getattr(problem, "reason", None) or problem).split("\n")[0]
    system = _SYSTEM_ERROR.search(text)
    return system[1].lower() if system else text[:200]
