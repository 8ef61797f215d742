"""One rolling update of ten pods, on a simulated cluster and on a genuine one."""

from __future__ import annotations

import json
import subprocess
import time

from tests.simulator.workloads import NOW, deployment
from tutor.simulator.cluster import SimulatedCluster

BEFORE, AFTER = "nginx:1.26", "nginx:1.27"
NAMESPACE = "behaviour-benchmark"
WAIT_SECONDS = 300


def simulated_rollout() -> float:
    """Update ten pods; returns how long it takes by the cluster's clock."""
    cluster = SimulatedCluster(now=NOW)
    client = cluster.client("user")
    client.create("deployments.apps", deployment("web", image=BEFORE, replicas=10))
    cluster.engine.run_until_settled()
    web = cluster.store.list("deployments.apps", "default")[0]
    changed = deployment("web", image=AFTER, replicas=10)["spec"]["template"]
    began = cluster.clock.now
    client.update("deployments.apps", {**web, "spec": {**web["spec"], "template": changed}})
    while not _is_done(cluster):
        cluster.engine.advance(0.1)
        if cluster.clock.now > began + WAIT_SECONDS:
            raise RuntimeError("the rollout does not end")
    return cluster.clock.now - began


def _is_done(cluster: SimulatedCluster) -> bool:
    web = cluster.store.list("deployments.apps", "default")[0]
    status = web["status"]
    fields = ("replicas", "updatedReplicas", "availableReplicas")
    return status["observedGeneration"] == 2 and all(status.get(field) == 10 for field in fields)


def genuine_rollout(kubeconfig: str) -> float:
    """The same through kubectl on another cluster: wall seconds. Raises CalledProcessError."""

    def kubectl(*words: str, text: str | None = None) -> None:
        command = ["kubectl", f"--kubeconfig={kubeconfig}", f"--namespace={NAMESPACE}", *words]
        subprocess.run(command, check=True, input=text, text=True, stdout=subprocess.DEVNULL)

    body = deployment("web", image=BEFORE, replicas=10)
    del body["metadata"]["namespace"]
    wait = ("rollout", "status", "deployment/web", f"--timeout={WAIT_SECONDS}s")
    kubectl("create", "namespace", NAMESPACE)
    try:
        kubectl("create", "--filename=-", text=json.dumps(body))
        kubectl(*wait)
        began = time.monotonic()
        kubectl("set", "image", "deployment/web", f"app={AFTER}")
        kubectl(*wait)
        return time.monotonic() - began
    finally:
        kubectl("delete", "namespace", NAMESPACE, "--wait=false")
