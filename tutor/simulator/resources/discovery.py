"""EndpointSlices."""

from __future__ import annotations

from collections.abc import Iterator

from tutor.simulator.errors import FieldError, not_supported
from tutor.simulator.resources.base import Column, Resource
from tutor.simulator.resources.printing import AGE, NAME, at, list_with_more
from tutor.simulator.resources.workload_validation import immutable
from tutor.simulator.store import Obj

ADDRESS_TYPES = ("FQDN", "IPv4", "IPv6")


def _default(endpoint_slice: Obj) -> None:
    for port in endpoint_slice.get("ports") or ():
        port.setdefault("name", "")
        port.setdefault("protocol", "TCP")


def _validate(endpoint_slice: Obj) -> Iterator[FieldError]:
    if endpoint_slice.get("addressType") not in ADDRESS_TYPES:
        yield not_supported("addressType", endpoint_slice.get("addressType", ""), ADDRESS_TYPES)


def _ports(endpoint_slice: Obj, _: float) -> str:
    return list_with_more(str(p.get("port") or p.get("name") or "*") for p in endpoint_slice.get("ports") or ())


def _endpoints(endpoint_slice: Obj, _: float) -> str:
    return list_with_more(a for e in endpoint_slice.get("endpoints") or () for a in e["addresses"])


RESOURCES = (
    Resource(
        group="discovery.k8s.io",
        version="v1",
        kind="EndpointSlice",
        plural="endpointslices",
        columns=(
            NAME,
            Column("AddressType", at("addressType"), description="What kind of addresses it holds."),
            Column("Ports", _ports, description="Ports of all its endpoints."),
            Column("Endpoints", _endpoints, description="Addresses."),
            AGE,
        ),
        default=_default,
        validate=_validate,
        validate_update=immutable("addressType", "addressType"),
        has_generation=True,
        schema="io.k8s.api.discovery.v1.EndpointSlice",
    ),
)
