"""Random workloads, faults and changes: whatever happens, some things always hold, and in the end everything settles."""

from __future__ import annotations

import contextlib
import random
from collections import Counter
from typing import Any

import pytest

from tests.simulator.lab import Lab
from tests.simulator.workloads import deployment
from tutor.simulator import quantity
from tutor.simulator.errors import ApiError
from tutor.simulator.objects import condition_is, deleting, matches_labels, name_of, with_metadata
from tutor.simulator.store import Obj

IMAGES = ("web-app:v2.1.0", "web-app:v2.5.0-crash", "nginx:1.27", "nginx:9.99", "registry.k8s.io/pause:3.10")
STEPS = 40


class NothingThere(Exception):
    """What was to be changed is gone, or has changed meanwhile."""


class Monkey:
    """Does one random thing after the other to a cluster."""

    def __init__(self, seed: int) -> None:
        self.lab = Lab(nodes=3, seed=seed)
        self._random = random.Random(seed)
        for name in ("one", "two"):
            body = deployment(name, image="web-app:v2.1.0", replicas=2)
            container = body["spec"]["template"]["spec"]["containers"][0]
            container["resources"] = {"requests": {"cpu": "200m", "memory": "64Mi"}}
            container["readinessProbe"] = {"httpGet": {"path": "/ready", "port": 3000}, "periodSeconds": 2}
            self.lab.client.create("deployments.apps", body)
            spec = {"selector": {"app": name}, "ports": [{"port": 80, "targetPort": 3000}]}
            self.lab.create("services", "v1", "Service", name, spec=spec)

    def act(self) -> None:
        actions = (
            self.scale,
            self.roll,
            self.delete_pod,
            self.cordon,
            self.lose_node,
            self.find_node,
            self.relabel,
            self.exec,
        )
        try:
            self._random.choice(actions)()
        except ApiError as error:
            if error.code not in (404, 409):
                raise
            raise NothingThere from error
        self.lab.advance(self._random.choice((0.0, 1.0, 7.0, 30.0)))

    def _web(self) -> Obj:
        return self.lab.get(self._random.choice(("one", "two")), "deployments.apps")

    def scale(self) -> None:
        web = self._web()
        self.lab.client.update(
            "deployments.apps", {**web, "spec": {**web["spec"], "replicas": self._random.randint(0, 6)}}
        )

    def roll(self, image: str = "") -> None:
        web = self._web()
        template = web["spec"]["template"]
        container = {**template["spec"]["containers"][0], "image": image or self._random.choice(IMAGES)}
        spec = {**template["spec"], "containers": [container]}
        self.lab.client.update(
            "deployments.apps", {**web, "spec": {**web["spec"], "template": {**template, "spec": spec}}}
        )

    def _pod(self) -> Obj | None:
        pods = self.lab.cluster.store.list_sorted("pods", "default")
        return self._random.choice(pods) if pods else None

    def delete_pod(self) -> None:
        pod = self._pod()
        if pod is not None:
            self.lab.client.delete("pods", "default", name_of(pod))

    def relabel(self) -> None:
        pod = self._pod()
        if pod is not None:
            self.lab.client.update("pods", with_metadata(pod, labels={"app": "stray"}))

    def exec(self) -> None:
        pod = self._pod()
        if pod is not None:
            self.lab.cluster.runtime.exec(
                "default", name_of(pod), "app", ["sh", "-c", "kill 1"], stdin=False, tty=False
            )

    def cordon(self) -> None:
        node = self._random.choice(self.lab.cluster.store.list_sorted("nodes"))
        flag = not node["spec"].get("unschedulable")
        self.lab.client.update("nodes", {**node, "spec": {**node["spec"], "unschedulable": flag}})

    def lose_node(self) -> None:
        self.lab.cluster.runtime.cut_off(f"node-{self._random.randint(1, 3)}")

    def find_node(self) -> None:
        for number in (1, 2, 3):
            self.lab.cluster.runtime.reconnect(f"node-{number}")

    def calm_down(self) -> None:
        """End all faults and give everything a good image."""
        self.find_node()
        for node in self.lab.cluster.store.list("nodes"):
            self.lab.client.update("nodes", {**node, "spec": {**node["spec"], "unschedulable": False}})
        for name in ("one", "two"):
            web = self.lab.get(name, "deployments.apps")
            template = web["spec"]["template"]
            container = {**template["spec"]["containers"][0], "image": "web-app:v2.2.0"}
            spec = {**web["spec"], "template": {**template, "spec": {**template["spec"], "containers": [container]}}}
            self.lab.client.update("deployments.apps", {**web, "spec": spec})
        self.lab.advance(900)


def placed(lab: Lab) -> list[Obj]:
    ended = ("Succeeded", "Failed")
    return [
        pod
        for pod in lab.cluster.store.list("pods")
        if pod["spec"].get("nodeName") and pod["status"]["phase"] not in ended
    ]


def check_always(lab: Lab) -> None:
    """What holds at any moment."""
    pods = placed(lab)
    addresses = Counter(pod["status"]["podIP"] for pod in pods if pod["status"].get("podIP"))
    assert all(count == 1 for count in addresses.values()), addresses
    for node in lab.cluster.store.list("nodes"):
        mine = [pod for pod in pods if pod["spec"]["nodeName"] == name_of(node)]
        for resource in ("cpu", "memory"):
            asked = sum(_request(pod, resource) for pod in mine)
            assert asked <= quantity.parse(node["status"]["allocatable"][resource])


def _request(pod: Obj, resource: str) -> Any:
    return sum(
        quantity.parse((container.get("resources") or {}).get("requests", {}).get(resource, "0"))
        for container in pod["spec"]["containers"]
    )


def check_settled(lab: Lab) -> None:
    """What holds when all faults are over."""
    for name in ("one", "two"):
        web = lab.get(name, "deployments.apps")
        assert web["status"].get("availableReplicas", 0) == web["spec"]["replicas"]
        ready = {
            pod["status"]["podIP"]
            for pod in lab.cluster.store.list("pods", "default")
            if matches_labels({"app": name}, pod["metadata"]["labels"])
            and condition_is(pod["status"], "Ready")
            and not deleting(pod)
        }
        listed = {
            endpoint["addresses"][0]
            for slice_ in lab.cluster.store.list("endpointslices.discovery.k8s.io", "default")
            if slice_["metadata"]["labels"]["kubernetes.io/service-name"] == name
            for endpoint in slice_.get("endpoints") or ()
            if endpoint["conditions"]["ready"]
        }
        assert listed == ready


@pytest.mark.parametrize("seed", range(4))
def test_whatever_happens(seed: int) -> None:
    monkey = Monkey(seed)
    for _ in range(STEPS):
        with contextlib.suppress(NothingThere):
            monkey.act()
        check_always(monkey.lab)
    monkey.calm_down()
    check_settled(monkey.lab)
    assert monkey.lab.cluster.engine.run_until_settled()
