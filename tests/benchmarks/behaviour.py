"""How long the simulated cluster takes for what happens after the API says yes, beside its targets and a genuine cluster.

usage: python -m tests.benchmarks.behaviour [--kubeconfig FILE] [CASE]...

Times are processor seconds, so that other work on the machine counts little; every case runs in a process of its own. With a
kubeconfig the same rollout is done on that cluster, in a namespace of its own that is removed afterwards.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass

from tests.benchmarks.rollout import genuine_rollout, simulated_rollout
from tests.simulator.workloads import NOW, deployment
from tutor.simulator.cluster import NodeSpec, SimulatedCluster


@dataclass(frozen=True, slots=True)
class Measured:
    """One line of the table."""

    what: str
    seconds: float
    target: float | None = None
    """Seconds it may take."""
    note: str = ""


@contextmanager
def timed(found: list[float]) -> Iterator[None]:
    """Append the processor seconds that what is inside takes."""
    began = time.process_time()
    yield
    found.append(time.process_time() - began)


def _cluster(nodes: int) -> SimulatedCluster:
    return SimulatedCluster(now=NOW, nodes=[NodeSpec(f"node-{number}") for number in range(nodes)])


def _ready(cluster: SimulatedCluster, resource_id: str, field: str) -> int:
    return int(cluster.store.list(resource_id, "default")[0].get("status", {}).get(field, 0))


def _run_until(cluster: SimulatedCluster, resource_id: str, field: str, count: int) -> None:
    while _ready(cluster, resource_id, field) < count:
        cluster.engine.advance(0.5)
        if cluster.clock.now > NOW + 3600:
            raise RuntimeError(f"{field} of {resource_id} never gets to {count}")


def many_pods(pods: int, nodes: int, target: float | None) -> Callable[[], list[Measured]]:
    """From applying a Deployment to all its pods being ready."""

    def measure() -> list[Measured]:
        cluster, took = _cluster(nodes), list[float]()
        with timed(took):
            cluster.client("user").create("deployments.apps", deployment("web", replicas=pods))
            _run_until(cluster, "deployments.apps", "readyReplicas", pods)
        megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        note = f"{took[0] / pods * 1000:.2f} ms a pod, {megabytes} MB"
        return [Measured(f"{pods} pods on {nodes} nodes, apply to Ready", took[0], target, note)]

    return measure


def start() -> list[Measured]:
    """A cluster of three nodes, the first in a process and the next."""
    took: list[float] = []
    for _ in range(2):
        with timed(took):
            SimulatedCluster(now=NOW)
    return [Measured("first cluster of a process", took[0], 0.15), Measured("the next one", took[1], 0.05)]


def daemons() -> list[Measured]:
    """A DaemonSet on many nodes."""
    cluster, took = _cluster(400), list[float]()
    body = deployment("agent")
    body["kind"] = "DaemonSet"
    del body["spec"]["replicas"]
    with timed(took):
        cluster.client("user").create("daemonsets.apps", body)
        _run_until(cluster, "daemonsets.apps", "numberReady", 400)
    return [Measured("a DaemonSet on 400 nodes", took[0], 2.0, f"{took[0] / 400 * 1000:.2f} ms a pod")]


def autoscaling() -> list[Measured]:
    """Ten minutes in which load makes an autoscaler add pods."""
    from tests.benchmarks.load import under_load

    took: list[float] = []
    cluster = under_load()
    with timed(took):
        cluster.engine.advance(600)
    pods = cluster.store.list("deployments.apps", "default")[0]["status"]["replicas"]
    return [Measured("ten minutes of autoscaling under load", took[0], 1.0, f"{pods} pods at the end")]


def snapshots() -> list[Measured]:
    """Saving and restoring a cluster of 200 pods, to a value and to a file's bytes."""
    import pickle

    cluster, took = _cluster(10), list[float]()
    cluster.client("user").create("deployments.apps", deployment("web", replicas=200))
    _run_until(cluster, "deployments.apps", "readyReplicas", 200)
    with timed(took):
        state = cluster.save()
    with timed(took):
        cluster.load(state)
    with timed(took):
        kept = pickle.dumps(state, pickle.HIGHEST_PROTOCOL)
    with timed(took):
        pickle.loads(kept)
    names = ("save 200 pods", "restore them", "write them for a file", "read them from a file")
    targets = (0.005, 0.02, 0.1, 0.1)
    sizes = ("", "", f"{len(kept) // 1024} KiB", "")
    return [Measured(*line) for line in zip(names, took, targets, sizes, strict=True)]


def idle() -> list[Measured]:
    """A day in which nothing happens."""
    cluster, took = _cluster(3), list[float]()
    cluster.client("user").create("deployments.apps", deployment("web", replicas=10))
    cluster.engine.advance(600)
    with timed(took):
        cluster.engine.advance(86_400)
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return [Measured("a quiet day with ten pods", took[0], 10.0, f"{megabytes} MB")]


def rollout() -> list[Measured]:
    """A rolling update of ten pods."""
    took: list[float] = []
    with timed(took):
        virtual = simulated_rollout()
    note = f"{virtual:.1f} s of the cluster's time"
    return [Measured("rolling update of ten pods", took[0], 0.5, note)]


CASES: dict[str, Callable[[], list[Measured]]] = {
    "start": start,
    "rollout": rollout,
    "pods-100": many_pods(100, 10, None),
    "pods-2000": many_pods(2000, 100, 4.0),
    "pods-10000": many_pods(10_000, 1000, 30.0),
    "daemons": daemons,
    "autoscaling": autoscaling,
    "snapshots": snapshots,
    "idle": idle,
}


def _in_process(case: str) -> list[Measured]:
    command = [sys.executable, "-m", "tests.benchmarks.behaviour", "--json", case]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return [Measured(**line) for line in json.loads(done.stdout)]


def _line(measured: Measured) -> str:
    against = f"{measured.seconds / measured.target:6.2f} of {measured.target:g} s" if measured.target else ""
    return f"{measured.what:44} {measured.seconds:9.4f} s  {against:18} {measured.note}".rstrip()


def main(arguments: Sequence[str] | None = None) -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.behaviour", description=__doc__)
    parser.add_argument("--kubeconfig", metavar="FILE", help="a genuine cluster to do the rollout on too")
    parser.add_argument("--json", action="store_true", help="measure in this process and print JSON")
    parser.add_argument("case", nargs="*", choices=[[], *CASES], metavar="CASE", help=f"among {', '.join(CASES)}")
    asked = parser.parse_args(arguments)
    cases = asked.case or list(CASES)
    if asked.json:
        sys.stdout.write(json.dumps([asdict(line) for case in cases for line in CASES[case]()]) + "\n")
        return
    for case in cases:
        for measured in _in_process(case):
            sys.stdout.write(_line(measured) + "\n")
            sys.stdout.flush()
    if asked.kubeconfig:
        seconds = genuine_rollout(asked.kubeconfig)
        sys.stdout.write(f"{'the same rollout on the genuine cluster':44} {seconds:9.4f} s of wall time\n")


if __name__ == "__main__":
    main()
