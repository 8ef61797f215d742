"""Namespaces."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tutor.simulator.errors import FieldError, invalid
from tutor.simulator.resources.base import VERBS, Column, Context, Resource
from tutor.simulator.resources.printing import AGE, NAME, at
from tutor.simulator.store import Obj

LEVELS = ("privileged", "baseline", "restricted")
LEVEL_LABELS = tuple(f"pod-security.kubernetes.io/{mode}" for mode in ("enforce", "audit", "warn"))
VERSION_LABELS = tuple(f"{label}-version" for label in LEVEL_LABELS)
FINALIZER = "kubernetes"
"""The entry of spec.finalizers that holds a namespace until the namespace controller has emptied it."""


def _default(namespace: Obj) -> None:
    name = namespace["metadata"].get("name")
    if name:
        labels = namespace["metadata"].get("labels") or {}
        namespace["metadata"]["labels"] = {**labels, "kubernetes.io/metadata.name": name}
    namespace.setdefault("spec", {})


def _prepare_create(_: Context, namespace: Obj) -> None:
    namespace["spec"] = {"finalizers": [FINALIZER]}
    namespace["status"] = {"phase": "Active"}


def _prepare_update(_: Context, namespace: Obj, old: Obj) -> None:
    """spec.finalizers change through the finalize subresource only."""
    namespace["spec"] = {**namespace.get("spec", {}), "finalizers": old["spec"].get("finalizers", [])}


def _validate(namespace: Obj) -> Iterator[FieldError]:
    """Labels that say how strict the namespace is (k8s.io/pod-security-admission, admission/admission.go)."""
    for label, value in sorted((namespace["metadata"].get("labels") or {}).items()):
        if label not in LEVEL_LABELS and label not in VERSION_LABELS:
            continue
        if label in LEVEL_LABELS and value not in LEVELS:
            yield invalid(f"metadata.labels[{label}]", value, f"must be one of {', '.join(LEVELS)}")
        if label in VERSION_LABELS and value != "latest" and not re.fullmatch(r"v1\.\d+", value):
            yield invalid(f"metadata.labels[{label}]", value, 'must be "latest" or "v1.x"')


def _held(namespace: Obj) -> bool:
    return bool(namespace["spec"].get("finalizers"))


def _begin_delete(_: Context, namespace: Obj) -> Obj:
    """registry/core/namespace/storage/storage.go Delete"""
    return {**namespace, "status": {**(namespace.get("status") or {}), "phase": "Terminating"}}


RESOURCES = (
    Resource(
        group="",
        version="v1",
        kind="Namespace",
        plural="namespaces",
        namespaced=False,
        short_names=("ns",),
        verbs=tuple(verb for verb in VERBS if verb != "deletecollection"),
        columns=(
            NAME,
            Column("Status", at("status", "phase"), description="Whether it is in use or being emptied."),
            AGE,
        ),
        name_rule="label",
        default=_default,
        prepare_create=_prepare_create,
        prepare_update=_prepare_update,
        validate=_validate,
        has_status=True,
        held=_held,
        begin_delete=_begin_delete,
        subresources={"finalize": ("update",)},
        fields={"status.phase": lambda obj: str(obj.get("status", {}).get("phase", ""))},
        schema="io.k8s.api.core.v1.Namespace",
    ),
)
