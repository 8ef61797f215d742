"""Creating and deleting the pods of a Job (pkg/controller/job/job_controller.go, manageJob)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from tutor.simulator.client import Client
from tutor.simulator.controllers.job.failures import finished_at, judge, only_failed_replaced, remaining_backoff
from tutor.simulator.controllers.job.indexes import (
    FAILURES,
    IGNORED_FAILURES,
    INDEX,
    INDEX_VARIABLE,
    failure_count,
    index_of,
    indexes_of,
    is_indexed,
    per_index,
)
from tutor.simulator.controllers.job.look import FINALIZER, Look, has_finalizer
from tutor.simulator.controllers.pods import PodControl, is_ready, is_terminating, pod_from_template
from tutor.simulator.controllers.victims import choose_victims
from tutor.simulator.errors import ApiError
from tutor.simulator.ids import MAX_GENERATED_BASE
from tutor.simulator.objects import annotations_of, labels_of, name_of, namespace_of, with_metadata
from tutor.simulator.store import Obj

BURST = 500
"""How many pods one look creates or deletes at most."""


class PodManager:
    """Brings the number of a Job's active pods to what it should be."""

    def __init__(self, client: Client, pods: PodControl) -> None:
        self._client = client
        self._pods = pods

    def delete_active(self, look: Look) -> int:
        """Delete all active pods of a Job that is over; returns how many stay active."""
        return self._delete(look, look.active, held=True)

    def adjust(self, look: Look) -> tuple[int, float | None]:
        """One step towards the number wanted: how many pods are active then, and seconds until the next step, if it must wait."""
        active = len(look.active)
        wanted = 0 if look.suspended else _wanted(look)
        surplus = _surplus(look, active - wanted)[:BURST]
        if surplus or look.suspended:
            return self._delete(look, surplus, held=False), None
        missing = wanted - active - (look.terminating if only_failed_replaced(look.job) else 0)
        if missing <= 0:
            return active, None
        wait = 0.0 if per_index(look.job) else look.backoff.remaining(look.now)
        if wait > 0:
            return active, wait
        return self._create_missing(look, min(missing, BURST))

    def _create_missing(self, look: Look, count: int) -> tuple[int, float | None]:
        active = len(look.active)
        if not is_indexed(look.job):
            for _ in range(count):
                self._pods.create(look.job, _new_pod(look.job))
            return active + count, None
        indexes, waits = [], []
        for index in _pending(look, count):
            wait = _index_wait(look, index)
            waits.append(wait)
            if wait <= 0:
                indexes.append(index)
        for index in indexes:
            self._pods.create(look.job, _indexed_pod(look, index))
        return active + len(indexes), min(waits) if waits and not indexes else None

    def _delete(self, look: Look, pods: Sequence[Obj], *, held: bool) -> int:
        """Delete pods; `held` ones keep the finalizer, so that they are counted as failed."""
        for pod in pods:
            if not held:
                self.release(pod)
            self._pods.delete(look.job, pod)
        look.terminating += len(pods)
        look.ready -= sum(is_ready(pod) for pod in pods)
        return len(look.active) - len(pods)

    def release(self, pod: Obj) -> None:
        """Take the tracking finalizer off a pod."""
        current = self._client.get("pods", namespace_of(pod), name_of(pod))
        if current is None or not has_finalizer(current):
            return
        left = [name for name in current["metadata"]["finalizers"] if name != FINALIZER]
        try:
            self._client.update("pods", with_metadata(current, finalizers=left or None))
        except ApiError as error:
            if error.code != 404:
                raise


def _wanted(look: Look) -> int:
    spec = look.job["spec"]
    parallelism: int = spec["parallelism"]
    if spec.get("completions") is None:
        return len(look.active) if look.succeeded else parallelism
    return max(0, min(int(spec["completions"]) - look.succeeded, parallelism))


def _surplus(look: Look, count: int) -> list[Obj]:
    """The pods to give up: those whose index is out of range or taken twice, then the ones that lose least."""
    left, surplus = list(look.active), []
    if is_indexed(look.job):
        surplus = _duplicates(look)
        left = [pod for pod in left if pod not in surplus]
    more = count - len(surplus)
    return surplus + (list(choose_victims(left, (), more, look.now)) if more > 0 else [])


def _duplicates(look: Look) -> list[Obj]:
    by_index: dict[int | None, list[Obj]] = {}
    for pod in look.active:
        by_index.setdefault(index_of(pod), []).append(pod)
    surplus: list[Obj] = []
    for index, pods in by_index.items():
        known = index is not None and index < look.job["spec"]["completions"]
        surplus += choose_victims(pods, (), len(pods) - known, look.now) if len(pods) > known else []
    return surplus


def _pending(look: Look, count: int) -> list[int]:
    """The first indexes that nobody works on."""
    taken = look.succeeded_indexes | (look.failed_indexes or set()) | indexes_of(look.active)
    if only_failed_replaced(look.job):
        taken = taken | indexes_of(pod for pod in look.pods if is_terminating(pod))
    free = (index for index in range(look.job["spec"]["completions"]) if index not in taken)
    return [index for index, _ in zip(free, range(count), strict=False)]


def _index_wait(look: Look, index: int) -> float:
    failed = look.waiting.get(index)
    if failed is None:
        return 0.0
    failures = failure_count(failed, FAILURES, IGNORED_FAILURES) + 1
    return remaining_backoff(failures, finished_at(failed), look.now)


def _new_pod(job: Obj) -> Obj:
    pod = pod_from_template(job["spec"]["template"], job)
    finalizers = pod["metadata"].get("finalizers") or []
    pod["metadata"]["finalizers"] = [*finalizers, *([] if FINALIZER in finalizers else [FINALIZER])]
    return pod


def _indexed_pod(look: Look, index: int) -> Obj:
    pod = _new_pod(look.job)
    ending = f"-{index}-"
    metadata, spec = pod["metadata"], pod["spec"]
    metadata["generateName"] = name_of(look.job)[: MAX_GENERATED_BASE - len(ending)] + ending
    metadata["labels"] = {**labels_of(pod), INDEX: str(index)}
    metadata["annotations"] = {**annotations_of(pod), INDEX: str(index), **_failure_annotations(look, index)}
    spec["hostname"] = f"{name_of(look.job)}-{index}"
    for container in (*(spec.get("initContainers") or ()), *spec["containers"]):
        container["env"] = list(_with_index(container.get("env") or ()))
    return pod


def _with_index(variables: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    given = list(variables)
    if any(variable["name"] == INDEX_VARIABLE for variable in given):
        return given
    path = {"apiVersion": "v1", "fieldPath": f"metadata.labels['{INDEX}']"}
    return [*given, {"name": INDEX_VARIABLE, "valueFrom": {"fieldRef": path}}]


def _failure_annotations(look: Look, index: int) -> dict[str, str]:
    """How often the index has failed so far, for Jobs with a limit per index."""
    if not per_index(look.job):
        return {}
    replaced = look.waiting.get(index)
    if replaced is None:
        return {FAILURES: "0"}
    counted = judge(look.job, replaced).counted
    ignored = failure_count(replaced, IGNORED_FAILURES) + (not counted)
    annotations = {FAILURES: str(failure_count(replaced, FAILURES) + counted)}
    return annotations | ({IGNORED_FAILURES: str(ignored)} if ignored else {})
