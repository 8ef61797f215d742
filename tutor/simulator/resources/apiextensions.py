"""CustomResourceDefinitions (apiextensions-apiserver, pkg/registry/customresourcedefinition)."""

from __future__ import annotations

from collections.abc import Iterator

from tutor.simulator.clock import timestamp
from tutor.simulator.objects import set_condition
from tutor.simulator.resources.base import Column, Context, Resource
from tutor.simulator.resources.crd_validation import validate, validate_update
from tutor.simulator.resources.printing import CREATED_AT, NAME, at
from tutor.simulator.schemas.rules import uncovered
from tutor.simulator.store import Obj

CLEANUP_FINALIZER = "customresourcecleanup.apiextensions.k8s.io"
"""Holds a definition until all objects of its kind are gone."""


def _default(crd: Obj) -> None:
    spec = crd.setdefault("spec", {})
    names = spec.setdefault("names", {})
    if names.get("kind"):
        names["singular"] = names.get("singular") or names["kind"].lower()
        names["listKind"] = names.get("listKind") or f"{names['kind']}List"
    if not spec.get("conversion"):
        spec["conversion"] = {"strategy": "None"}


def _prepare_create(_: Context, crd: Obj) -> None:
    crd["status"] = {
        "conditions": None,
        "acceptedNames": {"plural": "", "kind": ""},
        "storedVersions": _storage_versions(crd)[:1] or None,
    }


def _prepare_update(_: Context, crd: Obj, old: Obj) -> None:
    """A version that objects were ever stored in is remembered."""
    status = crd.get("status") or {}
    stored = list(status.get("storedVersions") or ())
    added = [name for name in _storage_versions(crd) if name not in stored]
    if added:
        crd["status"] = {**status, "storedVersions": [*stored, *added]}


def _storage_versions(crd: Obj) -> list[str]:
    return [version.get("name", "") for version in crd["spec"].get("versions") or () if version.get("storage")]


def _held(crd: Obj) -> bool:
    """The first deletion only marks a definition."""
    return "deletionTimestamp" not in crd["metadata"]


def _begin_delete(context: Context, crd: Obj) -> Obj:
    """pkg/registry/customresourcedefinition/etcd.go Delete"""
    metadata = crd["metadata"]
    finalizers = metadata.get("finalizers") or []
    if CLEANUP_FINALIZER in finalizers:
        return crd
    condition = {
        "type": "Terminating",
        "status": "True",
        "lastTransitionTime": timestamp(context.now),
        "reason": "InstanceDeletionPending",
        "message": "CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon",
    }
    status = crd["status"]
    conditions = set_condition(status.get("conditions") or (), condition)
    return {
        **crd,
        "metadata": {**metadata, "finalizers": [*finalizers, CLEANUP_FINALIZER]},
        "status": {**status, "conditions": conditions},
    }


def _warnings(crd: Obj) -> Iterator[str]:
    """What of a definition this cluster does not do."""
    spec = crd["spec"]
    for version in spec.get("versions") or ():
        yield from uncovered((version.get("schema") or {}).get("openAPIV3Schema") or {})
    if (spec.get("conversion") or {}).get("strategy") == "Webhook":
        yield "conversion webhooks are not called: they are not simulated, try a kind cluster"


def _shown_versions(crd: Obj, _: float) -> str:
    versions = crd["spec"].get("versions") or ()
    return ",".join(f"{v['name']}{'(storage)' if v.get('storage') else ''}" for v in versions)


RESOURCES = (
    Resource(
        group="apiextensions.k8s.io",
        version="v1",
        kind="CustomResourceDefinition",
        plural="customresourcedefinitions",
        namespaced=False,
        short_names=("crd", "crds"),
        categories=("api-extensions",),
        columns=(
            NAME,
            Column("Scope", at("spec", "scope"), description="Whether its objects live in namespaces."),
            Column("Versions", _shown_versions, description="The versions of the kind, and which one is stored."),
            CREATED_AT,
        ),
        default=_default,
        prepare_create=_prepare_create,
        prepare_update=_prepare_update,
        validate=validate,
        validate_update=validate_update,
        warnings=_warnings,
        has_status=True,
        has_generation=True,
        held=_held,
        begin_delete=_begin_delete,
        schema="io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinition",
    ),
)
