"""When a cluster counts as settled: nothing is about to change but routine."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.lab import Lab

PROBES: dict[str, Any] = {
    "readinessProbe": {"httpGet": {"path": "/ready", "port": 3000}, "periodSeconds": 2},
    "livenessProbe": {"httpGet": {"path": "/health", "port": 3000}, "periodSeconds": 2},
}


@pytest.mark.parametrize(
    ("container", "state", "most"),
    [
        ({"image": "nginx:1.27"}, "running", 15),
        ({"image": "web-app:v2.1.0", **PROBES}, "running", 15),
        ({"image": "web-app:v2.3.0-slow", **PROBES}, "running", 40),
        ({"image": "web-app:v2.4.0-broken", **PROBES}, "running", 40),
        ({"image": "web-app:v2.5.0-crash"}, "CrashLoopBackOff", 400),
        ({"image": "nginx:9.99"}, "ImagePullBackOff", 200),
        ({"command": ["sh", "-c", "while true; do echo hi; sleep 5; done"]}, "running", 60),
        ({"command": ["sh", "-c", "while true; do :; done"]}, "running", 60),
        ({"command": ["nosuch"]}, "CrashLoopBackOff", 400),
        (
            {"env": [{"name": "A", "valueFrom": {"configMapKeyRef": {"name": "x", "key": "y"}}}]},
            "CreateContainerConfigError",
            60,
        ),
    ],
)
def test_pods_settle(container: dict[str, Any], state: str, most: float) -> None:
    lab = Lab()
    before = lab.cluster.clock.now
    lab.pod("p", container)
    assert lab.cluster.engine.run_until_settled()
    assert lab.state("p") == state
    assert lab.cluster.clock.now - before <= most
