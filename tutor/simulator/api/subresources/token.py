"""serviceaccounts/token: a token that speaks for a service account for a while (pkg/registry/core/serviceaccount/storage/token.go)."""

from __future__ import annotations

from typing import Any

from tutor.simulator.admission import namespace_lifecycle
from tutor.simulator.api import listing
from tutor.simulator.api.access.authentication import ISSUER, TokenClaims
from tutor.simulator.api.bodies import Expected, read_object
from tutor.simulator.api.call import Call
from tutor.simulator.api.dating import shift_text
from tutor.simulator.api.http import Response
from tutor.simulator.clock import timestamp
from tutor.simulator.errors import invalid, invalid_object, not_found
from tutor.simulator.schemas import table

HANDLES = ("token",)
DEFAULT_SECONDS = 3600
SHORTEST_SECONDS = 600


def handle(call: Call) -> Response:
    """POST of a TokenRequest."""
    kind = table.kind_type("authentication.k8s.io", "v1", "TokenRequest")
    request = read_object(call, Expected("authentication.k8s.io/v1", "TokenRequest", kind), "Warn")
    namespace_lifecycle.admit(call.store, call.resource, call.route.namespace, call.route.name)
    account = listing.get_object(call.store, call.route)
    spec = request.get("spec") or {}
    seconds = _seconds(spec)
    now = call.api.cluster.clock.now
    audiences = tuple(spec.get("audiences") or (ISSUER,))
    bound = _bound(call, spec.get("boundObjectRef"))
    metadata = account["metadata"]
    claims = TokenClaims(metadata["namespace"], metadata["name"], metadata["uid"], now + seconds, audiences, bound)
    offset = call.api.offset
    body = {
        "kind": "TokenRequest",
        "apiVersion": "authentication.k8s.io/v1",
        "metadata": {
            "name": metadata["name"],
            "namespace": metadata["namespace"],
            "creationTimestamp": shift_text(timestamp(now), offset),
        },
        "spec": {
            "audiences": list(audiences),
            "expirationSeconds": seconds,
            "boundObjectRef": spec.get("boundObjectRef"),
        },
        "status": {
            "token": call.api.authenticator.issue(claims),
            "expirationTimestamp": shift_text(timestamp(now + seconds), offset),
        },
    }
    return call.answer(body, 201)


def _seconds(spec: dict[str, Any]) -> int:
    """How long the token is to be valid. Raises ApiError 422 for too short a time."""
    seconds: int = spec.get("expirationSeconds") or DEFAULT_SECONDS
    if seconds < SHORTEST_SECONDS:
        problem = invalid("spec.expirationSeconds", seconds, "may not specify a duration less than 10 minutes")
        raise invalid_object("TokenRequest", "authentication.k8s.io", "", [problem])
    return seconds


def _bound(call: Call, reference: dict[str, Any] | None) -> dict[str, str] | None:
    """The pod, secret or node that the token goes away with."""
    if not reference:
        return None
    plural = {"Pod": "pods", "Secret": "secrets", "Node": "nodes"}.get(reference.get("kind", ""), "")
    name = reference.get("name", "")
    found = call.store.get(plural, "" if plural == "nodes" else call.route.namespace, name) if plural else None
    if found is None:
        raise not_found(plural or "objects", "", name)
    return {"kind": reference["kind"], "name": name, "uid": found["metadata"]["uid"]}
