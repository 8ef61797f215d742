"""Who did what: the last requests that the API has answered, also those it has refused.

Each can be shown as the event that a real API server writes to its audit log at the level Metadata (apiserver, pkg/apis/audit/v1).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import NAMESPACE_OID, uuid5

from tutor.simulator.api.http import Request, User
from tutor.simulator.api.routing import Route
from tutor.simulator.clock import micro_timestamp

KEPT = 10_000
"""Requests that are remembered."""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One request. `at` is cluster time in seconds since the epoch; a request for a path that is no resource has no `resource`."""

    seq: int
    at: float
    user: str
    groups: tuple[str, ...]
    impersonated_by: str
    """Who sent it, where that is somebody else than the user."""
    verb: str
    path: str
    query: Mapping[str, list[str]]
    group: str
    version: str
    resource: str
    subresource: str
    namespace: str
    name: str
    code: int
    agent: str
    dry_run: bool
    annotations: Mapping[str, str]
    """What admission policies have noted down."""
    given_id: str
    """What the client wants the request to be known by; empty when it leaves that to the server."""

    @property
    def audit_id(self) -> str:
        """What the request is known by, also to the client (apiserver, pkg/endpoints/filters/audit_init.go)."""
        return self.given_id or str(uuid5(NAMESPACE_OID, f"{self.seq} {self.at}"))

    def event(self, offset: float = 0.0) -> dict[str, Any]:
        """The entry as an audit.k8s.io/v1 Event; `offset` is what the clients' clock is ahead of the cluster's, in seconds."""
        when = micro_timestamp(self.at + offset)
        sender: dict[str, Any] = {"username": self.impersonated_by or self.user}
        event: dict[str, Any] = {
            "kind": "Event",
            "apiVersion": "audit.k8s.io/v1",
            "level": "Metadata",
            "auditID": self.audit_id,
            "stage": "ResponseComplete",
            "requestURI": self.path + (f"?{urlencode(self.query, doseq=True)}" if self.query else ""),
            "verb": self.verb,
            "user": sender if self.impersonated_by else {**sender, "groups": list(self.groups)},
        }
        if self.impersonated_by:
            event["impersonatedUser"] = {"username": self.user, "groups": list(self.groups)}
        event["userAgent"] = self.agent
        if self.resource:
            event["objectRef"] = self._reference()
        event |= {"responseStatus": {"metadata": {}, "code": self.code}}
        event |= {"requestReceivedTimestamp": when, "stageTimestamp": when}
        event["annotations"] = {"authorization.k8s.io/decision": "forbid" if self.code == 403 else "allow"}
        event["annotations"] |= self.annotations
        return event

    def _reference(self) -> dict[str, str]:
        reference = {
            "resource": self.resource,
            "namespace": self.namespace,
            "name": self.name,
            "apiGroup": self.group,
            "apiVersion": self.version,
            "subresource": self.subresource,
        }
        return {key: value for key, value in reference.items() if value}


class AuditLog:
    """A ring of the last requests."""

    def __init__(self) -> None:
        self._entries: deque[AuditEntry] = deque(maxlen=KEPT)
        self._seq = 0

    def record(
        self,
        at: float,
        user: User,
        sender: User,
        route: Route | None,
        request: Request,
        code: int,
        name: str = "",
        annotations: Mapping[str, str] | None = None,
    ) -> AuditEntry:
        """Remember a request; `sender` is the user unless they act as somebody else, `name` that of an object to create."""
        self._seq += 1
        resource = route.resource if route is not None else None
        entry = AuditEntry(
            seq=self._seq,
            at=at,
            user=user.name,
            groups=user.groups,
            impersonated_by=sender.name if sender is not user else "",
            verb=route.verb if route is not None else request.method.lower(),
            path=request.path,
            query=request.query,
            group=resource.group if resource is not None else "",
            version=resource.version if resource is not None else "",
            resource=resource.plural if resource is not None else "",
            subresource=route.subresource if route is not None else "",
            namespace=route.namespace if route is not None else "",
            name=(route.name if route is not None else "") or name,
            code=code,
            agent=request.headers.get("user-agent", ""),
            dry_run=bool(request.param("dryRun")),
            annotations=annotations or {},
            given_id=request.headers.get("audit-id", ""),
        )
        self._entries.append(entry)
        return entry

    def since(self, seq: int = 0) -> list[AuditEntry]:
        """The entries after a sequence number that are still known, oldest first."""
        missing = min(max(self._seq - seq, 0), len(self._entries))
        return list(self._entries)[-missing:] if missing else []

    @property
    def last(self) -> int:
        """The sequence number of the newest entry."""
        return self._seq
