"""Scenarios: what is done to a cluster, and what is looked at afterwards, on a genuine cluster and on the simulated one.

A scenario is data. Its steps apply and change objects and let time pass; its observations are reduced to what has to be
equal: phases, reasons, conditions, counts, exit codes and the order of events, without names, addresses and moments.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import yaml

from tests.fidelity.seen_services import endpoints, revisions

HERE = Path(__file__).parent
SCENARIOS = HERE / "scenarios"
RECORDINGS = HERE / "recordings" / "scenarios"
"""A file of what was seen for each file of scenarios, with the same name."""

Obj = dict[str, Any]
PLURALS = {
    "Ingress": "ingresses",
    "NetworkPolicy": "networkpolicies",
    "StorageClass": "storageclasses",
    "Endpoints": "endpoints",
}
CLUSTER_SCOPED = {"Namespace", "Node", "PersistentVolume", "PriorityClass", "StorageClass"}
API_VERSIONS = {
    "Pod": "v1",
    "Service": "v1",
    "Endpoints": "v1",
    "ConfigMap": "v1",
    "Secret": "v1",
    "Event": "v1",
    "Node": "v1",
    "PersistentVolumeClaim": "v1",
    "ResourceQuota": "v1",
    "ServiceAccount": "v1",
    "Namespace": "v1",
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
}


class Driver(Protocol):
    """A cluster under test."""

    def request(
        self, method: str, path: str, body: Any = None, content_type: str = "application/json"
    ) -> tuple[int, Any]:
        """One request: status code and JSON body (or text for logs)."""

    def wait(self, seconds: float) -> None:
        """Let time pass."""


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

    def _delete(self, argument: dict[str, Any]) -> None:
        options = {key: argument[key] for key in ("propagationPolicy", "gracePeriodSeconds") if key in argument}
        if "labels" in argument:
            names = [
                o["metadata"]["name"]
                for o in self.items(argument["kind"])
                if argument["labels"].items() <= (o["metadata"].get("labels") or {}).items()
            ]
            names = names[: argument.get("count", len(names))]
        else:
            names = [argument["name"]]
        for name in names:
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

    def _logs(self, argument: dict[str, Any]) -> None:
        pod = argument.get("pod", 0)
        if isinstance(pod, int):
            pod = self.items("Pod")[pod]["metadata"]["name"]
        query = "&".join(f"{key}={value}" for key, value in argument.get("query", {}).items())
        path = path_of("Pod", self.namespace, pod) + "/log" + (f"?{query}" if query else "")
        status, text = self.driver.request("GET", path)
        shown = text if isinstance(text, str) else text.get("message", "")
        self.replies.append(["logs", status, clean(shown, self.namespace)])


_RANDOM = "[bcdfghjklmnpqrstvwxz2456789]"
_PATTERNS: tuple[tuple[str, str], ...] = (
    (r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "UID"),
    (r"\b\d+\.\d+\.\d+\.\d+(:\d+)?\b", r"IP\1"),
    (rf"-{_RANDOM}{{8,10}}-{_RANDOM}{{5}}\b", "-HASH-POD"),
    (rf"-(?={_RANDOM}*[0-9]){_RANDOM}{{8,10}}\b", "-HASH"),
    (rf"-{_RANDOM}{{5}}\b", "-POD"),
    (r"sha256:[0-9a-f]{12,64}", "DIGEST"),
    (r'start exec "[0-9a-f]{64}"', 'start exec "ID"'),
    (r"containerd://[0-9a-f]+", "CONTAINER"),
    (r"\bnode-\d\b", "NODE"),
    (r"-\d{8}\b", "-MINUTE"),
    (r" in \d[\d.]*m?s( \(\d[\d.]*m?s including waiting\))?", " in TIME"),
    (r"Image size: \d+ bytes", "Image size: N bytes"),
)


def clean(text: str, namespace: str) -> str:
    """A text without what differs from one run to the next."""
    text = text.replace(namespace, "NAMESPACE")
    for pattern, replacement in _PATTERNS:
        text = re.sub(pattern, replacement, text)
    return text


# -- observations


def _container(status: Obj, namespace: str) -> Obj:
    result: Obj = {"name": status["name"], "ready": status["ready"], "started": status.get("started")}
    result["restarts"] = status["restartCount"]
    for field in ("state", "lastState"):
        for kind, detail in (status.get(field) or {}).items():
            kept = {k: detail[k] for k in ("reason", "exitCode", "signal") if k in detail}
            if "message" in detail:
                kept["message"] = clean(detail["message"], namespace)
            result[field] = {kind: kept}
    return result


def _conditions(obj: Obj, namespace: str) -> Obj:
    found = {}
    for condition in (obj.get("status") or {}).get("conditions") or ():
        message = clean(condition.get("message", ""), namespace)
        found[condition["type"]] = [condition["status"], condition.get("reason", ""), message]
    return found


def pods(run: Run) -> list[Any]:
    """Every pod's phase, reason, conditions and containers; equal pods in any order."""
    result = []
    for pod in run.items("Pod"):
        status = pod.get("status") or {}
        seen: Obj = {"phase": status.get("phase"), "conditions": _conditions(pod, run.namespace)}
        seen["deleting"] = "deletionTimestamp" in pod["metadata"]
        for field in ("reason", "message", "qosClass"):
            if status.get(field):
                seen[field] = clean(status[field], run.namespace)
        for field in ("initContainerStatuses", "containerStatuses"):
            if status.get(field):
                seen[field] = [_container(c, run.namespace) for c in status[field]]
        seen["owner"] = [o["kind"] for o in pod["metadata"].get("ownerReferences") or ()]
        seen["images"] = [c["image"] for c in pod["spec"]["containers"]]
        result.append(seen)
    return sorted(result, key=repr)


def events(run: Run) -> Obj:
    """For each kind of object the (type, reason, message) of its events in the order they began, repeats once."""
    found: dict[str, list[tuple[str, list[str]]]] = {}
    for event in run.get("Event")["items"]:
        involved = event["involvedObject"]
        moment = event.get("eventTime") or event.get("firstTimestamp") or ""
        suffix = event["metadata"]["name"].rpartition(".")[2]
        order = (str(moment)[:19], suffix.zfill(20))
        row = [
            event["type"],
            event["reason"],
            clean(event["message"], run.namespace),
            involved.get("fieldPath", ""),
            event["message"],
        ]
        key = f"{involved['kind']}/{involved['name']}"
        found.setdefault(key, []).append((repr(order), row))
    result: dict[str, list[Any]] = {}
    for key, rows in found.items():
        ordered = _without_pulls([row for _, row in sorted(rows, key=lambda entry: entry[0])])
        result.setdefault(key.partition("/")[0], []).append(ordered)
    return {kind: sorted(histories, key=repr) for kind, histories in sorted(result.items())}


def _without_pulls(rows: list[list[str]]) -> list[list[str]]:
    """Each row once, and the same whether the node had the image already: which nodes have which images is no part of a
    scenario. The last fields of a row, its container and its message as it was, only tell rows apart."""
    result: list[list[str]] = []
    for row in rows:
        if row[1] == "Pulled":
            row = [row[0], row[1], "the image is there", row[3], ""]
            result = [earlier for earlier in result if earlier[1] != "Pulling" or earlier[3] != row[3]]
        if row not in result:
            result.append(row)
    return [row[:3] for row in result]


def _workloads(kind: str, fields: Iterable[str]) -> Callable[[Run], list[Any]]:
    def observe(run: Run) -> list[Any]:
        result = []
        for obj in run.items(kind):
            status = obj.get("status") or {}
            seen = {field: status[field] for field in fields if field in status}
            seen["wanted"] = obj["spec"].get("replicas")
            seen["conditions"] = _conditions(obj, run.namespace)
            annotations = obj["metadata"].get("annotations") or {}
            seen["annotations"] = {k: v for k, v in annotations.items() if k.startswith("deployment.kubernetes.io/")}
            result.append(seen)
        return sorted(result, key=repr)

    return observe


def services(run: Run) -> list[Any]:
    """How many addresses each Service has, ready and not, by its EndpointSlices."""
    result = []
    for service in run.items("Service"):
        name = service["metadata"]["name"]
        slices = [
            s for s in run.items("EndpointSlice") if s["metadata"]["labels"].get("kubernetes.io/service-name") == name
        ]
        conditions = sorted(repr(sorted(e["conditions"].items())) for s in slices for e in s.get("endpoints") or ())
        ports = sorted({(p.get("name") or "", p["port"]) for s in slices for p in s.get("ports") or ()})
        result.append({"name": name, "endpoints": conditions, "ports": [list(port) for port in ports]})
    return result


_REPLICAS = (
    "replicas",
    "readyReplicas",
    "availableReplicas",
    "updatedReplicas",
    "unavailableReplicas",
    "fullyLabeledReplicas",
    "currentReplicas",
    "terminatingReplicas",
    "observedGeneration",
)
_JOB = ("active", "ready", "succeeded", "failed", "terminating", "completedIndexes")
_DAEMON = (
    "desiredNumberScheduled",
    "currentNumberScheduled",
    "numberReady",
    "numberAvailable",
    "numberUnavailable",
    "updatedNumberScheduled",
    "numberMisscheduled",
)


def _claims(run: Run) -> list[Any]:
    return [
        {
            "phase": c["status"]["phase"],
            "capacity": c["status"].get("capacity"),
            "bound": bool(c["spec"].get("volumeName")),
        }
        for c in run.items("PersistentVolumeClaim")
    ]


def _budgets(run: Run) -> list[Any]:
    fields = ("currentHealthy", "desiredHealthy", "disruptionsAllowed", "expectedPods")
    return [
        {**{f: b["status"].get(f) for f in fields}, "conditions": _conditions(b, run.namespace)}
        for b in run.items("PodDisruptionBudget")
    ]


def _quotas(run: Run) -> list[Any]:
    return [q.get("status") for q in run.items("ResourceQuota")]


def _autoscalers(run: Run) -> list[Any]:
    fields = ("currentReplicas", "desiredReplicas")
    return [
        {**{f: h["status"].get(f) for f in fields}, "conditions": _conditions(h, run.namespace)}
        for h in run.items("HorizontalPodAutoscaler")
    ]


OBSERVERS: dict[str, Callable[[Run], Any]] = {
    "pods": pods,
    "events": events,
    "services": services,
    "deployments": _workloads("Deployment", _REPLICAS),
    "replicasets": _workloads("ReplicaSet", _REPLICAS),
    "statefulsets": _workloads("StatefulSet", _REPLICAS),
    "daemonsets": _workloads("DaemonSet", _DAEMON),
    "jobs": _workloads("Job", _JOB),
    "claims": _claims,
    "budgets": _budgets,
    "endpoints": endpoints,
    "revisions": revisions,
    "quotas": _quotas,
    "autoscalers": _autoscalers,
}
