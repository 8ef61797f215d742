"""Plays scenarios on a genuine cluster and records what is seen.

    python -m tests.fidelity.record_scenarios --kubeconfig FILE [NAME...]

Each scenario has a namespace of its own, which is removed afterwards; several are played at once.
"""

from __future__ import annotations

import argparse
import json
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.fidelity.scenario import RECORDINGS, Run, Scenario, load, path_of

AT_ONCE = 8
EXEC_SECONDS = 60
"""The longest a command in a container may take."""


class GenuineDriver:
    """A cluster that a kubeconfig leads to, in real time."""

    def __init__(self, kubeconfig: Path) -> None:
        from kubernetes import config

        self._local = threading.local()
        make: Any = config.new_client_from_config
        self._make: Callable[[], Any] = lambda: make(config_file=str(kubeconfig))

    def request(
        self, method: str, path: str, body: Any = None, content_type: str = "application/json"
    ) -> tuple[int, Any]:
        """One request."""
        if not hasattr(self._local, "client"):
            self._local.client = self._make()
        client = self._local.client
        headers = {"Accept": "application/json", "Content-Type": content_type}
        reply = client.call_api(method, client.configuration.host + path, headers, body=body)
        text = reply.read().decode()
        try:
            return reply.status, json.loads(text)
        except ValueError:
            return reply.status, text

    def wait(self, seconds: float) -> None:
        """Real time."""
        time.sleep(seconds)

    def exec(self, namespace: str, pod: str, container: str, script: str) -> tuple[int, str]:
        """Over a websocket, with a client of its own: the stream takes it over."""
        from kubernetes import client
        from kubernetes.stream import stream

        api = client.CoreV1Api(self._make())
        options = {"container": container, "command": ["sh", "-c", script], "stdout": True, "stderr": True}
        socket = stream(api.connect_get_namespaced_pod_exec, pod, namespace, **options, _preload_content=False)
        socket.run_forever(timeout=EXEC_SECONDS)
        return int(socket.returncode), str(socket.read_all())


def record(driver: GenuineDriver, scenario: Scenario) -> Any:
    """Play one scenario in a fresh namespace."""
    namespace = f"scenario-{scenario.name}"
    driver.request(
        "POST", "/api/v1/namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}
    )
    for name in ("serviceaccounts/default", "configmaps/kube-root-ca.crt"):
        while driver.request("GET", f"/api/v1/namespaces/{namespace}/{name}")[0] == 404:
            driver.wait(0.1)
    run = Run(driver, namespace)
    try:
        return run.play(scenario)
    finally:
        for pod in run.items("Pod"):
            if pod["metadata"].get("finalizers"):
                path = path_of("Pod", namespace, pod["metadata"]["name"])
                driver.request("PATCH", path, {"metadata": {"finalizers": None}}, "application/merge-patch+json")
        driver.request("DELETE", f"/api/v1/namespaces/{namespace}")


def main() -> None:
    """Record all scenarios, or those named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kubeconfig", required=True, type=Path)
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    driver = GenuineDriver(options.kubeconfig)
    version = driver.request("GET", "/version")[1]["gitVersion"]
    scenarios = load()
    chosen = options.names or list(scenarios)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        seen = dict(zip(chosen, pool.map(lambda name: record(driver, scenarios[name]), chosen), strict=True))
    for file in {scenarios[name].file for name in chosen}:
        write(RECORDINGS / f"{file}.json", version, {s.name for s in scenarios.values() if s.file == file}, seen)


def write(path: Path, version: str, names: set[str], seen: Mapping[str, Any]) -> None:
    """Bring the recording of one file of scenarios up to date; scenarios that it no longer has are forgotten."""
    known = json.loads(path.read_text(encoding="utf-8"))["scenarios"] if path.exists() else {}
    kept = {name: observed for name, observed in {**known, **seen}.items() if name in names}
    result = {"source": f"Kubernetes {version}, python -m tests.fidelity.record_scenarios", "scenarios": kept}
    path.write_text(json.dumps(result, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
