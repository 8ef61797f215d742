"""The ranges that Services get their addresses from, and the addresses. Rules: pkg/apis/networking/validation/validation.go."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address, ip_network

from tutor.simulator.errors import FieldError, invalid, required
from tutor.simulator.resources.base import Column, Resource
from tutor.simulator.resources.networking import BAD_RANGE
from tutor.simulator.resources.printing import AGE, NAME, NONE
from tutor.simulator.resources.workload_validation import immutable
from tutor.simulator.store import Obj

GROUP = "networking.k8s.io"
_BAD_ADDRESS = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"


def _validate_range(obj: Obj) -> Iterator[FieldError]:
    ranges = (obj.get("spec") or {}).get("cidrs") or ()
    if not ranges:
        yield required("spec.cidrs", "at least one CIDR required")
    if len(ranges) > 2:
        yield invalid("spec.cidrs", ranges, "may only hold up to 2 values")
    for i, text in enumerate(ranges):
        try:
            ip_network(text, strict=False)
        except ValueError:
            yield invalid(f"spec.cidrs[{i}]", text, BAD_RANGE)


def _update_range(obj: Obj, old: Obj) -> Iterator[FieldError]:
    after, before = obj["spec"].get("cidrs") or (), old["spec"].get("cidrs") or ()
    if len(after) not in (len(before), 2):
        yield invalid("spec.cidrs", after, "field is immutable")
        return
    for i, (new, text) in enumerate(zip(after, before, strict=False)):
        if new != text:
            yield invalid(f"spec.cidrs[{i}]", new, "field is immutable")


def _validate_address(obj: Obj) -> Iterator[FieldError]:
    name = obj["metadata"]["name"]
    try:
        ip_address(name)
    except ValueError:
        yield invalid("metadata.name", name, _BAD_ADDRESS)
    parent = (obj.get("spec") or {}).get("parentRef")
    if parent is None:
        yield required("spec.parentRef")
        return
    for field in ("resource", "name"):
        if not parent.get(field):
            yield required(f"spec.parentRef.{field}")


def _parent(obj: Obj, _: float) -> str:
    parent = (obj.get("spec") or {}).get("parentRef")
    if not parent:
        return NONE
    group = f".{parent['group']}" if parent.get("group") else ""
    namespace = f"/{parent['namespace']}" if parent.get("namespace") else ""
    return f"{parent.get('resource', '')}{group}".lower() + f"{namespace}/{parent.get('name', '')}"


RESOURCES = (
    Resource(
        group=GROUP,
        version="v1",
        kind="IPAddress",
        plural="ipaddresses",
        namespaced=False,
        short_names=("ip",),
        name_rule="any",
        columns=(NAME, Column("ParentRef", _parent, description="What the address belongs to.")),
        validate=_validate_address,
        validate_update=immutable("spec.parentRef", "spec", "parentRef"),
    ),
    Resource(
        group=GROUP,
        version="v1",
        kind="ServiceCIDR",
        plural="servicecidrs",
        namespaced=False,
        columns=(
            NAME,
            Column("CIDRs", lambda o, _: ",".join(o["spec"].get("cidrs") or ()), description="Its ranges."),
            AGE,
        ),
        prepare_create=lambda _, obj: obj.__setitem__("status", {}),
        validate=_validate_range,
        validate_update=_update_range,
        has_status=True,
        warnings=lambda obj: (
            ()
            if obj["metadata"]["name"] == "kubernetes"
            else ("further ServiceCIDRs are stored but not simulated: Services get no addresses of them",)
        ),
    ),
)
