"""The live view of a namespace as rows: workloads with what they own, Services with what they reach, nodes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tutor.ui.live.state import ClusterState, Object, name_of, owner_of, uid_of
from tutor.ui.live.words import images_of, node_word, pod_state

REVISION = "deployment.kubernetes.io/revision"
PLAIN_KINDS = ("Ingress", "Job", "PersistentVolumeClaim", "ConfigMap", "Secret")
"""Kinds listed by name only."""
IGNORED = {"kube-root-ca.crt"}


@dataclass(frozen=True)
class Row:
    """A line of the view. `tone` is `good`, `bad`, `moving` or empty; it only colours what `text` says."""

    depth: int
    mark: str
    title: str
    text: str
    tone: str = ""


def rows(state: ClusterState) -> list[Row]:
    """Every row, from workloads down to nodes."""
    owned: dict[str | None, list[Object]] = defaultdict(list)
    for kind in ("ReplicaSet", "Pod"):
        for obj in state.all(kind):
            owned[owner_of(obj)].append(obj)
    found = [row for deployment in state.all("Deployment") for row in _deployment(deployment, owned)]
    known = {uid_of(deployment) for deployment in state.all("Deployment")}
    for replica_set in state.all("ReplicaSet"):
        if owner_of(replica_set) not in known:
            found.extend(_replica_set(replica_set, owned, depth=0, note=""))
    parents = {uid_of(replica_set) for replica_set in state.all("ReplicaSet")}
    found.extend(_pod(pod, 0) for pod in state.all("Pod") if owner_of(pod) not in parents)
    found.extend(_service(service, state) for service in state.all("Service") if name_of(service) != "kubernetes")
    for scaler in state.all("HorizontalPodAutoscaler"):
        found.append(Row(0, "", f"HorizontalPodAutoscaler {name_of(scaler)}", autoscaler_text(scaler)))
    found.extend(_plain(state))
    found.extend(_nodes(state))
    return found


def _deployment(deployment: Object, owned: dict[str | None, list[Object]]) -> Iterator[Row]:
    spec, status = deployment.get("spec") or {}, deployment.get("status") or {}
    wanted, ready = _replicas(spec), int(status.get("readyReplicas") or 0)
    updated = int(status.get("updatedReplicas") or 0)
    text = f"{ready} of {wanted} ready, {updated} up to date"
    if spec.get("paused"):
        text += ", rollout paused"
    settled = ready == wanted == updated == int(status.get("replicas") or 0)
    yield Row(0, "", f"Deployment {name_of(deployment)}", text, "good" if settled else "moving")
    sets = sorted(owned[uid_of(deployment)], key=_revision, reverse=True)
    newest = max(map(_revision, sets), default=0)
    idle = 0
    for replica_set in sets:
        current = _revision(replica_set) == newest
        if not current and not owned[uid_of(replica_set)] and not _replicas(replica_set.get("spec") or {}):
            idle += 1
            continue
        yield from _replica_set(replica_set, owned, depth=1, note="" if current else "old, ")
    if idle:
        yield Row(1, "", f"{idle} old ReplicaSet{'s' if idle > 1 else ''}", "kept for rolling back, no Pods")


def _replica_set(replica_set: Object, owned: dict[str | None, list[Object]], depth: int, note: str) -> Iterator[Row]:
    spec, status = replica_set.get("spec") or {}, replica_set.get("status") or {}
    wanted, ready = _replicas(spec), int(status.get("readyReplicas") or 0)
    image = images_of(spec.get("template") or {})
    text = f"{note}{ready} of {wanted} ready, {image}"
    yield Row(depth, "", f"ReplicaSet {name_of(replica_set)}", text, "good" if ready == wanted else "moving")
    for pod in owned[uid_of(replica_set)]:
        yield _pod(pod, depth + 1)


def _pod(pod: Object, depth: int) -> Row:
    state = pod_state(pod)
    node = str((pod.get("spec") or {}).get("nodeName") or "")
    parts = [state.word]
    if state.restarts:
        parts.append(f"{state.restarts} restart{'s' if state.restarts > 1 else ''}")
    if node:
        parts.append(f"on {node}")
    tone = "good" if state.ready else "bad" if state.trouble else "moving"
    return Row(depth, state.mark, f"Pod {name_of(pod)}", ", ".join(parts), tone)


def _service(service: Object, state: ClusterState) -> Row:
    selector = (service.get("spec") or {}).get("selector") or {}
    ready, total = _endpoints(name_of(service), state.all("EndpointSlice"))
    labels = ",".join(f"{key}={value}" for key, value in sorted(selector.items())) or "no selector"
    reach = f"{ready} of {total} Pods ready" if total else "no Pods match"
    return Row(0, "", f"Service {name_of(service)}", f"selects {labels}: {reach}", "good" if ready else "bad")


def _endpoints(service: str, slices: Sequence[Object]) -> tuple[int, int]:
    """Ready and all endpoints of a Service."""
    ready = total = 0
    for endpoint_slice in slices:
        labels = (endpoint_slice.get("metadata") or {}).get("labels") or {}
        if labels.get("kubernetes.io/service-name") != service:
            continue
        for endpoint in endpoint_slice.get("endpoints") or ():
            total += 1
            ready += (endpoint.get("conditions") or {}).get("ready", True) is not False
    return ready, total


def autoscaler_text(scaler: Object) -> str:
    """How many Pods it wants, between which bounds, and what it has measured: `3 of 3 to 20 Pods, cpu 31 % of 70 %`."""
    spec, status = scaler.get("spec") or {}, scaler.get("status") or {}
    bounds = f"{spec.get('minReplicas', 1)} to {spec.get('maxReplicas', '?')}"
    measured = {
        (metric.get("resource") or {}).get("name"): ((metric.get("resource") or {}).get("current") or {})
        for metric in status.get("currentMetrics") or ()
    }
    metrics = [_metric(metric["resource"], measured) for metric in spec.get("metrics") or () if metric.get("resource")]
    return ", ".join([f"{status.get('desiredReplicas', 0)} wanted, {bounds} allowed", *metrics])


def _metric(resource: dict[str, Any], measured: dict[str | None, dict[str, Any]]) -> str:
    name, target = resource.get("name"), resource.get("target") or {}
    now = measured.get(name) or {}
    if target.get("type") == "Utilization":
        value = now.get("averageUtilization")
        return f"{name} {'unknown' if value is None else f'{value} %'} of {target.get('averageUtilization')} %"
    wanted = target.get("averageValue") or target.get("value")
    return f"{name} {now.get('averageValue') or now.get('value') or 'unknown'} of {wanted}"


def _plain(state: ClusterState) -> Iterator[Row]:
    for kind in PLAIN_KINDS:
        names = [name_of(obj) for obj in state.all(kind) if name_of(obj) not in IGNORED]
        if names:
            yield Row(0, "", kind, ", ".join(names))


def _nodes(state: ClusterState) -> Iterator[Row]:
    counts: dict[str, int] = defaultdict(int)
    for pod in state.all("Pod"):
        counts[str((pod.get("spec") or {}).get("nodeName") or "")] += 1
    for node in state.all("Node"):
        word, count = node_word(node), counts[name_of(node)]
        pods = f"{count} Pod{'' if count == 1 else 's'} of this namespace"
        yield Row(0, "", f"Node {name_of(node)}", f"{word}, {pods}", "good" if word == "ready" else "bad")


def _replicas(spec: dict[str, Any]) -> int:
    return int(spec.get("replicas", 1) or 0)


def _revision(replica_set: Object) -> int:
    annotations = (replica_set.get("metadata") or {}).get("annotations") or {}
    text = str(annotations.get(REVISION, "0"))
    return int(text) if text.isdigit() else 0
