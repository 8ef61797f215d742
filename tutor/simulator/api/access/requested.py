"""What a request is about by its path alone, so that who may not ask does not learn what there is."""

from __future__ import annotations

from tutor.simulator.api.access.authorization import Action
from tutor.simulator.api.http import Request

_VERBS = {"POST": "create", "GET": "get", "HEAD": "get", "PUT": "update", "PATCH": "patch", "DELETE": "delete"}
_COLLECTION_VERBS = {"get": "list", "delete": "deletecollection"}


def action_by_path(request: Request) -> Action | None:
    """What is asked of which resource, whether there is such a resource or not; None when the path is not about a resource
    (apiserver, pkg/endpoints/request/requestinfo.go NewRequestInfo)."""
    segments = [segment for segment in request.path.split("/") if segment]
    before = {"api": 2, "apis": 3}.get(segments[0], 0) if segments else 0
    rest = segments[before:]
    if not before or not rest:
        return None
    group, verb, namespace = segments[1] if before == 3 else "", _VERBS.get(request.method, ""), ""
    if rest[0] == "watch" and len(rest) > 1:
        verb, rest = "watch", rest[1:]
    if rest[0] == "namespaces" and len(rest) > 1:
        namespace = rest[1]
        if len(rest) > 2 and rest[2] not in ("status", "finalize"):
            rest = rest[2:]
    resource, name, subresource = (*rest, "", "")[:3]
    if not name:
        verb = _COLLECTION_VERBS.get(verb, verb)
    if verb == "list" and request.flag("watch"):
        verb = "watch"
    return Action(verb, group, resource, subresource, namespace, name)
