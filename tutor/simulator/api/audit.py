"""Who did what: the last requests that the API has answered."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from tutor.simulator.api.http import Request, User
from tutor.simulator.api.routing import Route

KEPT = 10_000
"""Requests that are remembered."""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One request for a resource. `at` is cluster time in seconds since the epoch."""

    seq: int
    at: float
    user: str
    verb: str
    group: str
    resource: str
    subresource: str
    namespace: str
    name: str
    code: int
    agent: str
    dry_run: bool


class AuditLog:
    """A ring of the last requests."""

    def __init__(self) -> None:
        self._entries: deque[AuditEntry] = deque(maxlen=KEPT)
        self._seq = 0

    def record(self, at: float, user: User, route: Route, request: Request, code: int) -> None:
        """Remember a request."""
        self._seq += 1
        resource = route.resource
        self._entries.append(
            AuditEntry(
                self._seq,
                at,
                user.name,
                route.verb,
                resource.group,
                resource.plural,
                route.subresource,
                route.namespace,
                route.name,
                code,
                request.headers.get("user-agent", ""),
                bool(request.param("dryRun")),
            )
        )

    def since(self, seq: int = 0) -> list[AuditEntry]:
        """The entries after a sequence number that are still known, oldest first."""
        return [entry for entry in self._entries if entry.seq > seq]

    @property
    def last(self) -> int:
        """The sequence number of the newest entry."""
        return self._seq
