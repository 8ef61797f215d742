"""What volume drivers tell the cluster about themselves and their volumes. No driver runs here: the objects are only kept.

Rules: pkg/apis/storage/validation/validation.go and v1/defaults.go.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tutor.simulator.errors import FieldError, forbidden_field, invalid, not_supported, required
from tutor.simulator.names import name_problems
from tutor.simulator.resources.base import Column, Resource
from tutor.simulator.resources.printing import AGE, NAME, NONE, at, count_at
from tutor.simulator.resources.workload_validation import immutable
from tutor.simulator.store import Obj

GROUP = "storage.k8s.io"
_UNSET = "<unset>"
_DRIVER_DEFAULTS: tuple[tuple[str, Any], ...] = (
    ("attachRequired", True),
    ("podInfoOnMount", False),
    ("storageCapacity", False),
    ("fsGroupPolicy", "ReadWriteOnceWithFSType"),
    ("requiresRepublish", False),
    ("seLinuxMount", False),
    ("preventPodSchedulingIfMissing", False),
)
_FS_GROUP_POLICIES = ("File", "None", "ReadWriteOnceWithFSType")


def _default_driver(driver: Obj) -> None:
    spec = driver.setdefault("spec", {})
    for name, value in _DRIVER_DEFAULTS:
        if spec.get(name) is None:
            spec[name] = value
    if not spec.get("volumeLifecycleModes"):
        spec["volumeLifecycleModes"] = ["Persistent"]


def _validate_driver(driver: Obj) -> Iterator[FieldError]:
    spec = driver["spec"]
    if spec["fsGroupPolicy"] not in _FS_GROUP_POLICIES:
        yield not_supported("spec.fsGroupPolicy", spec["fsGroupPolicy"], _FS_GROUP_POLICIES)
    for mode in spec["volumeLifecycleModes"]:
        if mode not in ("Ephemeral", "Persistent"):
            yield not_supported("spec.volumeLifecycleModes", mode, ("Persistent", "Ephemeral"))


def _validate_attachment(attachment: Obj) -> Iterator[FieldError]:
    spec = attachment.get("spec") or {}
    source = spec.get("source") or {}
    if not source.get("inlineVolumeSpec") and not source.get("persistentVolumeName"):
        yield required("spec.source", "must specify exactly one of inlineVolumeSpec and persistentVolumeName")
    for problem in name_problems(spec.get("nodeName") or "", "subdomain"):
        yield invalid("spec.nodeName", spec.get("nodeName") or "", problem)
    if not spec.get("attacher"):
        yield required("spec.attacher")


def _validate_capacity(capacity: Obj) -> Iterator[FieldError]:
    name = capacity.get("storageClassName") or ""
    for problem in name_problems(name, "subdomain"):
        yield invalid("storageClassName", name, problem)


def _validate_attributes(obj: Obj) -> Iterator[FieldError]:
    if not obj.get("driverName"):
        yield required("driverName")
    if not obj.get("parameters"):
        yield required("parameters", "must contain at least one key/value pair")


def _update_attributes(obj: Obj, old: Obj) -> Iterator[FieldError]:
    if obj.get("driverName") != old.get("driverName"):
        yield forbidden_field("driverName", "updates to driverName are forbidden.")
    if obj.get("parameters") != old.get("parameters"):
        yield forbidden_field("parameters", "updates to parameters are forbidden.")


def _audiences(driver: Obj, _: float) -> str:
    requests = driver["spec"].get("tokenRequests")
    return _UNSET if requests is None else ",".join(request.get("audience", "") for request in requests)


def _flag(field: str, description: str) -> Column:
    name = field[0].upper() + field[1:]
    return Column(name, lambda o, _: bool(o["spec"].get(field)), type="boolean", description=description)


RESOURCES = (
    Resource(
        group=GROUP,
        version="v1",
        kind="CSIDriver",
        plural="csidrivers",
        namespaced=False,
        columns=(
            NAME,
            _flag("attachRequired", "Whether volumes are attached to a node before they are mounted."),
            _flag("podInfoOnMount", "Whether the driver is told of the pod."),
            _flag("storageCapacity", "Whether the scheduler asks how much room is left."),
            Column("TokenRequests", _audiences, description="Who the tokens that it gets are for."),
            _flag("requiresRepublish", "Whether it is called again and again."),
            Column(
                "Modes",
                lambda o, _: ",".join(o["spec"].get("volumeLifecycleModes") or ()) or NONE,
                description="Kinds of volumes it makes.",
            ),
            AGE,
        ),
        default=_default_driver,
        validate=_validate_driver,
        unconditional_update=False,
        delete_returns_object=True,
    ),
    Resource(
        group=GROUP,
        version="v1",
        kind="CSINode",
        plural="csinodes",
        namespaced=False,
        columns=(
            NAME,
            Column("Drivers", count_at("spec", "drivers"), type="integer", description="How many drivers run there."),
            AGE,
        ),
        has_status=True,
        unconditional_update=False,
        delete_returns_object=True,
    ),
    Resource(
        group=GROUP,
        version="v1",
        kind="CSIStorageCapacity",
        plural="csistoragecapacities",
        columns=(
            NAME,
            Column("StorageClassName", at("storageClassName"), description="The class it is about."),
            Column("Capacity", at("capacity", default=_UNSET), description="How much room is left."),
        ),
        validate=_validate_capacity,
        unconditional_update=False,
    ),
    Resource(
        group=GROUP,
        version="v1",
        kind="VolumeAttachment",
        plural="volumeattachments",
        namespaced=False,
        columns=(
            NAME,
            Column("Attacher", at("spec", "attacher"), format="name", description="The driver."),
            Column("PV", at("spec", "source", "persistentVolumeName"), description="The volume."),
            Column("Node", at("spec", "nodeName"), description="The node."),
            Column("Attached", at("status", "attached", default=False), type="boolean", description="Whether it is."),
            AGE,
        ),
        prepare_create=lambda _, obj: obj.__setitem__("status", {"attached": False}),
        validate=_validate_attachment,
        validate_update=immutable("spec", "spec"),
        has_status=True,
        has_generation=True,
        unconditional_update=False,
        delete_returns_object=True,
    ),
    Resource(
        group=GROUP,
        version="v1",
        kind="VolumeAttributesClass",
        plural="volumeattributesclasses",
        namespaced=False,
        short_names=("vac",),
        columns=(NAME, Column("DriverName", at("driverName"), description="The driver it is for."), AGE),
        validate=_validate_attributes,
        validate_update=_update_attributes,
        delete_returns_object=True,
    ),
)
