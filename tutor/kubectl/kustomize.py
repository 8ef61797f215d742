"""Kustomizations: resources from several files with common changes (`-k`).

Supported: resources and bases, namespace, namePrefix, nameSuffix, labels, commonLabels, commonAnnotations, images,
replicas, patches, configMapGenerator and secretGenerator. Anything else is refused by name rather than ignored. The
file format is described at https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from tutor.kubectl.errors import KubectlError
from tutor.kubectl.json_patch import apply_json_patch
from tutor.kubectl.kustomize_generators import generated, update_references
from tutor.kubectl.manifests import load_yaml, parse_documents, read_text
from tutor.kubectl.objects import Object, get, name_of
from tutor.kubectl.strategic_apply import apply_strategic

if TYPE_CHECKING:
    from tutor.kubectl.io import Files

_NAMES = ("kustomization.yaml", "kustomization.yml", "Kustomization")
_KNOWN = frozenset(
    [
        "apiVersion",
        "kind",
        "metadata",
        "resources",
        "bases",
        "namespace",
        "namePrefix",
        "nameSuffix",
        "labels",
        "commonLabels",
        "commonAnnotations",
        "images",
        "replicas",
        "patches",
        "patchesStrategicMerge",
        "patchesJson6902",
        "configMapGenerator",
        "secretGenerator",
        "generatorOptions",
    ]
)
_CLUSTER_KINDS = frozenset(
    [
        "Namespace",
        "Node",
        "PersistentVolume",
        "ClusterRole",
        "ClusterRoleBinding",
        "CustomResourceDefinition",
        "StorageClass",
        "PriorityClass",
        "IngressClass",
        "APIService",
        "ValidatingWebhookConfiguration",
        "MutatingWebhookConfiguration",
        "RuntimeClass",
        "CSIDriver",
    ]
)
_SELECTORS = {
    "Deployment": ("spec.selector.matchLabels", "spec.template.metadata.labels"),
    "ReplicaSet": ("spec.selector.matchLabels", "spec.template.metadata.labels"),
    "StatefulSet": ("spec.selector.matchLabels", "spec.template.metadata.labels"),
    "DaemonSet": ("spec.selector.matchLabels", "spec.template.metadata.labels"),
    "Job": ("spec.template.metadata.labels",),
    "CronJob": ("spec.jobTemplate.spec.template.metadata.labels",),
    "Service": ("spec.selector",),
}
_MAX_DEPTH = 20  # bases below bases


def build(files: Files, folder: str, depth: int = 0) -> list[Object]:
    """The objects a kustomization folder describes."""
    if depth > _MAX_DEPTH:
        raise KubectlError(
            f"kustomization bases are nested more than {_MAX_DEPTH} deep at '{folder}': is there a circle?"
        )
    settings = _settings(files, folder)
    objects = _resources(files, folder, settings, depth)
    objects += generated(files, folder, settings)
    for patch in _patches(files, folder, settings):
        objects = _patched(objects, patch)
    for obj in objects:
        _transform(obj, settings)
    update_references(objects)
    return objects


def _settings(files: Files, folder: str) -> Object:
    for name in _NAMES:
        path = f"{folder.rstrip('/')}/{name}"
        if files.exists(path):
            settings = load_yaml(read_text(files, path), path) or {}
            unknown = sorted(set(settings) - _KNOWN)
            if unknown:
                raise KubectlError(
                    f"{path}: the built-in kubectl does not support {', '.join(unknown)} in kustomizations"
                )
            return dict(settings)
    raise KubectlError(
        f"unable to find one of 'kustomization.yaml', 'kustomization.yml' or 'Kustomization' in directory '{folder}'"
    )


def _resources(files: Files, folder: str, settings: Object, depth: int) -> list[Object]:
    objects: list[Object] = []
    for entry in [*(settings.get("resources") or []), *(settings.get("bases") or [])]:
        path = f"{folder.rstrip('/')}/{entry}"
        if "://" in str(entry):
            raise KubectlError(f"'{entry}': the built-in kubectl does not fetch resources from the internet")
        if not files.is_dir(path) and str(entry).startswith("../"):
            raise KubectlError(
                f"accumulating resources: accumulation err='accumulating resources from '{entry}': security; "
                f"file '{path}' is not in or below "
                f"'{folder}'': must build at directory: '{path}': file is not directory"
            )
        if files.is_dir(path):
            objects += build(files, path, depth + 1)
        else:
            objects += [
                document for document in parse_documents(read_text(files, path), path) if isinstance(document, dict)
            ]
    return objects


def _patches(files: Files, folder: str, settings: Object) -> list[Object]:
    """All patches as `{patch: parsed, target}`."""
    entries: list[Object] = list(settings.get("patches") or [])
    entries += [
        {"path": text} if "\n" not in text else {"patch": text} for text in settings.get("patchesStrategicMerge") or []
    ]
    entries += settings.get("patchesJson6902") or []
    patches = []
    for entry in entries:
        path = f"{folder.rstrip('/')}/{entry['path']}" if entry.get("path") else ""
        text = read_text(files, path) if path else str(entry.get("patch", ""))
        patches += [
            {"patch": document, "target": entry.get("target")}
            for document in parse_documents(text, path or "patch")
            if document
        ]
    return patches


def _patched(objects: list[Object], patch: Object) -> list[Object]:
    content, target = patch["patch"], patch["target"]
    if isinstance(content, list):
        if not target:
            raise KubectlError("a JSON patch in a kustomization needs a target")
        return [apply_json_patch(obj, content) if _matches(obj, target) else obj for obj in objects]
    wanted = target or {"kind": content.get("kind"), "name": name_of(content)}
    if not any(_matches(obj, wanted) for obj in objects):
        raise KubectlError(
            f"no matches for Id {content.get('kind')}.{name_of(content)}; failed to find unique target for patch"
        )
    body = {key: value for key, value in content.items() if key not in ("apiVersion", "kind")}
    patched = []
    for obj in objects:
        if not _matches(obj, wanted):
            patched.append(obj)
        elif content.get("$patch") != "delete":
            patched.append(apply_strategic(str(obj["kind"]), obj, body))
    return patched


def _matches(obj: Object, target: Object) -> bool:
    own = {
        "kind": obj.get("kind"),
        "name": name_of(obj),
        "namespace": get(obj, "metadata.namespace"),
        "group": str(obj.get("apiVersion", "")).rpartition("/")[0],
        "version": str(obj.get("apiVersion", "")).rpartition("/")[2],
    }
    return all(own.get(key) == value for key, value in target.items() if key in own and value)


def _transform(obj: Object, settings: Object) -> None:
    metadata = obj.setdefault("metadata", {})
    if settings.get("namespace"):
        if obj.get("kind") == "Namespace":
            metadata["name"] = settings["namespace"]
        elif obj.get("kind") not in _CLUSTER_KINDS:
            metadata["namespace"] = settings["namespace"]
    if obj.get("kind") not in ("Namespace", "CustomResourceDefinition"):
        metadata["name"] = f"{settings.get('namePrefix', '')}{metadata.get('name', '')}{settings.get('nameSuffix', '')}"
    _label(obj, settings)
    if settings.get("commonAnnotations"):
        metadata["annotations"] = {**(metadata.get("annotations") or {}), **settings["commonAnnotations"]}
    for replica in settings.get("replicas") or []:
        if replica.get("name") == metadata["name"] and obj.get("kind") in ("Deployment", "ReplicaSet", "StatefulSet"):
            obj.setdefault("spec", {})["replicas"] = replica.get("count")
    for image in settings.get("images") or []:
        _set_images(obj, image)


def _label(obj: Object, settings: Object) -> None:
    groups = [{"pairs": settings.get("commonLabels") or {}, "includeSelectors": True}, *(settings.get("labels") or [])]
    for group in groups:
        pairs = group.get("pairs") or {}
        if not pairs:
            continue
        labels = obj["metadata"].setdefault("labels", {})
        labels.update(pairs)
        paths = _SELECTORS.get(str(obj.get("kind")), ()) if group.get("includeSelectors") else ()
        if group.get("includeTemplates") and not paths:
            paths = tuple(path for path in _SELECTORS.get(str(obj.get("kind")), ()) if path.endswith("metadata.labels"))
        for path in paths:
            _update(obj, path, pairs)


def _update(obj: Object, path: str, pairs: dict[str, str]) -> None:
    current: Any = obj
    for part in path.split("."):
        current = current.setdefault(part, {})
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
