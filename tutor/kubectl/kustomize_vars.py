"""`vars` of kustomizations: $(NAME) in certain fields stands for a field of another object.

Deprecated in favour of replacements, but kubectl still builds them. Follows kustomize `api/internal/accumulator`
(resaccumulator.go, refvartransformer.go) and, for the fields, `api/internal/konfig/builtinpluginconsts/varreference.go`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from tutor.kubectl.errors import KubectlError
from tutor.kubectl.kustomize_items import Item
from tutor.kubectl.objects import Object, get
from tutor.kubectl.printers.text import go_value

_PODS = {
    "Pod": "spec",
    "CronJob": "spec/jobTemplate/spec/template/spec",
    **dict.fromkeys(("DaemonSet", "Deployment", "Job", "ReplicaSet", "StatefulSet"), "spec/template/spec"),
}
_IN_CONTAINERS = ("args", "command", "env/value", "volumeMounts/mountPath")
_OTHERS = {
    "CronJob": ("spec/jobTemplate/spec/template/volumes/nfs/server",),
    "Deployment": ("spec/template/metadata/annotations",),
    "Ingress": ("spec/rules/host", "spec/tls/hosts", "spec/tls/secretName"),
    "PersistentVolume": ("spec/nfs/server",),
    "Service": ("spec/ports/port", "spec/ports/targetPort"),
    "StatefulSet": ("spec/volumeClaimTemplates/spec/nfs/server",),
}
_EVERYWHERE = ("metadata/labels", "metadata/annotations")
_REFERENCE = re.compile(r"\$(?:(\$)|\(([^()]*)\))")
_PATH_PART = re.compile(r"(?:\\.|[^.\[\]\\])+")


@dataclass
class Variables:
    """The variables of all layers, each with the object it points to as soon as a layer has that object."""

    entries: dict[str, Object] = field(default_factory=dict)
    owners: dict[str, Item] = field(default_factory=dict)

    def take(self, added: list[Object], items: list[Item]) -> None:
        """The variables of one layer, looked up among its objects. KubectlError for a name that is taken."""
        for entry in added:
            name = str(entry.get("name", ""))
            if name in self.entries:
                every = " ".join(_shown(other, "[noVer].[noGrp]", _field_path(other, "")) for other in added)
                raise KubectlError(f"merging vars [{every}]: var '{name}' already encountered")
            found = [item for item in items if _meant(item, entry.get("objref") or {})]
            if len(found) > 1:
                shown = _identified(entry)
                raise KubectlError(f"found {len(found)} resId matches for var {shown} (unable to disambiguate)")
            self.entries[name] = entry
            if found:
                self.owners[name] = found[0]

    def resolve(self, items: Iterable[Item]) -> list[str]:
        """Puts the values where the names stand; the names that stand nowhere. KubectlError for one without a value."""
        values = {name: self._value(name, entry) for name, entry in self.entries.items()}
        used: set[str] = set()
        if values:
            for item in items:
                for path in _paths(item.kind):
                    _replace(item.obj, path.split("/"), values, used)
        return sorted(set(values) - used)

    def _value(self, name: str, entry: Object) -> Any:
        if name not in self.owners:
            raise KubectlError(f"var '{_identified(entry)}' cannot be mapped to a field in the set of known resources")
        value: Any = self.owners[name].obj
        for part in _PATH_PART.findall(_field_path(entry)):
            try:
                value = value[int(part)] if isinstance(value, list) else value[re.sub(r"\\(.)", r"\1", part)]
            except (KeyError, IndexError, ValueError, TypeError):
                raise KubectlError(
                    f"field specified in var '{_identified(entry)}' not found in corresponding resource"
                ) from None
        return value


def _field_path(entry: Object, default: str = "metadata.name") -> str:
    return str((entry.get("fieldref") or {}).get("fieldpath") or default)


def _version_and_group(reference: Object) -> tuple[str, str]:
    group, _, version = str(reference.get("apiVersion") or "").rpartition("/")
    return str(reference.get("version") or version), str(reference.get("group") or group)


def _identified(entry: Object) -> str:
    version, group = _version_and_group(entry.get("objref") or {})
    return _shown(entry, f"{version or '[noVer]'}.{group or '[noGrp]'}", _field_path(entry))


def _shown(entry: Object, version: str, path: str) -> str:
    return f"{{{entry.get('name')} {(entry.get('objref') or {}).get('kind')}.{version} {{{path}}}}}"


def _meant(item: Item, reference: Object) -> bool:
    """Whether a reference means an object, whatever its layers have called it; no namespace stands for any."""
    own = _version_and_group(item.obj)
    namespace = reference.get("namespace")
    return (
        (item.kind, *own) == (reference.get("kind"), *_version_and_group(reference))
        and item.called(str(reference.get("name")))
        and (not namespace or namespace == get(item.obj, "metadata.namespace"))
    )


def _paths(kind: str) -> list[str]:
    found = [*_OTHERS.get(kind, ()), *_EVERYWHERE]
    if kind in _PODS:
        spec = _PODS[kind]
        found += [f"{spec}/{part}/{name}" for part in ("containers", "initContainers") for name in _IN_CONTAINERS]
        found += [f"{spec}/volumes/nfs/server"] if kind not in ("CronJob", "StatefulSet") else []
    return found


def _replace(value: Any, path: list[str], values: dict[str, Any], used: set[str]) -> None:
    """Replaces in the field at a path, going through lists; a field may be a text, or a list or map of texts."""
    if isinstance(value, list):
        for item in value:
            _replace(item, path, values, used)
    elif isinstance(value, dict) and path[0] in value:
        inner = value[path[0]]
        if path[1:]:
            _replace(inner, path[1:], values, used)
        elif isinstance(inner, list):
            value[path[0]] = [_expanded(item, values, used) for item in inner]
        elif isinstance(inner, dict):
            value[path[0]] = {key: _expanded(item, values, used) for key, item in inner.items()}
        else:
            value[path[0]] = _expanded(inner, values, used)


def _expanded(text: Any, values: dict[str, Any], used: set[str]) -> Any:
    """A text with its variables replaced; one that is nothing but a variable gets the value's type. `$$` stands for `$`."""
    if not isinstance(text, str):
        return text

    def value_of(match: re.Match[str]) -> str:
        name = match[2]
        if match[1]:
            return "$"
        if name not in values or isinstance(values[name], dict | list):
            return match[0]
        used.add(name)
        return go_value(values[name])

    expanded = _REFERENCE.sub(value_of, text)
    whole = _REFERENCE.fullmatch(text)
    return values[whole[2]] if whole and whole[2] in used else expanded
