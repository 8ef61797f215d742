"""ConfigMaps and Secrets a kustomization generates, with a hash of their content in the name, and the references to them."""

from __future__ import annotations

import base64
import hashlib
import json
import posixpath
from typing import TYPE_CHECKING, Any

from tutor.kubectl.errors import KubectlError
from tutor.kubectl.objects import Object, name_of

if TYPE_CHECKING:
    from tutor.kubectl.io import Files

_ORIGINAL = "_generated_from"  # marks a generated object until references to it are updated
_REFERENCES = {
    "ConfigMap": ("configMap", "configMapRef", "configMapKeyRef"),
    "Secret": ("secret", "secretRef", "secretKeyRef"),
}


def generated(files: Files, folder: str, settings: Object) -> list[Object]:
    """The objects of configMapGenerator and secretGenerator."""
    objects = []
    common = settings.get("generatorOptions") or {}
    for kind, key in (("ConfigMap", "configMapGenerator"), ("Secret", "secretGenerator")):
        for entry in settings.get(key) or []:
            objects.append(_object(files, folder, kind, entry, {**common, **(entry.get("options") or {})}))
    return objects


def _object(files: Files, folder: str, kind: str, entry: Object, options: Object) -> Object:
    data = _entries(files, folder, entry)
    if kind == "Secret":
        data = {key: base64.b64encode(value.encode()).decode() for key, value in data.items()}
    name = str(entry.get("name", ""))
    metadata: Object = {"name": name}
    for field in ("labels", "annotations"):
        if options.get(field):
            metadata[field] = dict(options[field])
    obj: Object = {"apiVersion": "v1", "kind": kind, "metadata": metadata, "data": data}
    if kind == "Secret":
        obj["type"] = entry.get("type") or "Opaque"
    if not options.get("disableNameSuffixHash"):
        metadata["name"] = f"{name}-{_hash(obj)}"
        obj[_ORIGINAL] = name
    return obj


def _entries(files: Files, folder: str, entry: Object) -> dict[str, str]:
    data: dict[str, str] = {}
    for literal in entry.get("literals") or []:
        key, equals, value = str(literal).partition("=")
        if not equals:
            raise KubectlError(f"invalid literal source {literal}, expected key=value")
        data[key] = value
    for source in entry.get("files") or []:
        key, equals, path = str(source).partition("=")
        path = path if equals else key
        name = key if equals else posixpath.basename(path)
        data[name] = _read(files, folder, path)
    for path in [*(entry.get("envs") or []), *([entry["env"]] if entry.get("env") else [])]:
        for line in _read(files, folder, path).splitlines():
            if line.strip() and not line.lstrip().startswith("#"):
                key, _, value = line.partition("=")
                data[key.strip()] = value
    return data


def _read(files: Files, folder: str, path: str) -> str:
    try:
        return files.read_bytes(f"{folder.rstrip('/')}/{path}").decode()
    except (OSError, UnicodeDecodeError):
        raise KubectlError(f"unable to read '{path}' of the kustomization in '{folder}'") from None


def _hash(obj: Object) -> str:
    """Ten characters that change with the content (kustomize `api/hasher`)."""
    content = {"kind": obj["kind"], "name": name_of(obj), "data": obj["data"]}
    if obj["kind"] == "Secret":
        content["type"] = obj["type"]
    text = json.dumps(content, separators=(",", ":"), sort_keys=True, ensure_ascii=False)
    digest = hashlib.sha256(text.encode()).hexdigest()[:10]
    return digest.translate(str.maketrans("013ae", "ghkmt"))


def update_references(objects: list[Object]) -> None:
    """Points pods at the generated objects' new names."""
    names: dict[tuple[str, str], str] = {}
    for obj in objects:
        original = obj.pop(_ORIGINAL, None)
        if original is not None:
            names[(str(obj["kind"]), str(original))] = name_of(obj)
    if names:
        for obj in objects:
            _update(obj, names)


def _update(value: Any, names: dict[tuple[str, str], str]) -> None:
    if isinstance(value, list):
        for item in value:
            _update(item, names)
    if not isinstance(value, dict):
        return
    for kind, fields in _REFERENCES.items():
        for field in fields:
            reference = value.get(field)
            if isinstance(reference, dict):
                key = "secretName" if "secretName" in reference else "name"
                reference[key] = names.get((kind, str(reference.get(key))), reference.get(key))
    for item in value.values():
        _update(item, names)
