"""Deployments bring their pods to the newest template, through one ReplicaSet a template (pkg/controller/deployment)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from tutor.simulator.controllers.adoption import claim, matching_keys
from tutor.simulator.controllers.base import Controller, index_owned, owned, owner_keys
from tutor.simulator.controllers.deployment import status as conditions
from tutor.simulator.controllers.deployment.arithmetic import (
    REVISION,
    counted,
    replicas,
    revision,
    total,
)
from tutor.simulator.controllers.deployment.revisions import (
    find_new,
    new_replica_set,
    next_revision,
    revision_annotations,
    same_template,
)
from tutor.simulator.controllers.deployment.scaling import Scaler, is_scaling
from tutor.simulator.controllers.pods import ENDED, phase
from tutor.simulator.engine import DONE, Result, Retry
from tutor.simulator.errors import ApiError
from tutor.simulator.objects import (
    annotations_of,
    controller_of,
    deleting,
    name_of,
    namespace_of,
    uid_of,
    with_metadata,
)
from tutor.simulator.store import Change, Obj

if TYPE_CHECKING:
    from tutor.simulator.cluster import SimulatedCluster

SETS = "replicasets.apps"


class DeploymentController(Controller):
    """Syncs Deployments."""

    name = "deployment-controller"
    primary = "deployments.apps"
    secondary = (SETS, "pods")

    def __init__(self, cluster: SimulatedCluster) -> None:
        super().__init__(cluster)
        index_owned(self.store, SETS)
        index_owned(self.store, "pods")
        self._scaler = Scaler(self.client, self.events)

    def affected(self, change: Change) -> Iterable[str]:
        """Owners of a ReplicaSet, and of an orphan who may adopt it; a pod's end matters to Deployments that re-create."""
        if change.resource == "pods":
            return self._waiting_for_end(change)
        keys = owner_keys(change, "Deployment")
        if controller_of(change.obj) is None and change.type != "DELETED":
            keys.update(matching_keys(self.client, self.primary, change.obj))
        return sorted(keys)

    def _waiting_for_end(self, change: Change) -> Iterable[str]:
        if change.type != "DELETED":
            return ()
        reference = controller_of(change.obj)
        if reference is None or reference["kind"] != "ReplicaSet":
            return ()
        namespace = namespace_of(change.obj)
        rs = self.client.get(SETS, namespace, reference["name"])
        owner = controller_of(rs) if rs else None
        deployment = self.client.get(self.primary, namespace, owner["name"]) if owner else None
        if deployment is None or deployment["spec"]["strategy"].get("type") != "Recreate":
            return ()
        return (f"{namespace}/{name_of(deployment)}",)

    # -- one look

    def sync(self, deployment: Obj) -> Result:
        """One step towards the newest template and the size asked for."""
        sets = claim(self.client, deployment, SETS, deployment["spec"]["selector"])
        if deleting(deployment):
            new = find_new(deployment, sets)
            self._write(deployment, conditions.calculate(sets, new, deployment, self.now))
            return DONE
        deployment = self._note_pause(deployment)
        if deployment["spec"].get("paused"):
            return self._resize_only(deployment, sets)
        deployment, new, old = self._with_new(deployment, sets, create=False)
        sets = [*old, new] if new else old
        if is_scaling(deployment, sets):
            return self._resize_only(deployment, sets)
        if deployment["spec"]["strategy"].get("type") == "Recreate":
            return self._recreate(deployment, sets)
        return self._roll(deployment, sets)

    def _note_pause(self, deployment: Obj) -> Obj:
        """Pausing and resuming show in the condition Progressing, so that the deadline does not run meanwhile."""
        status = deployment.get("status") or {}
        current = conditions.condition_of(status, "Progressing")
        reason = current["reason"] if current else ""
        if not conditions.has_deadline(deployment) or reason == "ProgressDeadlineExceeded":
            return deployment
        paused = bool(deployment["spec"].get("paused"))
        if paused == (reason == "DeploymentPaused"):
            return deployment
        word = "paused" if paused else "resumed"
        condition = conditions.new_condition(
            "Progressing", "Unknown", f"Deployment{word.capitalize()}", f"Deployment is {word}", self.now
        )
        return self._write(deployment, conditions.with_condition(status, condition))

    def _resize_only(self, deployment: Obj, sets: list[Obj]) -> Result:
        deployment, new, old = self._with_new(deployment, sets, create=False)
        self._scaler.scale(deployment, old, new)
        if deployment["spec"].get("paused"):
            self._clean_up(deployment, old)
        new, old = self._fresh(new), [rs for rs in map(self._fresh, old) if rs]
        every = [*old, new] if new else old
        self._write(deployment, conditions.calculate(every, new, deployment, self.now))
        return DONE

    def _roll(self, deployment: Obj, sets: list[Obj]) -> Result:
        deployment, new, old = self._with_new(deployment, sets, create=True)
        if new is None:
            return DONE
        moved = self._scaler.grow_new(deployment, [*old, new], new) or self._scaler.shrink_old(deployment, old, new)
        if not moved and conditions.is_complete(deployment, deployment.get("status") or {}):
            self._clean_up(deployment, old)
        return self._finish(deployment, old, new)

    def _recreate(self, deployment: Obj, sets: list[Obj]) -> Result:
        deployment, new, old = self._with_new(deployment, sets, create=False)
        sets = [*old, new] if new else old
        if self._scaler.drop_all(deployment, old) or self._old_pods_left(old, new):
            return self._finish(deployment, old, new)
        if new is None:
            deployment, new, old = self._with_new(deployment, sets, create=True)
        if new is not None:
            self._scaler.resize(deployment, new, replicas(deployment))
        if conditions.is_complete(deployment, deployment.get("status") or {}):
            self._clean_up(deployment, old)
        return self._finish(deployment, old, new)

    def _old_pods_left(self, old: list[Obj], new: Obj | None) -> bool:
        if total(old, "replicas") > 0:
            return True
        pods = [pod for rs in old for pod in owned(self.store, "pods", uid_of(rs))]
        return any(phase(pod) not in ENDED for pod in pods)

    # -- the new ReplicaSet

    def _with_new(self, deployment: Obj, sets: list[Obj], *, create: bool) -> tuple[Obj, Obj | None, list[Obj]]:
        """The Deployment with its revision noted, its new ReplicaSet (made if need be and asked for) and the old ones."""
        new = find_new(deployment, sets)
        old = [rs for rs in sets if new is None or uid_of(rs) != uid_of(new)]
        if new is not None:
            deployment, new = self._note_revision(deployment, new, next_revision(old))
        elif create:
            deployment, new = self._create_new(deployment, old)
        return deployment, new, old

    def _note_revision(self, deployment: Obj, new: Obj, number: int) -> tuple[Obj, Obj]:
        annotations = revision_annotations(deployment, annotations_of(new), number)
        min_ready = deployment["spec"].get("minReadySeconds", 0)
        if annotations != annotations_of(new) or new["spec"].get("minReadySeconds", 0) != min_ready:
            changed = with_metadata(new, annotations=annotations)
            return deployment, self.client.update(SETS, {**changed, "spec": _with_min_ready(new["spec"], min_ready)})
        status = deployment.get("status") or {}
        if conditions.has_deadline(deployment) and conditions.condition_of(status, "Progressing") is None:
            message = f'Found new replica set "{name_of(new)}"'
            found = conditions.new_condition("Progressing", "True", "FoundNewReplicaSet", message, self.now)
            status = conditions.with_condition(status, found)
        return self._write(_with_revision(deployment, str(revision(new))), status), new

    def _create_new(self, deployment: Obj, old: list[Obj]) -> tuple[Obj, Obj | None]:
        number = next_revision(old)
        body = new_replica_set(deployment, old)
        name = name_of(body)
        try:
            new = self.client.create(SETS, body)
        except ApiError as error:
            return self._creation_failed(deployment, name, error)
        if replicas(new):
            message = f"Scaled up replica set {name} from 0 to {replicas(new)}"
            self.events.normal(deployment, "ScalingReplicaSet", message)
        status = deployment.get("status") or {}
        if conditions.has_deadline(deployment):
            message = f'Created new replica set "{name}"'
            made = conditions.new_condition("Progressing", "True", "NewReplicaSetCreated", message, self.now)
            status = conditions.with_condition(status, made)
        return self._write(_with_revision(deployment, str(number)), status), new

    def _creation_failed(self, deployment: Obj, name: str, error: ApiError) -> tuple[Obj, Obj | None]:
        status = deployment.get("status") or {}
        if error.reason == "AlreadyExists":
            existing = self.client.get(SETS, namespace_of(deployment), name)
            owner = controller_of(existing) if existing else None
            ours = existing is not None and owner is not None and owner["uid"] == uid_of(deployment)
            if existing and ours and same_template(existing["spec"]["template"], deployment["spec"]["template"]):
                return deployment, existing
            self._write(deployment, {**status, "collisionCount": status.get("collisionCount", 0) + 1})
            raise Retry(error.message)
        message = f'Failed to create new replica set "{name}": {error.message}'
        if conditions.has_deadline(deployment):
            failed = conditions.new_condition("Progressing", "False", "ReplicaSetCreateError", message, self.now)
            self._write(deployment, conditions.with_condition(status, failed))
        self.events.warning(deployment, "ReplicaSetCreateError", message)
        raise Retry(error.message)

    def _clean_up(self, deployment: Obj, old: list[Obj]) -> None:
        """Remove the oldest ReplicaSets without pods beyond the history limit."""
        limit = deployment["spec"].get("revisionHistoryLimit")
        if limit in (None, conditions.NO_DEADLINE):
            return
        alive = sorted((rs for rs in old if not deleting(rs)), key=lambda rs: (revision(rs), name_of(rs)))
        for rs in alive[: max(0, len(alive) - limit)]:
            observed = counted(rs, "observedGeneration") >= rs["metadata"].get("generation", 0)
            if not replicas(rs) and not counted(rs, "replicas") and observed:
                self.client.delete(SETS, namespace_of(rs), name_of(rs))

    # -- the status

    def _fresh(self, rs: Obj | None) -> Obj | None:
        return self.client.get(SETS, namespace_of(rs), name_of(rs)) if rs else None

    def _finish(self, deployment: Obj, old: list[Obj], new: Obj | None) -> Result:
        """Write the status that follows from the ReplicaSets as they are now, and come back when the deadline is over."""
        new, old = self._fresh(new), [rs for rs in map(self._fresh, old) if rs]
        every = [*old, new] if new else old
        status = conditions.rollout_status(every, new, deployment, self.now)
        before = deployment.get("status") or {}
        deployment = self._write(deployment, status)
        return DONE if before != status else self._wait_for_deadline(deployment)

    def _wait_for_deadline(self, deployment: Obj) -> Result:
        status = deployment.get("status") or {}
        condition = conditions.condition_of(status, "Progressing")
        if not conditions.has_deadline(deployment) or condition is None:
            return DONE
        if conditions.is_complete(deployment, status) or condition["reason"] == "ProgressDeadlineExceeded":
            return DONE
        after = conditions.deadline(deployment, condition) - self.now
        return Result(max(after, 0.0) + 1.0, housekeeping=True)

    def _write(self, deployment: Obj, status: dict[str, Any]) -> Obj:
        return self.client.update_status(self.primary, deployment, status)


def _with_revision(deployment: Obj, number: str) -> Obj:
    if annotations_of(deployment).get(REVISION) == number:
        return deployment
    return with_metadata(deployment, annotations={**annotations_of(deployment), REVISION: number})


def _with_min_ready(spec: dict[str, Any], seconds: int) -> dict[str, Any]:
    changed = {key: value for key, value in spec.items() if key != "minReadySeconds"}
    return {**changed, "minReadySeconds": seconds} if seconds else changed


def actors(cluster: SimulatedCluster) -> Iterable[Controller]:
    """The controller."""
    return (DeploymentController(cluster),)
