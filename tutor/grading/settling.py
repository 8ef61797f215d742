"""Is what a check looks at still on its way, or is it stuck?

Kubernetes converges: a moment after the right change the counts are still wrong. A learner should be told to wait then, and
to look for a mistake only when nothing moves any more or something is clearly in the way. Pods of an older template do not
count as being in the way: during a rolling update broken old ones stay until new ones are ready.
"""

from __future__ import annotations

from tutor.course.model import Selector
from tutor.grading.api import Obj
from tutor.grading.reader import Reader
from tutor.grading.supplies import supplied
from tutor.grading.workloads import condition, current_replica_set, ending, owned_by, pod_starting, pod_stuck


def moving(reader: Reader, of: Selector) -> bool:
    """Whether what the selector is about is still moving and nothing stands in its way.

    A check of a Deployment is about that Deployment, a check of Pods about the Pods; everything else depends on the
    workloads of its namespace.
    """
    if of.namespace is None:
        return False
    if of.kind == "Pod":
        return _pods_moving(reader, of)
    deployments = _deployments(reader, of.namespace)
    if of.kind == "Deployment" and of.name is not None:
        deployments = [d for d in deployments if d["metadata"]["name"] == of.name]
    states = [_Rollout(reader, of.namespace, deployment) for deployment in deployments]
    loose = _loose_pods(reader, of) if of.kind != "Deployment" else []
    if any(state.stuck for state in states) or any(stuck(reader, pod) for pod in loose):
        return False
    return any(state.moving for state in states) or any(starting(reader, pod) for pod in loose)


def stuck(reader: Reader, pod: Obj) -> bool:
    """Whether a Pod does not get ready without help."""
    return pod_stuck(pod, reader.now()) and not supplied(reader, pod)


def starting(reader: Reader, pod: Obj) -> bool:
    """Whether a Pod is on its way to being ready."""
    return pod_starting(pod, reader.now()) or supplied(reader, pod)


def _deployments(reader: Reader, namespace: str) -> list[Obj]:
    return reader.objects("apps/v1", "Deployment", namespace)


def _pods_moving(reader: Reader, of: Selector) -> bool:
    """Pods are moving while they start, end, or are about to be made."""
    assert of.namespace is not None  # the caller has looked
    pods = reader.objects("v1", "Pod", of.namespace, of.labels)
    if of.name is not None:
        pods = [pod for pod in pods if pod["metadata"]["name"] == of.name]
    states = [_Rollout(reader, of.namespace, deployment) for deployment in _deployments(reader, of.namespace)]
    outdated = {pod["metadata"]["uid"] for state in states for pod in state.outdated}
    if any(stuck(reader, pod) for pod in pods if pod["metadata"]["uid"] not in outdated):
        return False
    return any(starting(reader, pod) or ending(pod) for pod in pods) or any(state.moving for state in states)


def _loose_pods(reader: Reader, of: Selector) -> list[Obj]:
    """Pods of the namespace that no ReplicaSet manages."""
    pods = reader.objects("v1", "Pod", of.namespace)
    sets = reader.objects("apps/v1", "ReplicaSet", of.namespace)
    return [pod for pod in pods if not any(owned_by(pod, one) for one in sets)]


class _Rollout:
    """How far a Deployment has come with what its spec wants."""

    def __init__(self, reader: Reader, namespace: str, deployment: Obj) -> None:
        self._deployment = deployment
        self._reader = reader
        sets = reader.objects("apps/v1", "ReplicaSet", namespace)
        current = current_replica_set(deployment, sets)
        mine = [one for one in sets if owned_by(one, deployment)]
        pods = reader.objects("v1", "Pod", namespace)
        self.current = [pod for pod in pods if current is not None and owned_by(pod, current)]
        self.outdated = [pod for pod in pods if pod not in self.current and any(owned_by(pod, one) for one in mine)]

    @property
    def _seen(self) -> bool:
        """Whether the controller has seen the newest spec."""
        generation = self._deployment["metadata"].get("generation", 0)
        return bool((self._deployment.get("status") or {}).get("observedGeneration", 0) >= generation)

    @property
    def stuck(self) -> bool:
        """Whether it does not get there by itself."""
        if not self._seen:
            return False
        if condition(self._deployment, "Progressing").get("reason") == "ProgressDeadlineExceeded":
            return True
        if condition(self._deployment, "ReplicaFailure").get("status") == "True":
            return True
        return any(stuck(self._reader, pod) for pod in self.current)

    @property
    def moving(self) -> bool:
        """Whether the controller is behind, or Pods are not yet as the spec wants them."""
        if not self._seen:
            return True
        spec, status = self._deployment.get("spec") or {}, self._deployment.get("status") or {}
        wanted = spec.get("replicas", 1)
        counts = (
            ["replicas", "readyReplicas"] if spec.get("paused") else ["replicas", "updatedReplicas", "readyReplicas"]
        )
        return any(status.get(count, 0) != wanted for count in counts)
