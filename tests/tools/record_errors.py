"""Records what a genuine API server answers to the requests of tests/simulator/api/error_requests.py.

usage: REAL_CLUSTER_KUBECONFIG=... python -m tests.tools.record_errors

It makes the namespace `errors` and removes it afterwards. The answers go to tests/simulator/api/error_answers.json.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
from pathlib import Path
from typing import Any

from tests.benchmarks.api_targets import OverSocket, kubeconfig_target
from tests.simulator.api import error_requests
from tests.simulator.api.error_requests import NAMESPACE, PREPARE, SETTLE, Refused

ANSWERS = Path(error_requests.__file__).with_name("error_answers.json")
SETTLE_SECONDS = 4.0


def normalised(text: str) -> Any:
    """The body of an answer without what differs from one cluster to another."""
    text = re.sub(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}", "UID", text)
    text = re.sub(r"current: \d+", "current: N", text)
    text = re.sub(r"in record \(\d+\)", "in record (N)", text)
    try:
        return json.loads(text)
    except ValueError:
        return text.strip()


def ask(target: OverSocket, request: Refused) -> tuple[int, Any]:
    """Send a request as it is."""
    body = request.body if request.body is None or isinstance(request.body, str) else json.dumps(request.body)
    headers = {"Accept": "application/json", "Content-Type": request.content_type, **request.headers}
    return target.exchange(request.method, request.path, body, headers)


def main() -> int:
    """Record."""
    with kubeconfig_target(Path(os.environ["REAL_CLUSTER_KUBECONFIG"])) as target:
        target.send("POST", "/api/v1/namespaces", error_requests.simple("v1", "Namespace", NAMESPACE))
        time.sleep(SETTLE_SECONDS)
        answers: dict[str, Any] = {}
        try:
            for request in error_requests.requests():
                if request.case == SETTLE:
                    time.sleep(SETTLE_SECONDS)
                    continue
                code, text = ask(target, request)
                if (code >= 400) is (request.case == PREPARE):
                    raise RuntimeError(f"{code} to {request}: {text}")
                if request.case == PREPARE:
                    continue
                answers[request.case] = {"code": code, "body": normalised(text)}
        finally:
            target.send("DELETE", f"/api/v1/namespaces/{NAMESPACE}")
    ANSWERS.write_text(json.dumps(answers, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    sys.stdout.write(f"{len(answers)} answers\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
