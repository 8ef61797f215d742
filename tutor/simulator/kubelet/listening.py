"""Which pods are at which addresses: each at its own, but for those on the network of their node, which share one."""

from __future__ import annotations

from typing import Any

from tutor.simulator.kubelet.state import PodRecord


class Listening:
    """The pods that can be reached, by address."""

    def __init__(self) -> None:
        self._by_ip: dict[str, str] = {}
        self._on_host: dict[str, dict[str, None]] = {}

    def begin(self, record: PodRecord, *, host: bool) -> None:
        """From now on the pod is found at its address."""
        if host:
            self._on_host[record.ip] = {**self._on_host.get(record.ip, {}), record.key: None}
        elif record.ip:
            self._by_ip[record.ip] = record.key

    def end(self, record: PodRecord) -> None:
        """The pod is not found any more."""
        if self._by_ip.get(record.ip) == record.key:
            del self._by_ip[record.ip]
        if record.key in self._on_host.get(record.ip, {}):
            self._on_host[record.ip] = {key: None for key in self._on_host[record.ip] if key != record.key}

    def at(self, ip: str) -> list[str]:
        """The keys of the pods at an address."""
        return [self._by_ip[ip]] if ip in self._by_ip else list(self._on_host.get(ip, ()))

    def save(self) -> Any:
        """Who is where."""
        return dict(self._by_ip), dict(self._on_host)

    def load(self, state: Any) -> None:
        """Go back to a saved state."""
        by_ip, on_host = state
        self._by_ip, self._on_host = dict(by_ip), dict(on_host)
