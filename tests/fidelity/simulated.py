"""Plays scenarios on a simulated cluster: for comparing it with recordings, and for what has to hold whatever is played."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from tests.fidelity.scenario import Run, Scenario
from tutor.simulator.addons import install
from tutor.simulator.api.inprocess import InProcessClient
from tutor.simulator.cluster import SimulatedCluster


class SimulatedDriver:
    """A simulated cluster of three nodes on virtual time."""

    def __init__(self, needs: Iterable[str] = ()) -> None:
        self.cluster = SimulatedCluster(now=1_700_000_000.0, strict=True)
        self._client = InProcessClient(self.cluster)
        for addon in needs:
            install(self.cluster, addon)
        self.cluster.engine.advance(60.0)

    def request(
        self, method: str, path: str, body: Any = None, content_type: str = "application/json"
    ) -> tuple[int, Any]:
        """One request, and what follows from it at once."""
        response = self._client.send(method, path, body, content_type=content_type)
        self.cluster.engine.run_ready()
        text = response.stream.pull().decode() if response.stream is not None else response.payload().decode()
        try:
            return response.status, json.loads(text)
        except ValueError:
            return response.status, text

    def wait(self, seconds: float) -> None:
        """Virtual time."""
        self.cluster.engine.advance(seconds)

    def exec(self, namespace: str, pod: str, container: str, script: str) -> tuple[int, str]:
        """As the API server has it done."""
        argv = ["sh", "-c", script]
        session = self.cluster.runtime.exec(namespace, pod, container, argv, stdin=False, tty=False)
        assert session is not None, f"{pod}: {container} does not run"
        output = b""
        for _ in range(600):
            output += b"".join(data for _, data in session.output())
            if (status := session.exit_status()) is not None:
                causes = (status.get("details") or {}).get("causes") or [{"message": "0"}]
                return int(causes[0]["message"]), output.decode()
            self.cluster.engine.advance(0.1)
        raise AssertionError(f"still running after a minute: {script}")


def play_simulated(scenario: Scenario, driver: SimulatedDriver) -> dict[str, Any]:
    """Play a scenario in a namespace of its own; returns what is observed at the end."""
    namespace = f"scenario-{scenario.name}"
    body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}
    driver.request("POST", "/api/v1/namespaces", body)
    return Run(driver, namespace).play(scenario)
