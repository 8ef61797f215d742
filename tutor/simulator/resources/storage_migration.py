"""StorageVersionMigrations: asked for and kept. There is nothing to migrate, as objects are stored in one version."""

from __future__ import annotations

from collections.abc import Iterator

from tutor.simulator.errors import FieldError, required
from tutor.simulator.resources.base import Column, Resource
from tutor.simulator.resources.printing import at
from tutor.simulator.store import Obj

_STATES = ("Running", "Failed", "Succeeded")


def _validate(obj: Obj) -> Iterator[FieldError]:
    if not ((obj.get("spec") or {}).get("resource") or {}).get("resource"):
        yield required("spec.resource.resource", "resource is required to be set")


def _resource(obj: Obj, _: float) -> str:
    resource = obj["spec"].get("resource") or {}
    return ".".join(filter(None, (resource.get("resource"), resource.get("group"))))


def _state(obj: Obj, _: float) -> str:
    conditions = (obj.get("status") or {}).get("conditions") or ()
    found = [c["type"] for c in conditions if c.get("status") == "True" and c["type"] in _STATES]
    return found[-1] if found else "Unknown"


RESOURCES = (
    Resource(
        group="storagemigration.k8s.io",
        version="v1",
        kind="StorageVersionMigration",
        plural="storageversionmigrations",
        namespaced=False,
        columns=(
            Column("Name", at("metadata", "name"), description="Name of the object."),
            Column("Resource", _resource, description="Whose objects are to be written anew."),
            Column("Status", _state, description="How far it is."),
        ),
        prepare_create=lambda _, obj: obj.__setitem__("status", {}),
        validate=_validate,
        has_status=True,
        unconditional_update=False,
        warnings=lambda _: ("StorageVersionMigrations are stored but not simulated: none is ever carried out",),
    ),
)
