"""Plays scripts of the monkey, checks what must hold, and finds the shortest script that breaks the same thing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress

from tests.simulator.chaos import bodies
from tests.simulator.chaos.invariants import Watcher, always, settled
from tests.simulator.chaos.monkey import MERGE, Action, Monkey
from tutor.simulator import faults
from tutor.simulator.objects import controller_of, name_of

SETTLE_SECONDS = 3600.0
"""How long everything may take to settle once faults are over."""


def calm_down(monkey: Monkey) -> None:
    """End all faults, open all nodes, and give everything an image and a size that work."""
    for _ in range(2):  # some can be ended only once there is an API server again
        for fault in faults.faults(monkey.cluster):
            with suppress(faults.NotNow):
                faults.set_fault(monkey.cluster, fault.name, False)
    for number in (1, 2, 3):
        opened = {"unschedulable": False, "taints": None}
        monkey.send("PATCH", f"/api/v1/nodes/node-{number}", {"spec": opened}, MERGE)
    monkey.send("DELETE", bodies.PATHS["ResourceQuota"] + "/quota")
    for kind in ("HorizontalPodAutoscaler", "PodDisruptionBudget", "CronJob"):
        monkey.send("DELETE", bodies.PATHS[kind])
    for kind, resource in bodies.KINDS.items():
        for obj in monkey.there(resource):
            if kind == "Pod" and controller_of(obj) is None:
                monkey.send("DELETE", f"{bodies.PATHS[kind]}/{name_of(obj)}")
            elif kind in (*bodies.SCALED, "DaemonSet") and controller_of(obj) is None:
                monkey.send("PATCH", f"{bodies.PATHS[kind]}/{name_of(obj)}", _working(kind), MERGE)
    for resource in ("replicasets.apps", "statefulsets.apps", "deployments.apps"):
        _renew_pods(monkey, resource)


def _working(kind: str) -> dict[str, object]:
    container = {"name": "c", "image": bodies.GOOD_IMAGE, "resources": {"requests": {"cpu": "10m"}}}
    spec = {"containers": [container], "topologySpreadConstraints": None, "affinity": None, "priorityClassName": None}
    fields: dict[str, object] = {"template": {"spec": {**spec, "priority": None}}}
    if kind != "DaemonSet":
        fields["replicas"] = 2
    if kind == "Deployment":
        fields["paused"] = False
    return {"spec": fields}


def _renew_pods(monkey: Monkey, resource: str) -> None:
    """Pods of an old template that cannot work go: nobody else replaces those of ReplicaSets and stuck StatefulSets."""
    for obj in monkey.there(resource):
        for pod in monkey.there("pods"):
            if (controller_of(pod) or {}).get("uid") == obj["metadata"]["uid"]:
                monkey.send("DELETE", f"{bodies.PATHS['Pod']}/{name_of(pod)}", {"gracePeriodSeconds": 1})


def play(seed: int, script: Sequence[Action]) -> str:
    """Play a script; returns the first thing that is wrong, empty when all is well."""
    monkey = Monkey(seed)
    watcher = Watcher(monkey.cluster)
    for number, action in enumerate(script):
        try:
            monkey.do(action)
        except Exception as error:
            return f"action {number}: {type(error).__name__}: {error}"
        for problem in (*watcher.problems, *always(monkey.cluster)):
            return f"action {number}: {problem}"
    try:
        calm_down(monkey)
        reached = monkey.cluster.engine.run_until_settled(SETTLE_SECONDS)
        monkey.cluster.engine.advance(SETTLE_SECONDS)
    except Exception as error:
        return f"calming down: {type(error).__name__}: {error}"
    if not reached:
        return "it does not settle"
    for problem in (*watcher.problems, *always(monkey.cluster), *settled(monkey.cluster)):
        return f"settled: {problem}"
    return ""


def shorten(script: list[Action], breaks: Callable[[list[Action]], bool]) -> list[Action]:
    """Leave out actions, many at once first, as long as what is left still breaks something."""
    size = len(script) // 2
    while size:
        start = 0
        while start < len(script):
            shorter = script[:start] + script[start + size :]
            if breaks(shorter):
                script = shorter
            else:
                start += size
        size //= 2
    return script
