"""In which order the ports of endpoints are listed: by a hash of each, as Go's structures print (apimachinery util/dump, FNV-1a)."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from tutor.simulator.controllers.endpoints.selection import Port, Ports

_OFFSET = 0x6C62272E07BB014262B821756295C58D
_PRIME = 0x0000000001000000000000000000013B
_BITS = (1 << 128) - 1


def in_slices(ports: Iterable[Port]) -> Ports:
    """As EndpointSlices list them (k8s.io/endpointslice/util, portsInOrder)."""
    return tuple(sorted(ports, key=_slice_hash))


def in_subsets(ports: Iterable[Port]) -> Ports:
    """As Endpoints list them (pkg/api/v1/endpoints/util.go, portsByHash)."""
    return tuple(sorted(ports, key=_subset_hash))


@lru_cache(maxsize=1024)
def _slice_hash(port: Port) -> int:
    name, protocol, number, app = port
    parts = f"Name:(*string){name} Protocol:(*v1.Protocol){protocol} Port:(*int32){number}"
    return fnv1a(f"(v1.EndpointPort){{{parts} AppProtocol:(*string){app or '<nil>'}}}")


@lru_cache(maxsize=1024)
def _subset_hash(port: Port) -> int:
    name, protocol, number, app = port
    parts = f"Name:(string){name} Port:(int32){number} Protocol:(v1.Protocol){protocol}"
    return fnv1a(f"(v1.EndpointPort){{{parts} AppProtocol:(*string){app or '<nil>'}}}")


def fnv1a(text: str) -> int:
    """The 128-bit FNV-1a hash of a text."""
    found = _OFFSET
    for byte in text.encode():
        found = (found ^ byte) * _PRIME & _BITS
    return found
