"""Kustomizations: resources from several files with common changes (`-k`).

Supported: resources, bases and components, namespace, namePrefix, nameSuffix, labels, commonLabels, commonAnnotations,
images, replicas, patches, replacements, configMapGenerator, secretGenerator, sortOptions and vars. Anything else is refused by
name rather than ignored. The file format is described at
https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from typing import TYPE_CHECKING

from tutor.kubectl.errors import KubectlError
from tutor.kubectl.gojson import json_type
from tutor.kubectl.json_patch import apply_json_patch
from tutor.kubectl.kustomize_generators import content_hash, generate
from tutor.kubectl.kustomize_items import Item, in_order
from tutor.kubectl.kustomize_replacements import replace_values
from tutor.kubectl.kustomize_transforms import rename_references, transform
from tutor.kubectl.kustomize_vars import Variables
from tutor.kubectl.manifests import parse_documents, read_text
from tutor.kubectl.objects import Object, name_of
from tutor.kubectl.strategic_apply import apply_strategic
from tutor.kubectl.yaml_loader import KustomizeLoader

if TYPE_CHECKING:
    from tutor.kubectl.io import Files

Warn = Callable[[str], object]

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
        "components",
        "replacements",
        "sortOptions",
        "vars",
    ]
)
_ABSENT = frozenset(
    {
        *("configurations", "crds", "generators", "helmCharts", "helmGlobals", "openapi", "buildMetadata"),
        *("transformers", "validators"),
    }
)
_REPLACED = {
    "commonLabels": "labels",
    "bases": "resources",
    "patchesStrategicMerge": "patches",
    "patchesJson6902": "patches",
    "vars": "replacements",
}
"""Deprecated fields and what to use instead."""
_MAX_DEPTH = 20  # bases below bases


def build(files: Files, folder: str, warn: Warn = lambda text: None) -> list[Object]:
    """The objects a kustomization folder describes, in the order they are best created in."""
    top = posixpath.normpath(folder)
    if not files.exists(top):
        raise KubectlError(
            f"must build at directory: not a valid directory: evalsymlink failure on '{folder}' : lstat {folder}: "
            "no such file or directory"
        )
    variables = Variables()
    items = _layer(files, top, warn, 0, variables)
    renamed = {}
    for item in items:
        if item.hashed:
            old = name_of(item.obj)
            item.rename(f"{old}-{content_hash(item.obj)}")
            renamed[(item.kind, old)] = name_of(item.obj)
    rename_references(items, renamed)
    unused = variables.resolve(items)
    if unused:
        warn(f"well-defined vars that were never replaced: {','.join(unused)}\n")
    return [item.obj for item in in_order(items, _settings(files, top, lambda text: None).get("sortOptions") or {})]


def _layer(
    files: Files, folder: str, warn: Warn, depth: int, variables: Variables, onto: list[Item] | None = None
) -> list[Item]:
    """The objects of one kustomization and those below it; a component works on those of the layer that includes it."""
    if depth > _MAX_DEPTH:
        raise KubectlError(
            f"kustomization bases are nested more than {_MAX_DEPTH} deep at '{folder}': is there a circle?"
        )
    settings = _settings(files, folder, warn)
    _check_kind(settings, folder, component=onto is not None)
    items = [*(onto or []), *_resources(files, folder, settings, warn, depth, variables)]
    for entry in settings.get("components") or []:
        items = _layer(files, posixpath.normpath(f"{folder}/{entry}"), warn, depth + 1, variables, items)
    generate(files, folder, settings, items)
    for patch in _patches(files, folder, settings):
        items = _patched(items, patch)
    transform(items, settings)
    for replacement in _replacements(files, folder, settings):
        replace_values(items, replacement)
    variables.take(settings.get("vars") or [], items)
    return items


def _check_kind(settings: Object, folder: str, *, component: bool) -> None:
    kind = settings.get("kind") or "Kustomization"
    if component and kind != "Component":
        raise KubectlError(f"expected kind 'Component' for path '{folder}' but got '{kind}'")
    if not component and kind == "Component":
        raise KubectlError(f"expected kind != 'Component' for path '{folder}'")


def _replacements(files: Files, folder: str, settings: Object) -> list[Object]:
    """The replacements of a kustomization, those in files of their own included."""
    found: list[Object] = []
    for entry in settings.get("replacements") or []:
        if not entry.get("path"):
            found.append(entry)
            continue
        path = posixpath.normpath(f"{folder}/{entry['path']}")
        for document in parse_documents(read_text(files, path), path, KustomizeLoader):
            found += document if isinstance(document, list) else [document]
    return found


def _settings(files: Files, folder: str, warn: Warn) -> Object:
    for name in _NAMES:
        path = posixpath.normpath(f"{folder}/{name}")
        if not files.exists(path):
            continue
        try:
            documents = list(parse_documents(read_text(files, path), path, KustomizeLoader))
        except KubectlError as problem:
            raise KubectlError(f"invalid Kustomization: {problem.message.rpartition('JSON: ')[2]}") from None
        settings = documents[0] if documents else None
        if not settings:
            raise KubectlError("kustomization.yaml is empty")
        known = {name.lower(): name for name in _KNOWN | _ABSENT}  # Go reads field names whatever their case
        settings = {known.get(str(name).lower(), name): value for name, value in settings.items()}
        _check_fields(settings, path)
        for field, instead in _REPLACED.items():
            if settings.get(field):
                experimental = "[EXPERIMENTAL] " if field == "vars" else ""
                warn(
                    f"# Warning: '{field}' is deprecated. Please use '{instead}' instead. {experimental}Run 'kustomize edit fix' to "
                    "update your Kustomization automatically.\n"
                )
        return dict(settings)
    raise KubectlError(
        f"unable to find one of 'kustomization.yaml', 'kustomization.yml' or 'Kustomization' in directory '{folder}'"
    )


def _check_fields(settings: Object, path: str) -> None:
    """Refuses what kustomize has and we do not, and what nobody has."""
    unknown = sorted(set(settings) - _KNOWN)
    absent = [name for name in unknown if name in _ABSENT]
    if absent:
        raise KubectlError(f"{path}: the built-in kubectl does not support {', '.join(absent)} in kustomizations")
    if unknown:
        raise KubectlError(f'invalid Kustomization: json: unknown field "{unknown[0]}"')
    for entry in settings.get("vars") or []:
        if not isinstance(entry, dict):
            raise KubectlError(
                f"invalid Kustomization: json: cannot unmarshal {json_type(entry)} into Go struct field "
                "Kustomization.vars of type types.Var"
            )


def _resources(files: Files, folder: str, settings: Object, warn: Warn, depth: int, variables: Variables) -> list[Item]:
    items: list[Item] = []
    for entry in [*(settings.get("resources") or []), *(settings.get("bases") or [])]:
        path = posixpath.normpath(f"{folder}/{entry}")
        if "://" in str(entry):
            raise KubectlError(f"'{entry}': the built-in kubectl does not fetch resources from the internet")
        if not files.is_dir(path) and str(entry).startswith("../"):
            raise KubectlError(
                f"accumulating resources: accumulation err='accumulating resources from '{entry}': security; "
                f"file '{path}' is not in or below "
                f"'{folder}'': must build at directory: '{path}': file is not directory"
            )
        if files.is_dir(path):
            items += _layer(files, path, warn, depth + 1, variables)
        else:
            documents = parse_documents(read_text(files, path), path, KustomizeLoader)
            items += [Item(document) for document in documents if isinstance(document, dict)]
    return items


def _patches(files: Files, folder: str, settings: Object) -> list[Object]:
    """All patches as `{patch: parsed, target}`."""
    entries: list[Object] = list(settings.get("patches") or [])
    entries += [
        {"path": text} if "\n" not in text else {"patch": text} for text in settings.get("patchesStrategicMerge") or []
    ]
    entries += settings.get("patchesJson6902") or []
    patches = []
    for entry in entries:
        path = posixpath.normpath(f"{folder}/{entry['path']}") if entry.get("path") else ""
        text = read_text(files, path) if path else str(entry.get("patch", ""))
        patches += [
            {"patch": document, "target": entry.get("target")}
            for document in parse_documents(text, path or "patch", KustomizeLoader)
            if document
        ]
    return patches


def _patched(items: list[Item], patch: Object) -> list[Item]:
    """The objects with one patch applied to those it is for; a patch may also take an object out."""
    content, target = patch["patch"], patch["target"]
    if isinstance(content, list):
        if not target:
            raise KubectlError("a JSON patch in a kustomization needs a target")
        for item in items:
            if item.matches(target):
                item.obj = apply_json_patch(item.obj, content)
        return items
    found = [item for item in items if (item.matches(target) if target else item.meant_by(content))]
    if not found and not target:
        group, _, version = str(content.get("apiVersion", "")).rpartition("/")
        identity = f"{content.get('kind')}.{version}.{group or '[noGrp]'}/{name_of(content)}.[noNs]"
        raise KubectlError(
            f'no resource matches strategic merge patch "{identity}": no matches for Id {identity}; failed to find '
            f"unique target for patch {identity}"
        )
    if content.get("$patch") == "delete":
        return [item for item in items if item not in found]
    for item in found:
        item.obj = apply_strategic(item.kind, item.obj, _body(content))
    return items


def _body(content: Object) -> Object:
    """What a patch changes: not the kind and the name it finds its objects by."""
    body = {key: value for key, value in content.items() if key not in ("apiVersion", "kind")}
    metadata = {
        key: value for key, value in (content.get("metadata") or {}).items() if key not in ("name", "namespace")
    }
    return (
        {**body, "metadata": metadata} if metadata else {key: value for key, value in body.items() if key != "metadata"}
    )
