"""Plays kubelet in tests of controllers: pods get the status that a test gives them, and nothing happens on its own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tutor.simulator.clock import timestamp
from tutor.simulator.cluster import DEFAULT_NODES, NodeSpec, SimulatedCluster
from tutor.simulator.objects import deleting, name_of, split_key
from tutor.simulator.registry import Writer
from tutor.simulator.store import Obj

NOW = 1_780_000_040.0
"""Forty seconds before a full minute."""
KUBELET = "kubelet"


class Stage:
    """A cluster without kubelets, and what a test does in their place."""

    def __init__(self, nodes: Iterable[NodeSpec] = DEFAULT_NODES) -> None:
        self.cluster = SimulatedCluster(now=NOW, nodes=nodes, strict=True)
        self.engine = self.cluster.engine
        self.client = self.cluster.client("test")
        if KUBELET in self.engine.actors():
            self.engine.stop(KUBELET)
        for pod in self.cluster.store.list("pods", "kube-system"):
            self.run_pod(pod)

    def create(self, resource: str, obj: Obj) -> Obj:
        """Create an object in the namespace "default" and let the controllers act."""
        found = self.cluster.scheme.stored(resource)
        assert found is not None
        if found.namespaced:
            obj["metadata"].setdefault("namespace", "default")
        created = self.client.create(resource, obj)
        self.engine.run_ready()
        return created

    def get(self, resource: str, key: str) -> Obj:
        """The object with a key such as "web" (in "default"), "other/web" or "/node-1" (in no namespace)."""
        namespace, name = split_key(key) if "/" in key else ("default", key)
        obj = self.client.get(resource, namespace, name)
        assert obj is not None, f"no {resource} {key}"
        return obj

    def exists(self, resource: str, key: str) -> bool:
        """Whether there is such an object."""
        namespace, name = split_key(key) if "/" in key else ("default", key)
        return self.client.get(resource, namespace, name) is not None

    def status(self, resource: str, key: str) -> dict[str, Any]:
        """An object's status."""
        found: dict[str, Any] = self.get(resource, key)["status"]
        return found

    def change(self, resource: str, key: str, **spec: Any) -> None:
        """Change fields of an object's spec and let the controllers act."""
        obj = self.get(resource, key)
        self.client.update(resource, {**obj, "spec": {**obj["spec"], **spec}})
        self.engine.run_ready()

    def pods(self, prefix: str = "") -> list[Obj]:
        """The pods of the namespace "default" whose name begins so, oldest first."""
        found = [pod for pod in self.cluster.store.list("pods", "default") if name_of(pod).startswith(prefix)]
        return sorted(found, key=lambda pod: int(pod["metadata"]["resourceVersion"]))

    def set_pod(self, pod: Obj, phase: str, ready: bool, **status: Any) -> None:
        """Give a pod a phase and a Ready condition."""
        current = self.get("pods", f"{pod['metadata']['namespace']}/{name_of(pod)}")
        value = {"type": "Ready", "status": str(ready), "lastTransitionTime": timestamp(self.client.now)}
        others = [c for c in current["status"].get("conditions") or () if c["type"] != "Ready"]
        changed = {**current["status"], "phase": phase, "conditions": [*others, value], **status}
        self.client.update_status("pods", current, changed)
        self.engine.run_ready()

    def run_pod(self, pod: Obj) -> None:
        """Let a pod run and be ready."""
        self.set_pod(pod, "Running", True, startTime=timestamp(self.client.now))

    def end_pod(self, pod: Obj, code: int = 0) -> None:
        """Let a pod's only container end."""
        ended = {"exitCode": code, "finishedAt": timestamp(self.client.now)}
        entry = {"name": pod["spec"]["containers"][0]["name"], "restartCount": 0, "state": {"terminated": ended}}
        self.set_pod(pod, "Failed" if code else "Succeeded", False, containerStatuses=[entry])

    def remove_deleted(self) -> int:
        """Let pods that are being deleted go; returns how many went."""
        resource = self.cluster.scheme.stored("pods")
        assert resource is not None
        gone = 0
        for pod in self.cluster.store.list("pods"):
            if deleting(pod) and not pod["metadata"].get("finalizers"):
                self.cluster.registry.purge(resource, pod, Writer("test", trusted=True))
                gone += 1
        self.engine.run_ready()
        return gone

    def run_all(self) -> None:
        """Let every pod run that there is and that follows from it, and every deleted one go."""
        for _ in range(100):
            waiting = [pod for pod in self.cluster.store.list("pods") if not deleting(pod) and _waits(pod)]
            for pod in waiting:
                self.run_pod(pod)
            if not waiting and not self.remove_deleted():
                return
        raise AssertionError("pods keep coming")

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.engine.advance(seconds)

    def events(self, name: str) -> list[str]:
        """Reasons of the events about objects of a name in the order of their last writes, as often as they were counted."""
        found = [event for event in self.cluster.store.list("events") if event["involvedObject"]["name"] == name]
        found.sort(key=lambda event: int(event["metadata"]["resourceVersion"]))
        return [event["reason"] for event in found for _ in range(event.get("count") or 1)]

    def message(self, name: str, reason: str) -> str:
        """The message of the newest event about an object with a reason."""
        found = [
            event
            for event in self.cluster.store.list("events")
            if event["involvedObject"]["name"] == name and event["reason"] == reason
        ]
        assert found, f"no event {reason} about {name}"
        message: str = found[-1]["message"]
        return message


def _waits(pod: Obj) -> bool:
    return bool(pod["status"].get("phase", "Pending") == "Pending" and pod["spec"].get("nodeName"))


def conditions(status: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """Status and reason of each condition by its type."""
    return {c["type"]: (c["status"], c["reason"]) for c in status.get("conditions") or ()}
