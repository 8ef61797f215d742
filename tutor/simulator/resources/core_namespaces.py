"""Namespaces."""

from __future__ import annotations

from tutor.simulator.resources.base import VERBS, Column, Context, Resource
from tutor.simulator.resources.printing import AGE, NAME, at
from tutor.simulator.store import Obj

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
        has_status=True,
        held=_held,
        begin_delete=_begin_delete,
        subresources={"finalize": ("update",)},
        fields={"status.phase": lambda obj: str(obj.get("status", {}).get("phase", ""))},
        schema="io.k8s.api.core.v1.Namespace",
    ),
)
