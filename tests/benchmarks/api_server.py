"""How fast the simulated API server answers, beside its budgets and, where there is one, a genuine API server.

python -m tests.benchmarks.api_server [--objects N] [--watchers N]

With REAL_CLUSTER_KUBECONFIG in the environment the same is measured on that cluster, in a namespace that is removed afterwards.
Each figure is the best of several rounds, in milliseconds of wall time: the machine may be busy with other things.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.benchmarks.api_targets import InProcess, Target, kubeconfig_target, simulated_server

NAMESPACE = "api-benchmark"
ROUNDS = 5
GETS = 300
CREATES = 2000
REAL_CREATES = 200
TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io"

BUDGETS = {
    "cluster usable": 150.0,
    "get over the socket, p50": 2.0,
    "get in-process, p50": 0.3,
    "list config maps as a Table": 400.0,
    "list pods as a Table": 400.0,
    "one change to all watchers": 100.0,
    "1000 creates in-process": 500.0,
}
"""Milliseconds (issue 4)."""


def config_map(name: str) -> dict[str, Any]:
    """A small object."""
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": {"key": "value"}}


def pod(name: str) -> dict[str, Any]:
    """A pod that no scheduler takes."""
    spec = {"schedulerName": "nobody", "containers": [{"name": "c", "image": "nginx"}]}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "labels": {"app": "web"}}, "spec": spec}


def best_of(action: Callable[[], Any], rounds: int = ROUNDS) -> float:
    """Milliseconds of the quickest round."""
    return min(_timed(action) for _ in range(rounds))


def _timed(action: Callable[[], Any]) -> float:
    started = time.perf_counter()
    action()
    return (time.perf_counter() - started) * 1000


def path(plural: str, name: str = "") -> str:
    """The path of a collection or an object in the benchmark's namespace."""
    return f"/api/v1/namespaces/{NAMESPACE}/{plural}" + (f"/{name}" if name else "")


def get_p50(target: Target) -> float:
    """The median of single gets."""
    target.send("GET", path("configmaps", "first"))
    return statistics.median(_timed(lambda: target.send("GET", path("configmaps", "first"))) for _ in range(GETS))


def creates(target: Target, count: int) -> float:
    """Milliseconds for 1000 creates."""
    bodies = [config_map(f"made-{number}-{time.monotonic_ns()}") for number in range(count)]

    def make() -> None:
        for body in bodies:
            target.send("POST", path("configmaps"), body)

    return _timed(make) * 1000 / count


def listing(target: Target, plural: str) -> float:
    """Milliseconds to list a collection as a Table."""
    return best_of(lambda: target.send("GET", path(plural), accept=TABLE))


def notifying(target: Target, watchers: int) -> float:
    """Milliseconds from a change until every watcher has its event."""
    watches = target.watch(path("configmaps"), watchers)
    try:
        return best_of(lambda: watches.after(lambda: target.send("POST", path("configmaps"), _fresh())))
    finally:
        watches.close()


def _fresh() -> dict[str, Any]:
    return config_map(f"fresh-{time.monotonic_ns()}")


def fill(target: Target, plural: str, make: Callable[[str], dict[str, Any]], count: int) -> None:
    """Create many objects, with several threads where there is a socket in between."""
    todo = [make(f"object-{number}") for number in range(count)]
    lock = threading.Lock()

    def work() -> None:
        with target.another() as own:
            while True:
                with lock:
                    if not todo:
                        return
                    body = todo.pop()
                own.send("POST", path(plural), body)

    threads = [threading.Thread(target=work) for _ in range(target.writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def measure(target: Target, objects: int, watchers: int, count: int) -> dict[str, float]:
    """All figures of one target."""
    target.send(
        "POST", "/api/v1/namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}
    )
    try:
        account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default"}}
        target.send("POST", path("serviceaccounts"), account)
        target.send("POST", path("configmaps"), config_map("first"))
        figures = {"get": get_p50(target), "creates": creates(target, count), "watchers": notifying(target, watchers)}
        fill(target, "configmaps", config_map, objects)
        figures["config maps"] = listing(target, "configmaps")
        fill(target, "pods", pod, objects)
        figures["pods"] = listing(target, "pods")
        return figures
    finally:
        target.send("DELETE", f"/api/v1/namespaces/{NAMESPACE}")


def usable() -> float:
    """Milliseconds from asking for a cluster to the answer of its first request, with the program loaded."""

    def start() -> None:
        with simulated_server() as target:
            target.send("GET", "/api/v1/nodes")

    start()
    return best_of(start)


def report(objects: int, watchers: int) -> list[str]:
    """The table that is printed."""
    started = usable()
    with InProcess() as target:
        inside = measure(target, objects, watchers, CREATES)
    with simulated_server() as server:
        outside = measure(server, objects, watchers, CREATES)
    genuine: dict[str, float] = {}
    if os.environ.get("REAL_CLUSTER_KUBECONFIG"):
        with kubeconfig_target(Path(os.environ["REAL_CLUSTER_KUBECONFIG"])) as real:
            genuine = measure(real, objects, watchers, REAL_CREATES)
    rows = [
        ("cluster usable", started, None),
        ("get over the socket, p50", outside["get"], genuine.get("get")),
        ("get in-process, p50", inside["get"], genuine.get("get")),
        ("list config maps as a Table", outside["config maps"], genuine.get("config maps")),
        ("list pods as a Table", outside["pods"], genuine.get("pods")),
        ("one change to all watchers", outside["watchers"], genuine.get("watchers")),
        ("1000 creates in-process", inside["creates"], genuine.get("creates")),
        ("1000 creates over the socket", outside["creates"], genuine.get("creates")),
    ]
    lines = [f"{objects} objects, {watchers} watchers; milliseconds, load {os.getloadavg()[0]:.1f}"]
    lines.append(f"{'':30}{'simulated':>10}{'budget':>9}{'genuine':>9}{'ratio':>8}")
    return lines + [_row(*row) for row in rows]


def _row(what: str, simulated: float, genuine: float | None) -> str:
    budget = BUDGETS.get(what)
    shown = f"{what:30}{simulated:10.2f}{budget if budget is not None else '':>9}"
    late = "   over budget" if budget is not None and simulated > budget else ""
    return shown + (f"{genuine:9.2f}{simulated / genuine:8.2f}" if genuine else f"{'':17}") + late


def main(arguments: list[str]) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--objects", type=int, default=10_000)
    parser.add_argument("--watchers", type=int, default=1000)
    options = parser.parse_args(arguments)
    sys.stdout.write("\n".join(report(options.objects, options.watchers)) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
