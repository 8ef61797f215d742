"""Does random things to a cluster, as a script of plain values that can be replayed and made shorter.

An action is (verb, number, number, seconds): the numbers choose the target among what is there when its turn comes, so that a
script stays valid when some of its actions are left out.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from tests.simulator.chaos import bodies
from tests.simulator.workloads import NOW
from tutor.simulator import faults
from tutor.simulator.addons import install
from tutor.simulator.api.inprocess import InProcessClient
from tutor.simulator.cluster import NodeSpec, SimulatedCluster
from tutor.simulator.control_plane import ETCD
from tutor.simulator.objects import name_of
from tutor.simulator.store import Obj

MERGE = "application/merge-patch+json"
EXPECTED = (200, 201, 202, 403, 404, 409, 422, 429)
"""Answers to requests that may not suit the moment; anything else is a defect."""
NO_ETCD = 504
"""The answer while etcd is stopped."""
PAUSES = (0.0, 0.0, 0.4, 1.0, 7.0, 30.0, 60.0, 400.0, 3600.0)
"""Two hundred actions take about a day."""


class Action(NamedTuple):
    """One thing to do, and how long to wait afterwards."""

    verb: str
    one: int
    other: int
    pause: float


class Broken(AssertionError):
    """A request was answered in a way that no request should be."""


class Monkey:
    """A cluster of three nodes and what can be done to it."""

    def __init__(self, seed: int) -> None:
        specs = [NodeSpec(f"node-{number}", cpu="2", memory="2Gi") for number in (1, 2, 3)]
        self.cluster = SimulatedCluster(now=NOW, seed=seed, nodes=specs, strict=True)
        install(self.cluster, "metrics-server")
        self.api = InProcessClient(self.cluster)
        self.states: list[Any] = []
        self.send("POST", "/api/v1/namespaces", bodies.namespace())
        important = {"apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": {"name": "important"}}
        self.send("POST", "/apis/scheduling.k8s.io/v1/priorityclasses", {**important, "value": 1000})
        self.cluster.engine.advance(30)

    def do(self, action: Action) -> None:
        """Do one thing and wait."""
        VERBS[action.verb](self, action.one, action.other)
        self.cluster.engine.advance(action.pause)

    def send(self, method: str, path: str, body: Any = None, content_type: str = "application/json") -> None:
        """One request. Raises Broken."""
        response = self.api.send(method, path, body, content_type=content_type)
        if response.status == NO_ETCD and self.cluster.control_plane.is_stopped(ETCD):
            return
        if response.status not in EXPECTED:
            raise Broken(f"{method} {path}: {response.status} {response.payload()[:300]!r}")
        self.cluster.engine.run_ready()

    def there(self, resource: str) -> list[Obj]:
        """The objects of the namespace."""
        return self.cluster.store.list_sorted(resource, bodies.NAMESPACE)

    def pick(self, resource: str, number: int) -> str:
        """The name of one of them; one that is not there when there are none."""
        there = self.there(resource)
        return name_of(there[number % len(there)]) if there else "none"


def _kind(number: int) -> str:
    return list(bodies.KINDS)[number % len(bodies.KINDS)]


def _name(number: int) -> str:
    return bodies.NAMES[number % len(bodies.NAMES)]


def create(monkey: Monkey, one: int, other: int) -> None:
    """A workload of any kind, with a Service."""
    kind, name = _kind(one), _name(one // 7)
    monkey.send("POST", bodies.PATHS[kind], bodies.workload(kind, name, other))
    if kind not in ("Job", "CronJob"):
        monkey.send("POST", bodies.PATHS["Service"], bodies.service(kind, name))


def guard(monkey: Monkey, one: int, other: int) -> None:
    """A budget or an autoscaler for a workload."""
    kind, name = bodies.SCALED[one % 3], _name(other)
    if other % 2:
        monkey.send("POST", bodies.PATHS["PodDisruptionBudget"], bodies.budget(kind, name, one))
    else:
        monkey.send("POST", bodies.PATHS["HorizontalPodAutoscaler"], bodies.autoscaler(kind, name))


def set_quota(monkey: Monkey, one: int, other: int) -> None:
    """A quota comes or goes."""
    if one % 2:
        monkey.send("POST", bodies.PATHS["ResourceQuota"], bodies.quota(other))
    else:
        monkey.send("DELETE", bodies.PATHS["ResourceQuota"] + "/quota")


def _patch(monkey: Monkey, kind: str, name: str, patch: Any) -> None:
    monkey.send("PATCH", f"{bodies.PATHS[kind]}/{name}", patch, MERGE)


def scale(monkey: Monkey, one: int, other: int) -> None:
    """Other replicas."""
    kind = bodies.SCALED[one % 3]
    _patch(monkey, kind, monkey.pick(bodies.KINDS[kind], one // 3), {"spec": {"replicas": other % 5}})


def roll(monkey: Monkey, one: int, other: int) -> None:
    """Another template."""
    kind = ("Deployment", "StatefulSet", "DaemonSet")[one % 3]
    workload = monkey.pick(bodies.KINDS[kind], one // 3)
    template = bodies.workload(kind, workload, other)["spec"]["template"]
    _patch(monkey, kind, workload, {"spec": {"template": {"spec": template["spec"]}}})


def pause(monkey: Monkey, one: int, other: int) -> None:
    """A rollout is paused or goes on; a Job or CronJob is suspended or goes on."""
    kind = ("Deployment", "Job", "CronJob")[one % 3]
    field = "paused" if kind == "Deployment" else "suspend"
    _patch(monkey, kind, monkey.pick(bodies.KINDS[kind], one // 3), {"spec": {field: bool(other % 2)}})


def delete(monkey: Monkey, one: int, other: int) -> None:
    """A workload goes, with or without what it owns."""
    kind = _kind(one)
    options = {"propagationPolicy": ("Background", "Foreground", "Orphan")[other % 3]}
    monkey.send("DELETE", f"{bodies.PATHS[kind]}/{monkey.pick(bodies.KINDS[kind], one // 7)}", options)


def delete_pod(monkey: Monkey, one: int, other: int) -> None:
    """A pod goes, in time or at once."""
    options = ({}, {"gracePeriodSeconds": 0}, {"gracePeriodSeconds": 1})[other % 3]
    monkey.send("DELETE", f"{bodies.PATHS['Pod']}/{monkey.pick('pods', one)}", options)


def evict(monkey: Monkey, one: int, other: int) -> None:
    """A pod is evicted, if budgets allow."""
    name = monkey.pick("pods", one)
    body = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": name, "namespace": bodies.NAMESPACE}}
    monkey.send("POST", f"{bodies.PATHS['Pod']}/{name}/eviction", body)


def relabel(monkey: Monkey, one: int, other: int) -> None:
    """A pod leaves its workload or is sent to another."""
    app = "stray" if other % 2 else bodies.app_of("ReplicaSet", "a")
    _patch(monkey, "Pod", monkey.pick("pods", one), {"metadata": {"labels": {"app": app}}})


def run_inside(monkey: Monkey, one: int, other: int) -> None:
    """A command in a container."""
    script = ("kill 1", "echo hi > /tmp/x; sleep 5", "wget -q -T 2 -O - http://deployment-a", "exit 3")[other % 4]
    monkey.cluster.runtime.exec(
        bodies.NAMESPACE, monkey.pick("pods", one), "c", ["sh", "-c", script], stdin=False, tty=False
    )


def cordon(monkey: Monkey, one: int, other: int) -> None:
    """A node is closed for new pods, or opened."""
    path = f"/api/v1/nodes/node-{1 + one % 3}"
    monkey.send("PATCH", path, {"spec": {"unschedulable": bool(other % 2)}}, MERGE)


def taint(monkey: Monkey, one: int, other: int) -> None:
    """A node drives pods away, or not any more."""
    effect = ("NoExecute", "NoSchedule", "PreferNoSchedule")[other % 3]
    taints = [{"key": "chaos", "value": "yes", "effect": effect}] if other % 2 else []
    monkey.send("PATCH", f"/api/v1/nodes/node-{1 + one % 3}", {"spec": {"taints": taints}}, MERGE)


def move_out(monkey: Monkey, one: int, other: int) -> None:
    """The namespace goes with all that is in it, or is made anew."""
    if one % 3:
        monkey.send("POST", "/api/v1/namespaces", bodies.namespace())
    else:
        monkey.send("DELETE", f"/api/v1/namespaces/{bodies.NAMESPACE}")
        monkey.cluster.engine.advance(other % 60)
        monkey.send("POST", "/api/v1/namespaces", bodies.namespace())


def break_something(monkey: Monkey, one: int, other: int) -> None:
    """Any fault."""
    known = faults.faults(monkey.cluster)
    with suppress(faults.NotNow):
        faults.set_fault(monkey.cluster, known[one % len(known)].name, True)


def mend(monkey: Monkey, one: int, other: int) -> None:
    """A fault that there is goes."""
    broken = [fault for fault in faults.faults(monkey.cluster) if fault.is_on()]
    if broken:
        with suppress(faults.NotNow):
            faults.set_fault(monkey.cluster, broken[one % len(broken)].name, False)


def remember(monkey: Monkey, one: int, other: int) -> None:
    """A snapshot."""
    monkey.states = [*monkey.states[-3:], monkey.cluster.save()]


def go_back(monkey: Monkey, one: int, other: int) -> None:
    """A snapshot is restored."""
    if monkey.states:
        monkey.cluster.load(monkey.states[one % len(monkey.states)])


VERBS: dict[str, Callable[[Monkey, int, int], None]] = {
    verb.__name__: verb
    for verb in (
        create, guard, set_quota, scale, roll, pause, delete, delete_pod, evict, relabel, run_inside, cordon, taint,
        move_out, break_something, mend, remember, go_back,
    )
}  # fmt: skip
_OFTEN = {"create": 6, "scale": 4, "roll": 5, "delete_pod": 3, "break_something": 2, "mend": 2}
FIRST = 8
"""So many workloads are made before anything else happens."""


def script(seed: int, steps: int, pauses: Sequence[float] = PAUSES) -> list[Action]:
    """So many random actions, with one of these pauses after each."""
    source = random.Random(seed)
    verbs: Sequence[str] = [verb for verb in VERBS for _ in range(_OFTEN.get(verb, 1))]
    return [
        Action(
            "create" if number < FIRST else source.choice(verbs),
            source.randrange(1000),
            source.randrange(1000),
            source.choice(pauses),
        )
        for number in range(steps)
    ]
