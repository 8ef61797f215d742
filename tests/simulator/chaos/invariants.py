"""What holds at any moment, however bad things are, and what holds when all faults are over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from tests.simulator.chaos import bodies
from tutor.simulator.cluster import SimulatedCluster
from tutor.simulator.objects import (
    annotations_of,
    condition_is,
    controller_of,
    deleting,
    key_of,
    labels_of,
    name_of,
    uid_of,
)
from tutor.simulator.scheduler.requests import amounts, pod_requests
from tutor.simulator.store import Change, Obj

ENDED = ("Succeeded", "Failed")


class Watcher:
    """Sees every write and remembers what must never change again."""

    def __init__(self, cluster: SimulatedCluster) -> None:
        self.problems: list[str] = []
        self._revision = cluster.store.revision
        cluster.store.subscribe(self._on_change)

    def _on_change(self, change: Change) -> None:
        if change.revision <= self._revision:
            self._say(f"revision {change.revision} after {self._revision}", change)
        self._revision = change.revision
        if change.obj["metadata"]["resourceVersion"] != str(change.revision):
            self._say("another resourceVersion than the write's", change)
        if change.old is not None and change.type == "MODIFIED":
            for problem in _wrong_steps(change.old, change.obj):
                self._say(problem, change)
            if change.resource == "pods":
                for problem in _wrong_pod_steps(change.old, change.obj):
                    self._say(problem, change)

    def _say(self, problem: str, change: Change) -> None:
        self.problems.append(f"{change.actor}, {change.resource} {key_of(change.obj)}: {problem}")


def _wrong_steps(old: Obj, new: Obj) -> Iterator[str]:
    """What no object ever does."""
    if uid_of(old) != uid_of(new):
        yield "another uid"
    if deleting(old) and not deleting(new):
        yield "its deletion was taken back"
    if new["metadata"].get("generation", 0) < old["metadata"].get("generation", 0):
        yield "its generation has fallen"


def _wrong_pod_steps(old: Obj, new: Obj) -> Iterator[str]:
    """What no pod ever does: change nodes, live again, or run a container anew without counting it."""
    node = old["spec"].get("nodeName")
    if node and new["spec"].get("nodeName") != node:
        yield f"moved from {node} to {new['spec'].get('nodeName')}"
    before, after = old["status"].get("phase"), new["status"].get("phase")
    if before in ENDED and after != before:
        yield f"went from {before} to {after}"
    known = {status["name"]: status for status in old["status"].get("containerStatuses") or ()}
    for status in new["status"].get("containerStatuses") or ():
        last = known.get(status["name"])
        if last is None:
            continue
        if status["restartCount"] < last["restartCount"]:
            yield f"{status['name']}: {status['restartCount']} restarts after {last['restartCount']}"
        anew = last.get("containerID") and status.get("containerID") != last["containerID"]
        if anew and status["restartCount"] == last["restartCount"]:
            yield f"{status['name']}: another container, and no restart more"


def always(cluster: SimulatedCluster) -> Iterator[str]:
    """What is wrong at this moment."""
    pods = [
        pod
        for pod in cluster.store.list("pods")
        if pod["spec"].get("nodeName") and pod["status"].get("phase") not in ENDED
    ]
    own = [pod for pod in pods if not pod["spec"].get("hostNetwork")]
    shared = Counter(pod["status"]["podIP"] for pod in own if pod["status"].get("podIP"))
    yield from (f"{count} pods have the address {ip}" for ip, count in shared.items() if count > 1)
    for node in cluster.store.list("nodes"):
        asked: Counter[str] = Counter()
        for pod in pods:
            if pod["spec"]["nodeName"] == name_of(node):
                asked.update(pod_requests(pod["spec"]) | {"pods": 1})
        for resource, room in amounts(node["status"]["allocatable"]).items():
            if asked[resource] > room:
                yield f"{name_of(node)} has promised {asked[resource]} of {room} {resource}"


def settled(cluster: SimulatedCluster) -> Iterator[str]:
    """What is wrong once all faults are over and everything had time."""
    yield from _leftovers(cluster)
    yield from _services(cluster)
    yield from _replicas(cluster)
    yield from _batch(cluster)
    yield from _claims(cluster)
    yield from _nodes(cluster)


def _listed(cluster: SimulatedCluster, resource: str) -> list[Obj]:
    return cluster.store.list_sorted(resource, bodies.NAMESPACE)


def _owned(cluster: SimulatedCluster, owner: Obj) -> list[Obj]:
    return [pod for pod in _listed(cluster, "pods") if (controller_of(pod) or {}).get("uid") == uid_of(owner)]


def _leftovers(cluster: SimulatedCluster) -> Iterator[str]:
    """Objects whose owner is gone, or that never get to their end."""
    resources = cluster.store.resources()
    uids = {uid_of(obj) for resource in resources for obj in cluster.store.list(resource)}
    for resource in resources:
        for obj in _listed(cluster, resource):
            owners = [owner["uid"] for owner in obj["metadata"].get("ownerReferences") or ()]
            if owners and not any(uid in uids for uid in owners):
                yield f"{resource} {name_of(obj)} has outlived its owner"
            if deleting(obj):
                yield f"{resource} {name_of(obj)} is still being deleted"


def _services(cluster: SimulatedCluster) -> Iterator[str]:
    """A Service's slices list exactly its pods that are ready."""
    for service in _listed(cluster, "services"):
        selector = service["spec"]["selector"].items()
        ready = {
            pod["status"]["podIP"]
            for pod in _listed(cluster, "pods")
            if selector <= labels_of(pod).items() and condition_is(pod["status"], "Ready")
        }
        listed = {
            endpoint["addresses"][0]
            for slice_ in _listed(cluster, "endpointslices.discovery.k8s.io")
            if labels_of(slice_)["kubernetes.io/service-name"] == name_of(service)
            for endpoint in slice_.get("endpoints") or ()
            if endpoint["conditions"]["ready"]
        }
        if listed != ready:
            yield f"Service {name_of(service)} lists {sorted(listed)}, ready are {sorted(ready)}"


def _replicas(cluster: SimulatedCluster) -> Iterator[str]:
    """Workloads have the pods they want, and say so."""
    stuck = {uid_of(obj) for obj in _listed(cluster, "deployments.apps") if _stands_still(cluster, obj)}
    for resource in ("replicasets.apps", "statefulsets.apps"):
        for obj in _listed(cluster, resource):
            if (controller_of(obj) or {}).get("uid") in stuck:
                continue
            live = [pod for pod in _owned(cluster, obj) if pod["status"].get("phase") not in ENDED]
            wanted = obj["spec"]["replicas"]
            if not len(live) == wanted == obj["status"].get("replicas", 0) == obj["status"].get("availableReplicas", 0):
                yield f"{resource} {name_of(obj)} has {len(live)} pods: {wanted} wanted, status {_short(obj)}"
    for obj in _listed(cluster, "deployments.apps"):
        status, wanted = obj["status"], obj["spec"]["replicas"]
        fields = ("replicas", "availableReplicas", "updatedReplicas")
        if uid_of(obj) not in stuck and any(status.get(field, 0) != wanted for field in fields):
            yield f"Deployment {name_of(obj)}: {wanted} wanted, status {_short(obj)}"
    nodes = cluster.store.count("nodes")
    for obj in _listed(cluster, "daemonsets.apps"):
        if not len(_owned(cluster, obj)) == nodes == obj["status"].get("numberAvailable", 0):
            yield f"DaemonSet {name_of(obj)}: status {_short(obj)}"


def _stands_still(cluster: SimulatedCluster, deployment: Obj) -> bool:
    """Whether a Deployment waits for somebody's help by the rules of Kubernetes: with the strategy Recreate, after its size was
    changed while several of its ReplicaSets had pods. It counts as being scaled then, and scaling knows only what to do with a
    single ReplicaSet or with a rolling update (pkg/controller/deployment/sync.go, `scale`; seen on a cluster of version 1.37)."""
    if deployment["spec"]["strategy"]["type"] != "Recreate" or deployment["spec"].get("paused"):
        return False
    sized = [
        annotations_of(rs).get("deployment.kubernetes.io/desired-replicas")
        for rs in _listed(cluster, "replicasets.apps")
        if (controller_of(rs) or {}).get("uid") == uid_of(deployment) and rs["spec"]["replicas"]
    ]
    wanted = str(deployment["spec"]["replicas"])
    return len(sized) > 1 and any(size not in (None, wanted) for size in sized)


def _short(obj: Obj) -> dict[str, Any]:
    return {key: value for key, value in obj["status"].items() if isinstance(value, int)}


def _batch(cluster: SimulatedCluster) -> Iterator[str]:
    """Jobs are over, or suspended, and count what they have."""
    for job in _listed(cluster, "jobs.batch"):
        live = [pod for pod in _owned(cluster, job) if pod["status"].get("phase") not in ENDED]
        over = any(condition_is(job["status"], kind) for kind in ("Complete", "Failed"))
        if job["status"].get("active", 0) != len(live):
            yield f"Job {name_of(job)} says {_short(job)} and has {len(live)} pods that are not over"
        if not over and not job["spec"].get("suspend") and controller_of(job) is None:
            yield f"Job {name_of(job)} is never over: {_short(job)}"


def _claims(cluster: SimulatedCluster) -> Iterator[str]:
    """Claims and volumes are bound one to one."""
    volumes = {name_of(volume): volume for volume in cluster.store.list("persistentvolumes")}
    for claim in _listed(cluster, "persistentvolumeclaims"):
        volume = volumes.get(claim["spec"].get("volumeName", ""))
        if claim["status"].get("phase") == "Bound" and (
            volume is None or volume["spec"]["claimRef"]["uid"] != uid_of(claim)
        ):
            yield f"claim {name_of(claim)} is bound to a volume that is not its own"


def _nodes(cluster: SimulatedCluster) -> Iterator[str]:
    """Nodes are ready, and kubelets have nothing left of pods that are gone."""
    for node in cluster.store.list("nodes"):
        if not condition_is(node["status"], "Ready") or node["spec"].get("taints"):
            yield f"{name_of(node)} is not ready, or tainted"
    known = {f"{pod['spec'].get('nodeName')}|{key_of(pod)}" for pod in cluster.store.list("pods")}
    for left in cluster.runtime.remembered() - known:
        yield f"a kubelet remembers {left}"
