"""The subsets of an Endpoints object: addresses that offer the same ports (pkg/api/v1/endpoints/util.go, RepackSubsets)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tutor.simulator.controllers.endpoints.port_order import in_subsets
from tutor.simulator.controllers.endpoints.selection import (
    Port,
    can_serve,
    hostname_of,
    is_headless,
    ports_at,
    target_reference,
)
from tutor.simulator.controllers.pods import is_ready
from tutor.simulator.store import Obj

Address = dict[str, Any]
Subset = dict[str, Any]
READY, NOT_READY = "addresses", "notReadyAddresses"
_NO_PORT: Port = ("", "", -1, "")
"""Stands for "no port": a headless Service may have none."""


def subsets_of(service: Obj, pods: Iterable[Obj]) -> list[Subset]:
    """The subsets for a Service whose selector matches these pods."""
    publish = bool(service["spec"].get("publishNotReadyAddresses"))
    portless = is_headless(service) and not service["spec"].get("ports")
    offers = []
    for pod in pods:
        if not can_serve(pod, terminating=publish):
            continue
        address: Address = {"ip": pod["status"]["podIP"], "targetRef": target_reference(pod)}
        if pod["spec"].get("nodeName"):
            address["nodeName"] = pod["spec"]["nodeName"]
        if hostname_of(service, pod):
            address["hostname"] = hostname_of(service, pod)
        ports = (_NO_PORT,) if portless else ports_at(service, pod)
        offers.append((address, publish or is_ready(pod), ports))
    return _pack(offers)


def repack(subsets: Iterable[Mapping[str, Any]]) -> list[Subset]:
    """The same addresses and ports in as few subsets as possible, in the controllers' order."""
    offers = []
    for subset in subsets:
        ports = tuple(
            (port.get("name", ""), port.get("protocol", "TCP"), port["port"], port.get("appProtocol", ""))
            for port in subset.get("ports") or ()
        )
        for field in (READY, NOT_READY):
            offers += [(address, field == READY, ports or (_NO_PORT,)) for address in subset.get(field) or ()]
    return _pack(offers)


def _pack(offers: Iterable[tuple[Address, bool, Iterable[Port]]]) -> list[Subset]:
    """Put ports together that the same addresses offer. Who is not ready in one place is not ready for that port at all."""
    by_port: dict[Port, dict[tuple[str, str], bool]] = {}
    addresses: dict[tuple[str, str], Address] = {}
    for address, ready, ports in offers:
        key = (address["ip"], (address.get("targetRef") or {}).get("uid", ""))
        addresses.setdefault(key, address)
        for port in ports:
            places = by_port.setdefault(port, {})
            places[key] = ready and places.get(key, True)
    groups: dict[frozenset[tuple[tuple[str, str], bool]], list[Port]] = {}
    for port, places in by_port.items():
        groups.setdefault(frozenset(places.items()), []).append(port)
    found = sorted(((in_subsets(ports), sorted(places)) for places, ports in groups.items()), key=lambda pair: pair[0])
    return [_subset(ports, places, addresses) for ports, places in found]


def _subset(
    ports: Iterable[Port], places: list[tuple[tuple[str, str], bool]], addresses: Mapping[tuple[str, str], Address]
) -> Subset:
    subset: Subset = {}
    for field, wanted in ((READY, True), (NOT_READY, False)):
        listed = [addresses[key] for key, ready in places if ready is wanted]
        if listed:
            subset[field] = listed
    numbers = [_port(*port) for port in ports if port != _NO_PORT]
    return {**subset, "ports": numbers} if numbers else subset


def _port(name: str, protocol: str, number: int, app: str) -> dict[str, Any]:
    port: dict[str, Any] = {"name": name} if name else {}
    port |= {"port": number, "protocol": protocol}
    return port | {"appProtocol": app} if app else port
