"""How long a simulated cluster takes to bring many pods from apply to Ready, and to save and restore itself.

python -m tests.benchmarks.simulated_pods [PODS NODES]...
"""

from __future__ import annotations

import resource
import sys
import time

from tests.simulator.workloads import NOW, deployment
from tutor.simulator.cluster import NodeSpec, SimulatedCluster

DEFAULT = ((100, 10), (500, 25), (2000, 100))


def measure(pods: int, nodes: int) -> str:
    """One run, as a line of text: processor time, also per pod, and the cost of a snapshot."""
    started = time.process_time()
    cluster = SimulatedCluster(now=NOW, nodes=[NodeSpec(f"node-{number}") for number in range(nodes)])
    booted = time.process_time() - started
    cluster.client("user").create("deployments.apps", deployment("web", replicas=pods))
    started = time.process_time()
    while cluster.store.list("deployments.apps", "default")[0].get("status", {}).get("readyReplicas", 0) < pods:
        cluster.engine.advance(0.5)
        if cluster.clock.now > NOW + 600:
            raise RuntimeError("not all pods become ready")
    ready = time.process_time() - started
    started = time.process_time()
    cluster.save()
    saved = time.process_time() - started
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return (
        f"{pods:6} pods on {nodes:4} nodes: ready in {ready:6.2f} s ({ready / pods * 1000:.2f} ms a pod, "
        f"{cluster.clock.now - NOW:.1f} s of the cluster's time), start {booted * 1000:.0f} ms, "
        f"save {saved * 1000:.1f} ms, {memory} MB"
    )


def main(arguments: list[str]) -> None:
    """Measure what was asked for."""
    numbers = [int(argument) for argument in arguments]
    cases = list(zip(numbers[::2], numbers[1::2], strict=True)) or list(DEFAULT)
    for pods, nodes in cases:
        sys.stdout.write(measure(pods, nodes) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
