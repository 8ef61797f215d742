"""Records what an API server makes of the objects in admission_cases.yaml.

    python -m tests.fidelity.record_admission --kubeconfig FILE

Everything is a dry run in a namespace of its own that is removed afterwards: nothing else is touched.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import yaml

from tests.fidelity.admission import CASES, RECORDING, normalised, path_of

NAMESPACE = "admission-recording"


def main() -> None:
    """Send every case and write what came back."""
    from kubernetes import config

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kubeconfig", required=True, type=Path)
    client = config.new_client_from_config(config_file=str(parser.parse_args().kubeconfig))
    host = client.configuration.host

    def send(method: str, path: str, body: Any = None) -> tuple[int, dict[str, Any]]:
        headers = {"Accept": "application/json", "Content-Type": "application/json"}
        reply = client.call_api(method, host + path, headers, body=body)
        return reply.status, json.loads(reply.read())

    version = send("GET", "/version")[1]["gitVersion"]
    send("POST", "/api/v1/namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}})
    path = f"/api/v1/namespaces/{NAMESPACE}/serviceaccounts/default"
    while send("GET", path)[0] == 404:
        pass
    recorded = {}
    for name, obj in yaml.safe_load(CASES.read_text(encoding="utf-8")).items():
        status, body = send("POST", f"{path_of(obj, NAMESPACE)}?dryRun=All&fieldValidation=Strict", obj)
        recorded[name] = {"status": status, "body": normalised(body, NAMESPACE)}
    send("DELETE", f"/api/v1/namespaces/{NAMESPACE}")
    result = {"source": f"Kubernetes {version}, python -m tests.fidelity.record_admission", "cases": recorded}
    RECORDING.write_text(json.dumps(result, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
