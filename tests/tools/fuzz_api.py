"""Sends random requests to a simulated cluster and reports those that break it.

usage: python -m tests.tools.fuzz_api [--requests N] [--seed N] [--verbose]

A request breaks the cluster when answering it raises, when its stream does, when the answer has a code that Kubernetes does not
give, or when a part of the cluster fails at what was stored. Every break is printed with the request; a run with the same seed
and number of requests finds the same. The exit code is 1 when there was any.
"""

from __future__ import annotations

import argparse
import collections
import logging
import sys
import traceback
from dataclasses import dataclass, field

from tests.tools.api_requests import Requests
from tutor.simulator.api.handler import Api
from tutor.simulator.api.http import Request
from tutor.simulator.cluster import NodeSpec, SimulatedCluster

NOW = 1_700_000_000.0
CODES = {101, 200, 201, 301, 400, 401, 403, 404, 405, 406, 409, 410, 413, 415, 422, 429, 500, 501, 503, 504}
EPISODE = 400
"""Requests after which the cluster begins anew."""
STEP = 25
"""Requests after which the parts of the cluster get to work on what was stored."""
STEP_SECONDS = 20.0
SERVER_LOG = "tutor.simulator.api.handler"


@dataclass
class Findings:
    """What a run has seen."""

    breaks: list[str] = field(default_factory=list)
    codes: collections.Counter[int] = field(default_factory=collections.Counter)
    internal: collections.Counter[str] = field(default_factory=collections.Counter)
    """The messages of answers with code 500, which Kubernetes gives too now and then."""


class _Raised(logging.Handler):
    """Collects what the server logs as a failure of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the traceback."""
        self.texts.append(self.format(record))


def run(requests: int, seed: int) -> Findings:
    """Send requests and collect what breaks."""
    cluster = SimulatedCluster(now=NOW, nodes=(NodeSpec("node-1"), NodeSpec("node-2")), strict=True)
    state = cluster.save()
    api = Api(cluster)
    findings, raised = Findings(), _Raised()
    log = logging.getLogger(SERVER_LOG)
    log.addHandler(raised)
    propagated, log.propagate = log.propagate, False
    source = Requests(cluster.scheme, seed)
    try:
        for number in range(requests):
            if number % EPISODE == 0:
                cluster.load(state)
            request = source.next()
            _send(api, request, raised, findings)
            if number % STEP == STEP - 1 and not _work(cluster, number, findings):
                cluster.load(state)
    finally:
        log.removeHandler(raised)
        log.propagate = propagated
    return findings


def _send(api: Api, request: Request, raised: _Raised, findings: Findings) -> None:
    problem = ""
    try:
        response = api.handle(request)
        findings.codes[response.status] += 1
        payload = response.payload()
        if response.status == 500:
            findings.internal[payload.decode(errors="replace")[:300]] += 1
        if response.status not in CODES:
            problem = f"code {response.status}"
        if response.stream is not None:
            response.stream.pull()
            response.stream.tick()
            response.stream.close()
    except Exception:  # whatever it is, it is a finding
        problem = traceback.format_exc()
    if raised.texts:
        problem += "\n".join(raised.texts)
        raised.texts.clear()
    if problem:
        findings.breaks.append(f"{_shown(request)}\n{problem}")


def _work(cluster: SimulatedCluster, number: int, findings: Findings) -> bool:
    """Let some time pass; says whether all parts of the cluster got through it."""
    try:
        cluster.engine.advance(STEP_SECONDS)
    except Exception:  # the same
        findings.breaks.append(f"after request {number}:\n{traceback.format_exc()}")
        return False
    return True


def _shown(request: Request) -> str:
    return f"{request.method} {request.path} {dict(request.query)} {dict(request.headers)}\n{request.body!r}"


def main(arguments: list[str]) -> int:
    """Run as the arguments say."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--verbose", action="store_true", help="also count codes and the messages of answers 500")
    options = parser.parse_args(arguments)
    findings = run(options.requests, options.seed)
    lines = [*findings.breaks, f"{options.requests} requests, seed {options.seed}: {len(findings.breaks)} breaks"]
    if options.verbose:
        lines += [f"{code}: {count}" for code, count in sorted(findings.codes.items())]
        lines += [f"{count} x {message}" for message, count in findings.internal.most_common()]
    sys.stdout.write("\n".join(lines) + "\n")
    return 1 if findings.breaks else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
