"""What is looked at when a scenario has been played: the parts of objects and events that have to be equal."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from tests.fidelity.cleaning import clean
from tests.fidelity.seen_services import endpoints, revisions

if TYPE_CHECKING:
    from tests.fidelity.scenario import Run

Obj = dict[str, Any]


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
        for field in ("initContainerStatuses", "containerStatuses", "ephemeralContainerStatuses"):
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


def _namespace(run: Run) -> Any:
    namespace = run.get("Namespace", run.namespace)
    return {"phase": namespace["status"]["phase"], "conditions": _conditions(namespace, run.namespace)}


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
    "namespace": _namespace,
    "claims": _claims,
    "budgets": _budgets,
    "endpoints": endpoints,
    "revisions": revisions,
    "quotas": _quotas,
    "autoscalers": _autoscalers,
}
