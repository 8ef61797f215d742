"""Questions about identity: who am I, and whose token is this (authentication.k8s.io)."""

from __future__ import annotations

from typing import Any

from tutor.simulator.api.bodies import expected, read_object
from tutor.simulator.api.call import Call
from tutor.simulator.api.dating import shift_text
from tutor.simulator.api.http import Request, Response, User
from tutor.simulator.api.options import write_options
from tutor.simulator.clock import timestamp
from tutor.simulator.errors import bad_request

HANDLES = ("selfsubjectreviews.authentication.k8s.io", "tokenreviews.authentication.k8s.io")


def handle(call: Call) -> Response:
    """POST of either."""
    options = write_options(call.request, "CreateOptions")
    review = read_object(call, expected(call.resource), options.validation)
    if call.resource.kind == "TokenReview":
        return call.answer({**review, "status": _token_status(call, review.get("spec") or {})}, 201)
    now = shift_text(timestamp(call.api.cluster.clock.now), call.api.offset)
    body = {**review, "metadata": {"creationTimestamp": now}, "status": {"userInfo": user_info(call.user)}}
    return call.answer(body, 201)


def _token_status(call: Call, spec: dict[str, Any]) -> dict[str, Any]:
    token = spec.get("token")
    if not token:
        raise bad_request("token is required for TokenReview in authentication")
    user = call.api.authenticator.authenticate(Request("GET", "/", headers={"authorization": f"Bearer {token}"}))
    if user is None:
        return {"user": {}, "error": "invalid bearer token"}
    return {"authenticated": True, "user": user_info(user)}


def user_info(user: User) -> dict[str, Any]:
    """A user as reviews show them (authentication.k8s.io UserInfo)."""
    info: dict[str, Any] = {"username": user.name}
    if user.uid:
        info["uid"] = user.uid
    if user.groups:
        info["groups"] = list(user.groups)
    if user.extra:
        info["extra"] = {key: list(values) for key, values in user.extra.items()}
    return info
