"""Which ReplicaSet is the new one, and what a Deployment writes on its ReplicaSets (deployment_util.go, sync.go)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from tutor.simulator.controllers.deployment.arithmetic import (
    DESIRED_REPLICAS,
    MAX_REPLICAS,
    REVISION,
    REVISION_HISTORY,
    by_age,
    max_surge,
    new_set_size,
    replicas,
    revision,
    revision_number,
)
from tutor.simulator.ids import safe_encode
from tutor.simulator.objects import annotations_of, copy_json, name_of, namespace_of, owner_reference
from tutor.simulator.store import Obj

HASH_LABEL = "pod-template-hash"
HISTORY_LENGTH = 2000
NAME_LENGTH = 253
_NOT_COPIED = frozenset(
    (
        "kubectl.kubernetes.io/last-applied-configuration",
        REVISION,
        REVISION_HISTORY,
        DESIRED_REPLICAS,
        MAX_REPLICAS,
        "deprecated.deployment.rollback.to",
    )
)


def _comparable(template: Mapping[str, Any]) -> tuple[Any, ...]:
    metadata = template.get("metadata") or {}
    labels = {key: value for key, value in (metadata.get("labels") or {}).items() if key != HASH_LABEL}
    return template.get("spec"), labels, metadata.get("annotations") or {}, metadata.get("finalizers") or []


def same_template(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two pod templates differ in nothing but the hash label."""
    return _comparable(one) == _comparable(other)


def find_new(deployment: Obj, sets: Iterable[Obj]) -> Obj | None:
    """The oldest ReplicaSet with the Deployment's template."""
    template = deployment["spec"]["template"]
    for rs in by_age(sets):
        if same_template(rs["spec"]["template"], template):
            return rs
    return None


def template_hash(template: Mapping[str, Any], collisions: int | None) -> str:
    """The value of the label pod-template-hash: FNV-1a of the template's content, as Kubernetes computes it from its own dump."""
    text = json.dumps(template, sort_keys=True, separators=(",", ":"))
    if collisions is not None:
        text += f"#{collisions}"
    value = 0x811C9DC5
    for byte in text.encode():
        value = (value ^ byte) * 0x01000193 & 0xFFFFFFFF
    return safe_encode(str(value))


def new_replica_set(deployment: Obj, old: list[Obj]) -> Obj:
    """The ReplicaSet of the Deployment's template, as large as it may be at first."""
    spec = deployment["spec"]
    digest = template_hash(spec["template"], (deployment.get("status") or {}).get("collisionCount"))
    template = copy_json(spec["template"])
    labels = {**((template.get("metadata") or {}).get("labels") or {}), HASH_LABEL: digest}
    template["metadata"] = {**(template.get("metadata") or {}), "labels": labels}
    selector = copy_json(spec["selector"])
    selector["matchLabels"] = {**(selector.get("matchLabels") or {}), HASH_LABEL: digest}
    body: dict[str, Any] = {"replicas": new_set_size(deployment, old, 0), "selector": selector, "template": template}
    if spec.get("minReadySeconds"):
        body["minReadySeconds"] = spec["minReadySeconds"]
    metadata = {
        "name": f"{name_of(deployment)[: NAME_LENGTH - 1 - len(digest)]}-{digest}",
        "namespace": namespace_of(deployment),
        "labels": dict(labels),
        "ownerReferences": [owner_reference(deployment)],
        "annotations": revision_annotations(deployment, {}, next_revision(old)) | size_annotations(deployment),
    }
    return {"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": metadata, "spec": body}


def next_revision(old: Iterable[Obj]) -> int:
    """One more than the newest of the old ReplicaSets."""
    return max((0, *(revision(rs) for rs in old))) + 1


def size_annotations(deployment: Obj) -> dict[str, str]:
    """What a ReplicaSet keeps of the Deployment's size, for scaling in the middle of a rollout."""
    wanted = replicas(deployment)
    return {DESIRED_REPLICAS: str(wanted), MAX_REPLICAS: str(wanted + max_surge(deployment))}


def revision_annotations(deployment: Obj, present: Mapping[str, str], number: int) -> dict[str, str]:
    """A ReplicaSet's annotations with the Deployment's own and, if it is newer, the revision; the former joins the history."""
    copied = {key: value for key, value in annotations_of(deployment).items() if key not in _NOT_COPIED}
    annotations = {**present, **copied}
    before = present.get(REVISION)
    known = revision_number(before) if before else 0
    if known is not None and known < number:
        annotations[REVISION] = str(number)
        if before is not None:
            annotations[REVISION_HISTORY] = _history(present.get(REVISION_HISTORY, ""), before)
    return annotations


def _history(earlier: str, number: str) -> str:
    """Earlier revisions with one more, the oldest dropped when they become too many characters."""
    revisions = [*filter(None, earlier.split(",")), number]
    while len(",".join(revisions)) > HISTORY_LENGTH:
        revisions.pop(0)
    return ",".join(revisions)
