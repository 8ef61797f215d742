"""Has the learner changed anything yet? Compares what a namespace holds now with what the start left there.

Only what somebody has to do counts: statuses, versions and what controllers add by themselves are left out.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from tutor.grading.api import Obj
from tutor.grading.reader import Reader

KINDS = (
    ("v1", "Pod"),
    ("v1", "Service"),
    ("v1", "ConfigMap"),
    ("v1", "Secret"),
    ("v1", "PersistentVolumeClaim"),
    ("apps/v1", "Deployment"),
    ("apps/v1", "ReplicaSet"),
    ("apps/v1", "StatefulSet"),
    ("apps/v1", "DaemonSet"),
    ("batch/v1", "Job"),
    ("batch/v1", "CronJob"),
    ("autoscaling/v2", "HorizontalPodAutoscaler"),
    ("networking.k8s.io/v1", "Ingress"),
    ("networking.k8s.io/v1", "NetworkPolicy"),
    ("policy/v1", "PodDisruptionBudget"),
)
_OWN_CHANGES = frozenset({"PersistentVolumeClaim", "Pod", "ReplicaSet"})
"""Kinds that controllers change by themselves: only their coming, going and new specs count."""
_CONTROLLERS_PREFIX = "deployment.kubernetes.io/"
"""Annotations that the Deployment controller writes."""
_MADE_BY_THE_CLUSTER = frozenset({"kube-root-ca.crt"})
"""ConfigMaps that appear in every namespace, sometimes late."""


def footprint(reader: Reader, namespace: str) -> str:
    """What the namespace holds, as a short text that is equal as long as nobody has changed anything. Raises Unreachable."""
    seen = {
        kind: sorted(_trace(kind, item) for item in reader.objects(version, kind, namespace) if _counts(item))
        for version, kind in KINDS
    }
    return hashlib.sha256(json.dumps(seen, sort_keys=True).encode()).hexdigest()


def _counts(item: Obj) -> bool:
    return item["metadata"]["name"] not in _MADE_BY_THE_CLUSTER


def _trace(kind: str, item: Obj) -> str:
    metadata = item["metadata"]
    if kind in _OWN_CHANGES:
        trace: Any = [metadata.get("uid"), metadata.get("generation", 0) if kind == "ReplicaSet" else 0]
    else:
        annotations = metadata.get("annotations") or {}
        kept = {
            "uid": metadata.get("uid"),
            "labels": metadata.get("labels"),
            "annotations": {key: text for key, text in annotations.items() if not key.startswith(_CONTROLLERS_PREFIX)},
        }
        trace = [kept, {key: value for key, value in item.items() if key not in ("metadata", "status")}]
    return json.dumps(trace, sort_keys=True)
