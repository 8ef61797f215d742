"""Applies the manifests of an exercise's start as `kubectl apply` would, so that the learner's own commands fit on them."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from tutor.clusters import ClusterError
from tutor.grading.api import Api, Obj
from tutor.grading.paths import collection, resource

LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
MANAGER = "fieldManager=kubectl-client-side-apply"
"""The name under which kubectl's own apply writes: server-side apply takes fields over from it without a conflict
(k8s.io/client-go/util/csaupgrade)."""


def apply_manifests(api: Api, text: str, namespace: str) -> None:
    """Apply every object of a manifest file. ClusterError for one that is refused or lies elsewhere. Raises Unreachable."""
    import yaml

    for obj in yaml.safe_load_all(text):
        if obj:
            _apply(api, obj, namespace)


def _apply(api: Api, obj: Obj, namespace: str) -> None:
    what = f"{obj['kind']} {obj['metadata']['name']}"
    found = resource(api.get, obj["apiVersion"], obj["kind"])
    if found is None:
        raise ClusterError(f"this cluster does not know the kind {obj['kind']} of {obj['apiVersion']}")
    _, namespaced = found
    if not namespaced or obj["metadata"].get("namespace", namespace) != namespace:
        raise ClusterError(f"the exercise wants to make {what} outside its namespace {namespace}, which is not allowed")
    path = collection(api.get, obj["apiVersion"], obj["kind"], namespace)
    assert path is not None  # the kind has just been found
    _create_or_change(api, path, _noted(obj, namespace), what)


def _create_or_change(api: Api, path: str, obj: Obj, what: str) -> None:
    status, answer = api.request("POST", f"{path}?{MANAGER}", obj)
    if status == 409:
        one = f"{path}/{quote(obj['metadata']['name'])}?{MANAGER}"
        status, answer = api.request("PATCH", one, obj, "application/merge-patch+json")
    if status >= 400:
        raise ClusterError(f"the cluster refused {what}: {answer.get('message', status)}")


def _noted(obj: Obj, namespace: str) -> Obj:
    """The object in its namespace, with the annotation in which kubectl remembers what it applied."""
    metadata: dict[str, Any] = {**obj["metadata"], "namespace": namespace}
    annotations = metadata.get("annotations") or {}
    plain = {**obj, "metadata": {**metadata, "annotations": annotations}}
    noted = json.dumps(plain, sort_keys=True, separators=(",", ":")) + "\n"
    return {**plain, "metadata": {**metadata, "annotations": {**annotations, LAST_APPLIED: noted}}}
