"""What may change of a pod through its subresource resize: CPU and memory of its containers, while they run.

Source: pkg/registry/core/pod/strategy.go (podResizeStrategy) and pkg/apis/core/validation/validation.go (ValidatePodResize).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tutor.simulator.errors import FieldError, forbidden_field, invalid
from tutor.simulator.objects import copy_json
from tutor.simulator.resources.pod_qos import qos_class
from tutor.simulator.store import Obj

RESIZED = ("cpu", "memory")
_KINDS = ("containers", "initContainers")
Json = Mapping[str, Any]


def resized(new: Obj, old: Obj) -> Obj:
    """The old pod with what a resize may bring of the new one: everything else is left as it was without a word, unless
    containers were added, removed or renamed, which validation then refuses."""
    result: Obj = copy_json(old)
    for kind in _KINDS:
        wanted, known = new["spec"].get(kind) or [], result["spec"].get(kind) or []
        if [c.get("name") for c in wanted] != [c["name"] for c in known]:
            result["spec"] = {**result["spec"], kind: wanted}
            continue
        for container, other in zip(known, wanted, strict=True):
            for field in ("resources", "resizePolicy"):
                container.pop(field, None)
                if field in other:
                    container[field] = other[field]
    return result


def resize_errors(new: Obj, old: Obj) -> Iterator[FieldError]:
    """What keeps a pod from being resized so."""
    before = qos_class(old["spec"])
    if before != qos_class(new["spec"]):
        yield invalid("spec", before, "Pod QOS Class may not change as a result of resizing")
    if not _is_supported(old):
        yield forbidden_field("spec", "Pod running on node without support for resize")
    moved = list(_order(new["spec"], old["spec"]))
    if moved:
        yield from moved
        return
    for kind in ("initContainers", "containers"):
        for i, (container, known) in enumerate(_pairs(new, old, kind)):
            yield from _removals(container, known, f"spec.{kind}[{i}].resources")
    for kind in _KINDS:
        for i, (container, known) in enumerate(_pairs(new, old, kind)):
            if _fixed(container) != _fixed(known):
                path = "spec" if kind == "containers" else f"spec.initContainers[{i}]"
                what = "resources" if kind == "containers" else "resources for init or sidecar containers"
                yield forbidden_field(path, f"only cpu and memory {what} are mutable")


def _pairs(new: Obj, old: Obj, kind: str) -> Iterator[tuple[Json, Json]]:
    return zip(new["spec"].get(kind) or (), old["spec"].get(kind) or (), strict=True)


def _is_supported(pod: Obj) -> bool:
    """Whether the kubelet says what its containers have, as those do that can change it."""
    for status in (pod.get("status") or {}).get("containerStatuses") or ():
        if (status.get("state") or {}).get("running") is not None:
            return status.get("resources") is not None
    return True


def _order(new: Json, old: Json) -> Iterator[FieldError]:
    for kind in _KINDS:
        wanted, known = new.get(kind) or (), old.get(kind) or ()
        if len(wanted) != len(known):
            yield forbidden_field(f"spec.{kind}", f"{kind} may not be added or removed on resize")
            continue
        for i, (container, other) in enumerate(zip(wanted, known, strict=True)):
            if container.get("name") != other["name"]:
                yield forbidden_field(f"spec.{kind}[{i}].name", f"{kind} may not be renamed or reordered on resize")


def _removals(container: Json, known: Json, path: str) -> Iterator[FieldError]:
    new, old = container.get("resources") or {}, known.get("resources") or {}
    for kind in ("requests", "limits"):
        if set(old.get(kind) or ()) - set(new.get(kind) or ()):
            yield forbidden_field(f"{path}.{kind}", f"resource {kind} cannot be removed")


def _fixed(container: Json) -> dict[str, Any]:
    """A container without what a resize may change."""
    resources = container.get("resources") or {}
    rest = {
        kind: {name: value for name, value in (resources.get(kind) or {}).items() if name not in RESIZED}
        for kind in ("requests", "limits")
    }
    return {**container, "resources": {**rest, "claims": resources.get("claims")}}
