"""Scenarios: what is done to a cluster, and what is looked at afterwards, on a genuine cluster and on the simulated one.

A scenario is data. Its steps apply and change objects and let time pass; its observations are reduced to what has to be
equal: phases, reasons, conditions, counts, exit codes and the order of events, without names, addresses and moments.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import yaml

from tests.fidelity.cleaning import clean
from tests.fidelity.observers import OBSERVERS

HERE = Path(__file__).parent
SCENARIOS = HERE / "scenarios"
RECORDINGS = HERE / "recordings" / "scenarios"
"""A file of what was seen for each file of scenarios, with the same name."""

Obj = dict[str, Any]
PLURALS = {
    "Ingress": "ingresses",
    "NetworkPolicy": "networkpolicies",
    "StorageClass": "storageclasses",
    "RuntimeClass": "runtimeclasses",
    "Endpoints": "endpoints",
}
CLUSTER_SCOPED = {"Namespace", "Node", "PersistentVolume", "PriorityClass", "RuntimeClass", "StorageClass"}
API_VERSIONS = {
    "Pod": "v1",
    "Service": "v1",
    "Endpoints": "v1",
    "ConfigMap": "v1",
    "Secret": "v1",
    "Event": "v1",
    "Node": "v1",
    "PersistentVolumeClaim": "v1",
    "PersistentVolume": "v1",
    "ResourceQuota": "v1",
    "ServiceAccount": "v1",
    "Namespace": "v1",
    "LimitRange": "v1",
    "Deployment": "apps/v1",
    "ReplicaSet": "apps/v1",
    "StatefulSet": "apps/v1",
    "DaemonSet": "apps/v1",
    "Job": "batch/v1",
    "CronJob": "batch/v1",
    "HorizontalPodAutoscaler": "autoscaling/v2",
    "PodDisruptionBudget": "policy/v1",
    "EndpointSlice": "discovery.k8s.io/v1",
    "ControllerRevision": "apps/v1",
    "StorageClass": "storage.k8s.io/v1",
    "RuntimeClass": "node.k8s.io/v1",
}


class Driver(Protocol):
    """A cluster under test."""

    def request(
        self, method: str, path: str, body: Any = None, content_type: str = "application/json"
    ) -> tuple[int, Any]:
        """One request: status code and JSON body (or text for logs)."""

    def wait(self, seconds: float) -> None:
        """Let time pass."""

    def exec(self, namespace: str, pod: str, container: str, script: str) -> tuple[int, str]:
        """Run a script of the shell in a container: its exit code, and all it wrote."""


@dataclass(frozen=True)
class Scenario:
    """One scenario by its name. `needs` are add-ons that the cluster must have."""

    name: str
    file: str
    steps: list[dict[str, Any]]
    observe: list[str]
    needs: list[str]


def load() -> dict[str, Scenario]:
    """All scenarios, by name."""
    found = {}
    for path in sorted(SCENARIOS.glob("*.yaml")):
        for name, data in yaml.safe_load(path.read_text(encoding="utf-8")).items():
            observe = data.get("observe", ["pods", "events"])
            found[name] = Scenario(name, path.stem, data["steps"], observe, data.get("needs", []))
    return found


def recorded() -> dict[str, Any]:
    """What was seen of each recorded scenario, by name."""
    found: dict[str, Any] = {}
    for path in sorted(RECORDINGS.glob("*.json")):
        found |= json.loads(path.read_text(encoding="utf-8"))["scenarios"]
    return found


def path_of(kind: str, namespace: str, name: str = "", api_version: str = "") -> str:
    """The path of a collection or an object."""
    version = api_version or API_VERSIONS[kind]
    root = "/api/v1" if version == "v1" else f"/apis/{version}"
    scope = "" if kind in CLUSTER_SCOPED else f"/namespaces/{namespace}"
    return f"{root}{scope}/{PLURALS.get(kind, kind.lower() + 's')}" + (f"/{name}" if name else "")


class Run:
    """A scenario being played in a namespace of its own."""

    def __init__(self, driver: Driver, namespace: str) -> None:
        self.driver = driver
        self.namespace = namespace
        self.replies: list[Any] = []

    def play(self, scenario: Scenario) -> dict[str, Any]:
        """Do all steps and return the observations."""
        for step in scenario.steps:
            for verb, argument in step.items():
                getattr(self, f"_{verb}")(argument)
        seen = {what: OBSERVERS[what](self) for what in scenario.observe}
        if self.replies:
            seen["replies"] = self.replies
        return seen

    def get(self, kind: str, name: str = "") -> Any:
        """An object or a list."""
        return self.driver.request("GET", path_of(kind, self.namespace, name))[1]

    def items(self, kind: str) -> list[Obj]:
        """The objects of a kind, oldest first."""
        found: list[Obj] = self.get(kind).get("items") or []
        return sorted(found, key=lambda o: (o["metadata"]["creationTimestamp"], o["metadata"]["name"]))

    def _apply(self, obj: Obj) -> None:
        path = path_of(obj["kind"], self.namespace, api_version=obj["apiVersion"])
        status, body = self.driver.request("POST", path, obj)
        if status >= 400:
            self.replies.append([status, clean(body.get("message", ""), self.namespace)])

    def _patch(self, argument: dict[str, Any]) -> None:
        path = path_of(argument["kind"], self.namespace, argument["name"]) + argument.get("subresource", "")
        status, body = self.driver.request(
            "PATCH", path, argument["patch"], argument.get("type", "application/strategic-merge-patch+json")
        )
        if status >= 400:
            self.replies.append([status, clean(body.get("message", ""), self.namespace)])

    def _scale(self, argument: dict[str, Any]) -> None:
        patch = {"spec": {"replicas": argument["replicas"]}}
        merge = "application/merge-patch+json"
        self._patch(
            {"kind": argument["kind"], "name": argument["name"], "subresource": "/scale", "patch": patch, "type": merge}
        )

    def _chosen(self, argument: dict[str, Any]) -> list[str]:
        """The names that a step means: one, or those with some labels, the oldest first and at most a count of them."""
        if "labels" not in argument:
            return [argument["name"]]
        names = [
            o["metadata"]["name"]
            for o in self.items(argument["kind"])
            if argument["labels"].items() <= (o["metadata"].get("labels") or {}).items()
        ]
        return names[: argument.get("count", len(names))]

    def _relabel(self, argument: dict[str, Any]) -> None:
        for name in self._chosen(argument):
            self._patch({"kind": argument["kind"], "name": name, "patch": {"metadata": {"labels": argument["to"]}}})

    def _delete(self, argument: dict[str, Any]) -> None:
        options = {key: argument[key] for key in ("propagationPolicy", "gracePeriodSeconds") if key in argument}
        for name in self._chosen(argument):
            self.driver.request("DELETE", path_of(argument["kind"], self.namespace, name), options or None)

    def _evict(self, argument: dict[str, Any]) -> None:
        for pod in self.items("Pod")[: argument.get("count", 1)]:
            name = pod["metadata"]["name"]
            body = {
                "apiVersion": "policy/v1",
                "kind": "Eviction",
                "metadata": {"name": name, "namespace": self.namespace},
            }
            status, reply = self.driver.request("POST", path_of("Pod", self.namespace, name) + "/eviction", body)
            self.replies.append([status, clean(reply.get("message", ""), self.namespace)])

    def _wait(self, seconds: float) -> None:
        self.driver.wait(seconds)

    def _until(self, argument: dict[str, Any]) -> None:
        """Wait until a JMESPath expression over an object or list is true."""
        import jmespath

        within = float(argument.get("within", 60))
        while within > 0:
            if jmespath.search(argument["holds"], self.get(argument["kind"], argument.get("name", ""))):
                return
            self.driver.wait(0.5)
            within -= 0.5
        self.replies.append(["never", argument["holds"]])

    def _exec(self, argument: dict[str, str]) -> None:
        container = argument.get("container") or self.get("Pod", argument["pod"])["spec"]["containers"][0]["name"]
        code, text = self.driver.exec(self.namespace, argument["pod"], container, f"exec 2>&1; {argument['sh']}")
        self.replies.append(["exec", code, clean(text, self.namespace)])

    def _logs(self, argument: dict[str, Any]) -> None:
        pod = argument.get("pod", 0)
        if isinstance(pod, int):
            pod = self.items("Pod")[pod]["metadata"]["name"]
        query = "&".join(f"{key}={value}" for key, value in argument.get("query", {}).items())
        path = path_of("Pod", self.namespace, pod) + "/log" + (f"?{query}" if query else "")
        status, text = self.driver.request("GET", path)
        shown = text if isinstance(text, str) else text.get("message", "")
        self.replies.append(["logs", status, clean(shown, self.namespace)])
