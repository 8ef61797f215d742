"""ConfigMaps and Secrets a kustomization generates, and the hash of their content that ends their names."""

from __future__ import annotations

import base64
import hashlib
import posixpath
from typing import TYPE_CHECKING

from tutor.kubectl.errors import KubectlError
from tutor.kubectl.kustomize_items import Item
from tutor.kubectl.objects import Object, name_of
from tutor.kubectl.printers.yaml import compact_json

if TYPE_CHECKING:
    from tutor.kubectl.io import Files


def generate(files: Files, folder: str, settings: Object, items: list[Item]) -> None:
    """Adds the objects of configMapGenerator and secretGenerator, or changes those of a base that they say to."""
    common = settings.get("generatorOptions") or {}
    for kind, key in (("ConfigMap", "configMapGenerator"), ("Secret", "secretGenerator")):
        for entry in settings.get(key) or []:
            made = _made(files, folder, kind, entry, _options(common, entry.get("options") or {}))
            _place(items, made, str(entry.get("behavior") or "create"))


def _options(common: Object, own: Object) -> Object:
    merged = {**common, **own}
    for field in ("labels", "annotations"):
        if common.get(field) or own.get(field):
            merged[field] = {**(common.get(field) or {}), **(own.get(field) or {})}
    return merged


def _place(items: list[Item], made: Item, behavior: str) -> None:
    name = name_of(made.obj)
    found = [item for item in items if item.kind == made.kind and item.called(name)]
    if behavior == "create":
        if found:
            raise KubectlError(
                f"may not add resource with an already registered id: {made.kind}.v1.[noGrp]/{name}.[noNs]"
            )
        items.append(made)
        return
    if behavior not in ("merge", "replace"):
        raise KubectlError(f"unknown behavior: {behavior}")
    if len(found) != 1:
        raise KubectlError(f"id {made.kind}.v1.[noGrp]/{name}.[noNs] does not exist; cannot merge or replace")
    old = found[0].obj
    kept = (old.get("data") or {}) if behavior == "merge" else {}
    old["data"] = {**kept, **made.obj["data"]}
    for field in ("labels", "annotations"):
        if made.obj["metadata"].get(field):
            old["metadata"][field] = {**(old["metadata"].get(field) or {}), **made.obj["metadata"][field]}


def _made(files: Files, folder: str, kind: str, entry: Object, options: Object) -> Item:
    data = _entries(files, folder, entry)
    if kind == "Secret":
        data = {key: base64.b64encode(value.encode()).decode() for key, value in data.items()}
    metadata: Object = {"name": str(entry.get("name", ""))}
    if entry.get("namespace"):
        metadata["namespace"] = entry["namespace"]
    for field in ("labels", "annotations"):
        if options.get(field):
            metadata[field] = dict(options[field])
    obj: Object = {"apiVersion": "v1", "kind": kind, "metadata": metadata, "data": data}
    if kind == "Secret":
        obj["type"] = entry.get("type") or "Opaque"
    if options.get("immutable"):
        obj["immutable"] = True
    return Item(obj, hashed=not options.get("disableNameSuffixHash"))


def _entries(files: Files, folder: str, entry: Object) -> dict[str, str]:
    data: dict[str, str] = {}
    for path in [*(entry.get("envs") or []), *([entry["env"]] if entry.get("env") else [])]:
        for line in _read(files, folder, path).splitlines():
            if line.strip() and not line.lstrip().startswith("#"):
                key, _, value = line.partition("=")
                data[key.strip()] = value
    for source in entry.get("files") or []:
        key, equals, path = str(source).partition("=")
        path = path if equals else key
        name = key if equals else posixpath.basename(path)
        data[name] = _read(files, folder, path)
    for literal in entry.get("literals") or []:
        key, equals, value = str(literal).partition("=")
        if not equals:
            raise KubectlError(f"invalid literal source {literal}, expected key=value")
        data[key] = value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"" else value
    return data


def _read(files: Files, folder: str, path: str) -> str:
    try:
        return files.read_bytes(posixpath.normpath(f"{folder}/{path}")).decode()
    except (OSError, UnicodeDecodeError):
        raise KubectlError(f"unable to read '{path}' of the kustomization in '{folder}'") from None


def content_hash(obj: Object) -> str:
    """Ten characters that change with the content (kustomize `api/hasher`, which sees no name)."""
    content = {"kind": obj["kind"], "name": "", "data": obj.get("data") or ""}
    if obj["kind"] == "Secret":
        content["type"] = obj["type"]
    digest = hashlib.sha256(compact_json(content).encode()).hexdigest()[:10]
    return digest.translate(str.maketrans("013ae", "ghkmt"))
