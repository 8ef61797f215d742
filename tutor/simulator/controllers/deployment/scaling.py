"""Sizes of a Deployment's ReplicaSets: rolling update, re-creation, and scaling in the middle of a rollout.

Source: pkg/controller/deployment/rolling.go, recreate.go and sync.go.
"""

from __future__ import annotations

from tutor.simulator.client import Client
from tutor.simulator.controllers.deployment.arithmetic import (
    DESIRED_REPLICAS,
    active,
    asked,
    by_age,
    counted,
    is_rolling,
    is_saturated,
    max_surge,
    max_unavailable,
    new_set_size,
    number_annotation,
    proportion,
    replicas,
    total,
)
from tutor.simulator.controllers.deployment.revisions import size_annotations
from tutor.simulator.events import EventRecorder
from tutor.simulator.objects import annotations_of, name_of, with_metadata, with_spec
from tutor.simulator.store import Obj


class Scaler:
    """Resizes ReplicaSets on behalf of Deployments and tells of it."""

    def __init__(self, client: Client, events: EventRecorder) -> None:
        self._client = client
        self._events = events

    def resize(self, deployment: Obj, rs: Obj, size: int, *, force: bool = False) -> tuple[bool, Obj]:
        """Give a ReplicaSet a size; `force` brings its annotations up to date even when the size is right. Returns whether the
        size changed, and the ReplicaSet as it is now."""
        before = replicas(rs)
        wanted = size_annotations(deployment)
        annotated = wanted.items() <= annotations_of(rs).items()
        if before == size and (not force or annotated):
            return False, rs
        changed = with_spec(with_metadata(rs, annotations={**annotations_of(rs), **wanted}), replicas=size)
        rs = self._client.update("replicasets.apps", changed)
        if before == size:
            return False, rs
        direction = "up" if size > before else "down"
        message = f"Scaled {direction} replica set {name_of(rs)} from {before} to {size}"
        self._events.normal(deployment, "ScalingReplicaSet", message)
        return True, rs

    # -- rolling update

    def grow_new(self, deployment: Obj, every: list[Obj], new: Obj) -> bool:
        """Let the new ReplicaSet be as large as the surge allows; says whether that changed anything."""
        wanted = replicas(deployment)
        if replicas(new) == wanted:
            return False
        size = wanted if replicas(new) > wanted else new_set_size(deployment, every, replicas(new))
        return self.resize(deployment, new, size)[0]

    def shrink_old(self, deployment: Obj, old: list[Obj], new: Obj) -> bool:
        """Take from the old ReplicaSets what availability allows, pods that are not available first; says whether it did."""
        old = by_age(active(old))
        if not old:
            return False
        minimum = replicas(deployment) - max_unavailable(deployment)
        new_unavailable = replicas(new) - counted(new, "availableReplicas")
        budget = asked([*old, new]) - minimum - new_unavailable
        if budget <= 0:
            return False
        if any(counted(rs, "availableReplicas") > replicas(rs) for rs in old):
            return False  # not all sizes given before have been acted on yet
        old, unhealthy = self._drop_unavailable(deployment, old, budget)
        spare = total([*old, new], "availableReplicas") - minimum
        return unhealthy + self._drop_available(deployment, old, spare) > 0

    def _drop_unavailable(self, deployment: Obj, old: list[Obj], budget: int) -> tuple[list[Obj], int]:
        left, dropped = [], 0
        for rs in old:
            count = min(budget - dropped, replicas(rs) - counted(rs, "availableReplicas"))
            if count > 0:
                rs = self.resize(deployment, rs, replicas(rs) - count)[1]
                dropped += count
            left.append(rs)
        return left, dropped

    def _drop_available(self, deployment: Obj, old: list[Obj], spare: int) -> int:
        dropped = 0
        for rs in old:
            count = min(replicas(rs), spare - dropped)
            if count > 0:
                self.resize(deployment, rs, replicas(rs) - count)
                dropped += count
        return dropped

    # -- re-creation

    def drop_all(self, deployment: Obj, old: list[Obj]) -> bool:
        """Scale all old ReplicaSets to nothing; says whether there was something to scale."""
        resized = [self.resize(deployment, rs, 0)[0] for rs in active(old)]
        return any(resized)

    # -- scaling while paused or in the middle of a rollout

    def scale(self, deployment: Obj, old: list[Obj], new: Obj | None) -> None:
        """Give all ReplicaSets sizes that fit a Deployment whose size has changed."""
        only = _only_active(old, new)
        if only is not None:
            if replicas(only) != replicas(deployment):
                self.resize(deployment, only, replicas(deployment))
        elif is_saturated(deployment, new):
            self.drop_all(deployment, old)
        elif is_rolling(deployment):
            self._scale_proportionally(deployment, active([*old, new] if new else old))

    def _scale_proportionally(self, deployment: Obj, sets: list[Obj]) -> None:
        wanted = replicas(deployment)
        allowed = wanted + max_surge(deployment) if wanted > 0 else 0
        to_add = allowed - asked(sets)
        sets = by_age(sets)
        if to_add > 0:
            sets.reverse()
        sets.sort(key=lambda rs: -replicas(rs))
        sizes, added = [], 0
        for rs in sets:
            share = proportion(rs, deployment, to_add, added)
            sizes.append(replicas(rs) + share)
            added += share
        if sizes and to_add:
            sizes[0] = max(0, sizes[0] + to_add - added)
        for rs, size in zip(sets, sizes, strict=True):
            self.resize(deployment, rs, size, force=True)


def _only_active(old: list[Obj], new: Obj | None) -> Obj | None:
    """The only ReplicaSet with pods, or with none the newest; None when there are several."""
    every = [*old, new] if new else old
    if not every:
        return None
    running = active(every)
    if len(running) > 1:
        return None
    return running[0] if running else (new or by_age(old)[-1])


def is_scaling(deployment: Obj, sets: list[Obj]) -> bool:
    """Whether a ReplicaSet with pods was sized for another size of the Deployment."""
    wanted = replicas(deployment)
    sized = [number_annotation(rs, DESIRED_REPLICAS) for rs in active(sets)]
    return any(size is not None and size != wanted for size in sized)
