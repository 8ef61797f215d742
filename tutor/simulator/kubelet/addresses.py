"""Addresses for pods, one after the other out of each node's range (the CNI plugin host-local)."""

from __future__ import annotations

from functools import cache
from ipaddress import IPv4Network
from typing import Any

from tutor.simulator.client import Client

FIRST = 2
"""The first address is the range's own, the second the node's."""


@cache
def _range(cidr: str) -> tuple[int, int]:
    network = IPv4Network(cidr)
    return int(network.network_address), network.num_addresses


def _text(number: int) -> str:
    return ".".join(str(number >> shift & 255) for shift in (24, 16, 8, 0))


class Addresses:
    """Which addresses are in use on which node."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._last: dict[str, int] = {}
        self._used: dict[str, frozenset[int]] = {}

    def take(self, node: str) -> str:
        """The next free address of a node; empty when all are in use."""
        found = self._client.get("nodes", "", node)
        cidr = found["spec"].get("podCIDR") if found else None
        if not cidr:
            return ""
        start, size = _range(cidr)
        used = self._used.get(node, frozenset())
        last = self._last.get(node, FIRST - 1)
        for step in range(size):
            offset = FIRST + (last - FIRST + 1 + step) % (size - FIRST - 1)
            if offset not in used:
                self._last[node] = offset
                self._used[node] = used | {offset}
                return _text(start + offset)
        return ""

    def free(self, node: str, address: str) -> None:
        """An address is no longer in use."""
        found = self._client.get("nodes", "", node)
        cidr = found["spec"].get("podCIDR") if found else None
        if not cidr or not address:
            return
        parts = [int(part) for part in address.split(".")]
        number = sum(part << shift for part, shift in zip(parts, (24, 16, 8, 0), strict=True))
        self._used[node] = self._used.get(node, frozenset()) - {number - _range(cidr)[0]}

    def save(self) -> Any:
        """The state as an immutable value."""
        return tuple(self._last.items()), tuple(self._used.items())

    def load(self, state: Any) -> None:
        """Go back to a saved state."""
        last, used = state
        self._last, self._used = dict(last), dict(used)
