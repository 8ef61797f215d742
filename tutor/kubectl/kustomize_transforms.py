"""What a kustomization changes in all its objects: namespace, names, labels, annotations, replicas, images."""

from __future__ import annotations

import copy
from typing import Any

from tutor.kubectl.kustomize_items import Item
from tutor.kubectl.kustomize_references import Renamed, follow
from tutor.kubectl.objects import Object, get, name_of

_CLUSTER_KINDS = frozenset(
    {
        *("Namespace", "Node", "PersistentVolume", "ClusterRole", "ClusterRoleBinding", "CustomResourceDefinition"),
        *("StorageClass", "PriorityClass", "IngressClass", "APIService", "ValidatingWebhookConfiguration"),
        *("MutatingWebhookConfiguration", "RuntimeClass", "CSIDriver"),
    }
)
_TEMPLATE = "spec.template.metadata"
_TEMPLATES = {
    "Deployment": _TEMPLATE,
    "ReplicaSet": _TEMPLATE,
    "StatefulSet": _TEMPLATE,
    "DaemonSet": _TEMPLATE,
    "Job": _TEMPLATE,
    "ReplicationController": _TEMPLATE,
    "CronJob": "spec.jobTemplate.spec.template.metadata",
}
_SELECTORS = {
    "Deployment": "spec.selector.matchLabels",
    "ReplicaSet": "spec.selector.matchLabels",
    "StatefulSet": "spec.selector.matchLabels",
    "DaemonSet": "spec.selector.matchLabels",
    "Service": "spec.selector",
    "ReplicationController": "spec.selector",
}
_SCALED = ("Deployment", "ReplicaSet", "StatefulSet", "ReplicationController")


def transform(items: list[Item], settings: Object) -> None:
    """Changes the objects of one layer in place; references among them follow."""
    for replica in settings.get("replicas") or []:
        for item in items:
            if item.kind in _SCALED and item.called(str(replica.get("name"))):
                item.obj.setdefault("spec", {})["replicas"] = replica.get("count")
    before = [(item, name_of(item.obj)) for item in items]
    for item in items:
        _place(item, settings)
        _label(item.obj, settings)
        _annotate(item.obj, settings.get("commonAnnotations") or {})
        for image in settings.get("images") or []:
            _set_images(item.obj, image)
    rename_references(items, {(item.kind, old): name_of(item.obj) for item, old in before})
    if settings.get("namespace"):
        _move_subjects(items, str(settings["namespace"]))


def rename_references(items: list[Item], renamed: Renamed) -> None:
    """Lets references follow those of the names that changed."""
    changed = {key: new for key, new in renamed.items() if key[1] != new}
    if changed:
        for item in items:
            follow({key: value for key, value in item.obj.items() if key != "metadata"}, changed)


def _place(item: Item, settings: Object) -> None:
    """Namespace, prefix and suffix."""
    metadata = item.obj.setdefault("metadata", {})
    if settings.get("namespace"):
        if item.kind == "Namespace":
            item.rename(str(settings["namespace"]))
        elif item.kind not in _CLUSTER_KINDS:
            metadata["namespace"] = settings["namespace"]
    if item.kind not in ("Namespace", "CustomResourceDefinition", "APIService"):
        prefix, suffix = settings.get("namePrefix") or "", settings.get("nameSuffix") or ""
        item.rename(f"{prefix}{metadata.get('name', '')}{suffix}")


def _move_subjects(items: list[Item], namespace: str) -> None:
    """Role bindings follow the service accounts of the kustomization into its namespace."""
    accounts = {name_of(item.obj) for item in items if item.kind == "ServiceAccount"} | {"default"}
    for item in items:
        for subject in item.obj.get("subjects") or []:
            if subject.get("kind") == "ServiceAccount" and subject.get("name") in accounts:
                subject["namespace"] = namespace


def _label(obj: Object, settings: Object) -> None:
    groups = [{"pairs": settings.get("commonLabels") or {}, "includeSelectors": True}, *(settings.get("labels") or [])]
    kind = str(obj.get("kind"))
    for group in groups:
        pairs = group.get("pairs") or {}
        if not pairs:
            continue
        _update(obj, "metadata.labels", pairs)
        selecting = bool(group.get("includeSelectors"))
        if selecting and kind in _SELECTORS and (kind != "Service" or get(obj, "spec.selector")):
            _update(obj, _SELECTORS[kind], pairs)
        if (selecting or group.get("includeTemplates")) and kind in _TEMPLATES:
            _update(obj, f"{_TEMPLATES[kind]}.labels", pairs)


def _annotate(obj: Object, annotations: dict[str, str]) -> None:
    if not annotations:
        return
    _update(obj, "metadata.annotations", annotations)
    kind = str(obj.get("kind"))
    if kind in _TEMPLATES:
        _update(obj, f"{_TEMPLATES[kind]}.annotations", annotations)


def _update(obj: Object, path: str, pairs: dict[str, str]) -> None:
    current: Any = obj
    for part in path.split("."):
        if current.get(part) is None:
            current[part] = {}
        current = current[part]
    current.update(copy.deepcopy(pairs))


def _set_images(value: Any, image: Object) -> None:
    """Changes every `image:` field of containers that has the wanted name."""
    if isinstance(value, list):
        for item in value:
            _set_images(item, image)
    if not isinstance(value, dict):
        return
    if isinstance(value.get("image"), str) and "name" in value:
        value["image"] = _new_image(value["image"], image)
    for item in value.values():
        _set_images(item, image)


def _new_image(text: str, image: Object) -> str:
    name, _, digest = text.partition("@")
    head, colon, tag = name.rpartition(":")
    if not colon or "/" in tag:
        head, tag = name, ""
    if head != image.get("name"):
        return text
    name = str(image.get("newName") or head)
    if image.get("digest"):
        return f"{name}@{image['digest']}"
    tag = str(image.get("newTag") or tag)
    return name + (f":{tag}" if tag else "") + (f"@{digest}" if digest and not image.get("newTag") else "")
