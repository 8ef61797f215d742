"""Recordings: what the genuine kubectl 1.37.2 printed for a command, and the API server's replies the command needs.

Each file of `recordings/` holds one command. `expected` is the genuine program's output, `exchanges` are requests of
the built-in kubectl and the replies of the same server (Kubernetes 1.37.2) at the same moment. Replaying feeds the
replies back and compares the output, so that request logic and printing are tested everywhere. `python -m
tests.kubectl.record` makes them.
"""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.kubectl.harness import FakeConfig, FakeConnection, Outcome, Reply, Request, run_kubectl
from tutor.kubectl import KubectlIO
from tutor.kubectl.client import Api
from tutor.kubectl.discovery import Discovery, discover

FOLDER = Path(__file__).parent / "recordings"
MANIFESTS = Path(__file__).parent / "manifests"


@dataclass(frozen=True)
class Recording:
    """One recorded command; `now` is the clock's reading when it was made."""

    name: str
    argv: list[str]
    stdin: str
    namespace: str
    now: float
    server: str
    expected: Outcome
    exchanges: list[dict[str, Any]]

    @classmethod
    def load(cls, path: Path) -> Recording:
        data = json.loads(path.read_text(encoding="utf-8"))
        expected = Outcome(data["expected"]["exit_code"], data["expected"]["stdout"], data["expected"]["stderr"])
        return cls(
            path.stem,
            data["argv"],
            data["stdin"],
            data["namespace"],
            data["now"],
            data["server"],
            expected,
            data["exchanges"],
        )


class Mismatch(AssertionError):
    """The command asked for something the recording does not have."""


@functools.cache
def _known() -> dict[str, Any]:
    """The discovery replies, which all recordings share."""
    found: dict[str, Any] = json.loads((FOLDER / "discovery" / "discovery.json").read_text(encoding="utf-8"))
    return found


@functools.cache
def _discovery() -> Discovery:
    """What a command learns from them, read once."""
    connection = FakeConnection(lambda request: Reply(body=_known()[request.path]))
    return discover(Api(connection, KubectlIO(stdout=print, stderr=print)))


def replay(recording: Recording) -> Outcome:
    """Runs the command against the recorded replies."""
    waiting = list(recording.exchanges)
    known = _known()

    def answer(request: Request) -> Reply:
        if request.path in known:
            return Reply(body=known[request.path])
        for index, exchange in enumerate(waiting):
            if (exchange["method"], exchange["path"], exchange["request"]) == (
                request.method,
                request.path,
                request.body,
            ):
                waiting.pop(index)
                return Reply(exchange["status"], exchange["reply"], exchange.get("headers", {}))
        raise Mismatch(
            f"{request.method} {request.path} with body {json.dumps(request.body)} is not in {recording.name}"
        )

    connection = FakeConnection(answer, recording.server)
    connection.learned.discovery = _discovery()
    config = FakeConfig(connection, recording.namespace)
    return run_kubectl(recording.argv, config, stdin=recording.stdin, folder=MANIFESTS, now=recording.now)
