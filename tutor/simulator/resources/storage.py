"""PersistentVolumes, claims and StorageClasses. Rules: pkg/apis/core/validation/validation.go, pkg/apis/storage."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tutor.simulator.clock import timestamp
from tutor.simulator.errors import FieldError, forbidden_field, invalid, not_supported, required
from tutor.simulator.quantity import canonical, parse
from tutor.simulator.resources.base import Column, Context, Resource
from tutor.simulator.resources.pod_defaults import default_source
from tutor.simulator.resources.pod_warnings import claim_warnings
from tutor.simulator.resources.printing import AGE, NAME, at, name_column
from tutor.simulator.resources.workload_validation import immutable
from tutor.simulator.schemas import internal
from tutor.simulator.store import Obj

ACCESS_MODES = {
    "ReadWriteOnce": "RWO",
    "ReadOnlyMany": "ROX",
    "ReadWriteMany": "RWX",
    "ReadWriteOncePod": "RWOP",
}
DEFAULT_CLASS = "storageclass.kubernetes.io/is-default-class"
CLAIM_FINALIZER = "kubernetes.io/pvc-protection"
VOLUME_FINALIZER = "kubernetes.io/pv-protection"
RECLAIM_POLICIES = ("Delete", "Recycle", "Retain")
BINDING_MODES = ("Immediate", "WaitForFirstConsumer")


def _default_claim(claim: Obj) -> None:
    spec = claim.setdefault("spec", {})
    if spec.get("volumeMode") is None:
        spec["volumeMode"] = "Filesystem"


def _prepare_claim(context: Context, claim: Obj) -> None:
    """The default class (plugin DefaultStorageClass), the finalizer (StorageObjectInUseProtection) and a fresh status."""
    claim["status"] = {"phase": "Pending"}
    finalizers = claim["metadata"].get("finalizers") or []
    if CLAIM_FINALIZER not in finalizers:
        claim["metadata"]["finalizers"] = [*finalizers, CLAIM_FINALIZER]
    if claim["spec"].get("storageClassName") is None and not _class_annotation(claim):
        chosen = default_class(context.store.list("storageclasses.storage.k8s.io"))
        if chosen is not None:
            claim["spec"]["storageClassName"] = chosen["metadata"]["name"]


def default_class(classes: list[Obj]) -> Obj | None:
    """The newest of the classes marked as default."""
    marked = [c for c in classes if (c["metadata"].get("annotations") or {}).get(DEFAULT_CLASS) == "true"]
    return max(marked, key=lambda c: (c["metadata"]["creationTimestamp"], c["metadata"]["name"]), default=None)


def _class_annotation(obj: Obj) -> str:
    annotations = obj["metadata"].get("annotations") or {}
    return str(annotations.get("volume.beta.kubernetes.io/storage-class", ""))


def _check_modes(modes: Any, path: str) -> Iterator[FieldError]:
    for mode in modes or ():
        if mode not in ACCESS_MODES:
            yield not_supported(path, mode, tuple(sorted(ACCESS_MODES)))


def _validate_claim(claim: Obj) -> Iterator[FieldError]:
    spec = claim["spec"]
    if not spec.get("accessModes"):
        yield required("spec.accessModes", "at least 1 access mode is required")
    yield from _check_modes(spec.get("accessModes"), "spec.accessModes")
    size = ((spec.get("resources") or {}).get("requests") or {}).get("storage")
    if size is None:
        yield required("spec.resources[storage]")
    elif parse(size) <= 0:
        yield invalid("spec.resources[storage]", size, "must be greater than zero")


def _update_claim(claim: Obj, old: Obj) -> Iterator[FieldError]:
    """ValidatePersistentVolumeClaimUpdate: what is asked for stays, but a bound claim may grow."""
    after, before = dict(claim["spec"]), dict(old["spec"])
    if not before.get("volumeName") and after.get("volumeName"):
        before["volumeName"] = after["volumeName"]
    sizes = [parse(_size(spec) or 0) for spec in (after, before)]
    if (old.get("status") or {}).get("phase") == "Bound":
        after = _with_size(after, _size(before))
        after["volumeAttributesClassName"] = before.get("volumeAttributesClassName")
        before.setdefault("volumeAttributesClassName", None)
    if after != before:
        why = (
            "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims"
        )
        found = internal.difference("core.PersistentVolumeClaimSpec", before, after)
        yield forbidden_field("spec", f"{why}\n{found}")
    held = ((old.get("status") or {}).get("capacity") or {}).get("storage", 0)
    if sizes[0] < sizes[1] and sizes[0] <= parse(held):
        yield forbidden_field("spec.resources.requests.storage", "field can not be less than status.capacity")


def _size(spec: Mapping[str, Any]) -> Any:
    return ((spec.get("resources") or {}).get("requests") or {}).get("storage")


def _with_size(spec: dict[str, Any], size: Any) -> dict[str, Any]:
    resources = spec.get("resources") or {}
    return {**spec, "resources": {**resources, "requests": {**(resources.get("requests") or {}), "storage": size}}}


def _prepare_volume(context: Context, volume: Obj) -> None:
    volume["status"] = {"phase": "Pending", "lastPhaseTransitionTime": timestamp(context.now)}
    finalizers = volume["metadata"].get("finalizers") or []
    if VOLUME_FINALIZER not in finalizers:
        volume["metadata"]["finalizers"] = [*finalizers, VOLUME_FINALIZER]


def _default_volume(volume: Obj) -> None:
    spec = volume.setdefault("spec", {})
    for name, value in (("persistentVolumeReclaimPolicy", "Retain"), ("volumeMode", "Filesystem")):
        if not spec.get(name):
            spec[name] = value
    default_source(spec)


_NO_SOURCE = {
    "accessModes",
    "capacity",
    "claimRef",
    "mountOptions",
    "nodeAffinity",
    "persistentVolumeReclaimPolicy",
    "storageClassName",
    "volumeAttributesClassName",
    "volumeMode",
}


def _validate_volume(volume: Obj) -> Iterator[FieldError]:
    spec = volume["spec"]
    if not spec.get("accessModes"):
        yield required("spec.accessModes")
    yield from _check_modes(spec.get("accessModes"), "spec.accessModes")
    if not spec.get("capacity"):
        yield required("spec.capacity")
    if "storage" not in (spec.get("capacity") or {}) or len(spec["capacity"]) > 1:
        yield not_supported("spec.capacity", spec.get("capacity") or None, ("storage",))
    if not _source(spec):
        yield required("spec", "must specify a volume type")
    if spec["persistentVolumeReclaimPolicy"] not in RECLAIM_POLICIES:
        yield not_supported(
            "spec.persistentVolumeReclaimPolicy", spec["persistentVolumeReclaimPolicy"], RECLAIM_POLICIES
        )


def _source(spec: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in spec.items() if name not in _NO_SOURCE and value is not None}


def _update_volume(volume: Obj, old: Obj) -> Iterator[FieldError]:
    """ValidatePersistentVolumeUpdate: what a volume is made of stays, and so does its mode."""
    after, before = _source(volume["spec"]), _source(old["spec"])
    if after != before:
        found = internal.difference("core.PersistentVolumeSource", before, after)
        path = "spec.persistentvolumesource"
        yield forbidden_field(path, f"{path} is immutable after creation\n{found}")
    yield from immutable("volumeMode", "spec", "volumeMode")(volume, old)


def _phase(obj: Obj, _: float) -> str:
    if "deletionTimestamp" in obj["metadata"]:
        return "Terminating"
    return str(obj.get("status", {}).get("phase", ""))


def _modes(modes: Any) -> str:
    return ",".join(short for mode, short in ACCESS_MODES.items() if mode in (modes or ()))


def _capacity(amounts: Mapping[str, Any] | None) -> str:
    value = (amounts or {}).get("storage")
    return canonical(value) if value is not None else ""


def _claim_of(volume: Obj, _: float) -> str:
    reference = volume["spec"].get("claimRef")
    return f"{reference.get('namespace', '')}/{reference['name']}" if reference else ""


def _class_of(obj: Obj, _: float) -> str:
    return _class_annotation(obj) or str(obj["spec"].get("storageClassName") or "")


def _bound(cell: Any) -> Any:
    return lambda claim, now: cell(claim, now) if claim["spec"].get("volumeName") else ""


_VOLUME_MODE = Column(
    "VolumeMode", at("spec", "volumeMode", default="<unset>"), priority=1, description="Filesystem or raw block device."
)
_CLASS = Column("StorageClass", _class_of, description="The class it belongs to.")
_ATTRIBUTES = Column(
    "VolumeAttributesClass",
    at("spec", "volumeAttributesClassName", default="<unset>"),
    description="The attributes class it belongs to.",
)


def _default_storage_class(obj: Obj) -> None:
    for name, value in (("reclaimPolicy", "Delete"), ("volumeBindingMode", "Immediate")):
        if not obj.get(name):
            obj[name] = value


def _validate_storage_class(obj: Obj) -> Iterator[FieldError]:
    if obj["reclaimPolicy"] not in ("Delete", "Retain"):
        yield not_supported("reclaimPolicy", obj["reclaimPolicy"], ("Delete", "Retain"))
    if obj["volumeBindingMode"] not in BINDING_MODES:
        yield not_supported("volumeBindingMode", obj["volumeBindingMode"], BINDING_MODES)
    if not obj.get("provisioner"):
        yield required("provisioner")


def _update_storage_class(obj: Obj, old: Obj) -> Iterator[FieldError]:
    if obj.get("parameters") != old.get("parameters"):
        yield invalid("parameters", None, "field is immutable")  # a map is shown as null there
    for field in ("provisioner", "reclaimPolicy", "volumeBindingMode"):
        yield from immutable(field, field)(obj, old)


def _storage_class_name(obj: Obj, _: float) -> str:
    default = (obj["metadata"].get("annotations") or {}).get(DEFAULT_CLASS) == "true"
    return str(obj["metadata"]["name"]) + (" (default)" if default else "")


RESOURCES = (
    Resource(
        group="",
        version="v1",
        kind="PersistentVolumeClaim",
        plural="persistentvolumeclaims",
        short_names=("pvc",),
        columns=(
            NAME,
            Column("Status", _phase, description="Whether it is bound to a volume."),
            Column("Volume", at("spec", "volumeName"), description="The volume it is bound to."),
            Column(
                "Capacity",
                _bound(lambda c, _: _capacity(c["status"].get("capacity")) or "0"),
                description="Size of the volume.",
            ),
            Column(
                "Access Modes",
                _bound(lambda c, _: _modes(c["status"].get("accessModes"))),
                description="How it can be mounted.",
            ),
            _CLASS,
            _ATTRIBUTES,
            AGE,
            _VOLUME_MODE,
        ),
        default=_default_claim,
        prepare_create=_prepare_claim,
        validate=_validate_claim,
        validate_update=_update_claim,
        warnings=claim_warnings,
        has_status=True,
        delete_returns_object=True,
        schema="io.k8s.api.core.v1.PersistentVolumeClaim",
    ),
    Resource(
        group="",
        version="v1",
        kind="PersistentVolume",
        plural="persistentvolumes",
        namespaced=False,
        short_names=("pv",),
        columns=(
            NAME,
            Column("Capacity", lambda v, _: _capacity(v["spec"].get("capacity")), description="Its size."),
            Column(
                "Access Modes", lambda v, _: _modes(v["spec"].get("accessModes")), description="How it can be mounted."
            ),
            Column(
                "Reclaim Policy",
                at("spec", "persistentVolumeReclaimPolicy"),
                description="What happens when it is released.",
            ),
            Column("Status", _phase, description="Whether it is free, bound or released."),
            Column("Claim", _claim_of, description="The claim it is bound to."),
            _CLASS,
            _ATTRIBUTES,
            Column("Reason", at("status", "reason"), description="Why it failed, if it did."),
            AGE,
            _VOLUME_MODE,
        ),
        default=_default_volume,
        prepare_create=_prepare_volume,
        validate=_validate_volume,
        validate_update=_update_volume,
        has_status=True,
        delete_returns_object=True,
        schema="io.k8s.api.core.v1.PersistentVolume",
    ),
    Resource(
        group="storage.k8s.io",
        version="v1",
        kind="StorageClass",
        plural="storageclasses",
        namespaced=False,
        short_names=("sc",),
        columns=(
            name_column(_storage_class_name),
            Column("Provisioner", at("provisioner"), description="Who makes its volumes."),
            Column("ReclaimPolicy", at("reclaimPolicy"), description="What happens to released volumes."),
            Column("VolumeBindingMode", at("volumeBindingMode"), description="When a claim gets its volume."),
            Column(
                "AllowVolumeExpansion",
                lambda obj, _: str(bool(obj.get("allowVolumeExpansion"))).lower(),
                description="Whether claims may grow.",
            ),
            AGE,
        ),
        default=_default_storage_class,
        validate=_validate_storage_class,
        validate_update=_update_storage_class,
        delete_returns_object=True,
        schema="io.k8s.api.storage.v1.StorageClass",
    ),
)
