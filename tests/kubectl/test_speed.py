"""Budgets: a `get pods` of 50 pods in 30 ms, a completion in 50 ms, an import that costs nothing."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable

from tests.kubectl.harness import run_kubectl, serving, table
from tests.kubectl.test_completion import candidates

PODS = "/api/v1/namespaces/default/pods"


def _best(action: Callable[[], object], rounds: int = 5) -> float:
    """The shortest of several runs, in seconds: what the code costs, whatever else the machine does."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return min(times)


def test_get_of_fifty_pods_takes_at_most_30_ms() -> None:
    rows = [((f"web-{number}", "1/1", "Running", "0", "5m"), {"name": f"web-{number}"}) for number in range(50)]
    config, _ = serving({PODS: table(("Name", "Ready", "Status", "Restarts", "Age"), *rows)})
    run_kubectl(["get", "pods"], config)
    assert _best(lambda: run_kubectl(["get", "pods"], config)) <= 0.030


def test_completion_takes_at_most_50_ms() -> None:
    assert _best(lambda: candidates("get pods web")) <= 0.050


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = "import sys, tutor.kubectl; print([m for m in ('yaml', 'urllib3', 'websocket', 'kubernetes') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
