"""Nodes."""

from __future__ import annotations

from collections.abc import Iterator

from tutor.simulator.errors import FieldError, duplicate, forbidden_field, not_supported, required
from tutor.simulator.resources.base import Column, Context, Resource
from tutor.simulator.resources.pod_validation import TAINT_EFFECTS
from tutor.simulator.resources.printing import AGE, NAME, NONE, at
from tutor.simulator.store import Obj

ROLE_PREFIX = "node-role.kubernetes.io/"


def _status(node: Obj, _: float) -> str:
    conditions = {c["type"]: c["status"] for c in node.get("status", {}).get("conditions") or ()}
    ready = {None: "Unknown", "True": "Ready"}.get(conditions.get("Ready"), "NotReady")
    return f"{ready},SchedulingDisabled" if node.get("spec", {}).get("unschedulable") else ready


def _roles(node: Obj, _: float) -> str:
    labels = node["metadata"].get("labels") or {}
    roles = {key.removeprefix(ROLE_PREFIX) for key in labels if key.startswith(ROLE_PREFIX)}
    if labels.get("kubernetes.io/role"):
        roles.add(labels["kubernetes.io/role"])
    return ",".join(sorted(roles - {""})) or NONE


def _address(kind: str) -> Column:
    def cell(node: Obj, _: float) -> str:
        found = [a["address"] for a in node.get("status", {}).get("addresses") or () if a["type"] == kind]
        return found[0] if found else NONE

    title = kind.removesuffix("IP") + "-IP"
    return Column(title, cell, priority=1, description=f"The node's {title.lower()} address.")


def _kernel(node: Obj, _: float) -> str:
    info = node.get("status", {}).get("nodeInfo", {})
    kernel = info.get("kernelVersion") or "<unknown>"
    return f"{kernel} ({info['architecture']})" if info.get("architecture") else kernel


def _info(field: str) -> tuple[str, str, str]:
    return "status", "nodeInfo", field


def _validate(node: Obj) -> Iterator[FieldError]:
    seen = set()
    for i, taint in enumerate(node.get("spec", {}).get("taints") or ()):
        path = f"metadata.taints[{i}]"
        if not taint.get("key"):
            yield required(f"{path}.key")
        if taint.get("effect") not in TAINT_EFFECTS:
            yield not_supported(f"{path}.effect", taint.get("effect", ""), TAINT_EFFECTS)
        if (taint.get("key"), taint.get("effect")) in seen:
            yield duplicate(path, taint)
        seen.add((taint.get("key"), taint.get("effect")))


def _validate_update(node: Obj, old: Obj) -> Iterator[FieldError]:
    """A node keeps its range of pod addresses (pkg/apis/core/validation ValidateNodeUpdate)."""
    was, now = (one.get("spec", {}).get("podCIDR") for one in (old, node))
    if was and now != was:
        yield forbidden_field("spec.podCIDRs", 'node updates may not change podCIDR except from "" to valid')


def _prepare_create(_: Context, node: Obj) -> None:
    node.setdefault("spec", {})
    node.setdefault("status", {})


RESOURCES = (
    Resource(
        group="",
        version="v1",
        kind="Node",
        plural="nodes",
        namespaced=False,
        short_names=("no",),
        columns=(
            NAME,
            Column("Status", _status, description="Whether the node is ready and takes new pods."),
            Column("Roles", _roles, description="Roles of the node, from its labels."),
            AGE,
            Column("Version", at(*_info("kubeletVersion")), description="Version of the kubelet."),
            _address("InternalIP"),
            _address("ExternalIP"),
            Column("OS-Image", at(*_info("osImage"), default="<unknown>"), priority=1, description="Operating system."),
            Column("Kernel-Version", _kernel, priority=1, description="Kernel and processor architecture."),
            Column(
                "Container-Runtime",
                at(*_info("containerRuntimeVersion"), default="<unknown>"),
                priority=1,
                description="Container runtime and its version.",
            ),
        ),
        prepare_create=_prepare_create,
        validate=_validate,
        validate_update=_validate_update,
        has_status=True,
        subresources={"proxy": ("create", "delete", "get", "patch", "update")},
        fields={"spec.unschedulable": lambda node: str(bool(node.get("spec", {}).get("unschedulable"))).lower()},
        schema="io.k8s.api.core.v1.Node",
    ),
)
