"""From method and path to what is asked: a verb on a resource (apiserver, pkg/endpoints/request/requestinfo.go)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from tutor.simulator import errors
from tutor.simulator.api.http import Request
from tutor.simulator.resources.base import Resource
from tutor.simulator.resources.scheme import Scheme

_VERBS = {"GET": "get", "POST": "create", "PUT": "update", "PATCH": "patch", "DELETE": "delete"}
_PASSED_ON = {"HEAD": "get", "OPTIONS": ""}
"""Methods that only proxies know, with their verbs (apiserver, pkg/endpoints/request/requestinfo.go has none for OPTIONS)."""
_ITEM_METHODS = {"GET": "get", "PUT": "update", "PATCH": "patch", "DELETE": "delete"}
_COLLECTION_METHODS = {"GET": "list", "POST": "create", "DELETE": "deletecollection"}
_SUBRESOURCE_VERBS: Mapping[str, tuple[str, ...]] = {
    "status": ("get", "patch", "update"),
    "scale": ("get", "patch", "update"),
}


@dataclass(frozen=True, slots=True)
class Route:
    """A request for a resource. `name` is "" for a collection."""

    verb: str
    resource: Resource
    namespace: str
    name: str = ""
    subresource: str = ""
    rest: str = ""
    """What follows the subresource in the path (only proxies have it)."""


class UnknownGroup(Exception):
    """The path is not one of the API's: answered with a plain 404."""


def parse(scheme: Scheme, request: Request) -> Route | None:
    """The route of a request; None when the path is /api..., /apis... but names no resource (discovery).

    Raises ApiError 404 for a resource that does not exist, 405 for a method it does not have; UnknownGroup.
    """
    segments = request.path.strip("/").split("/")
    if len(segments) >= 2 and segments[0] == "api":
        group, version, rest = "", segments[1], segments[2:]
    elif len(segments) >= 3 and segments[0] == "apis":
        group, version, rest = segments[1], segments[2], segments[3:]
    else:
        return None
    if not rest:
        return None
    if request.path.startswith("//") or segments[:2] == ["apis", ""]:
        raise UnknownGroup
    if group and not any(group == known for known, _ in scheme.groups()):
        raise UnknownGroup
    if not version:
        raise errors.no_such_resource()
    return _resource_route(scheme, request, group, version, rest)


def _resource_route(scheme: Scheme, request: Request, group: str, version: str, rest: list[str]) -> Route:
    namespace = None
    watching = rest[0] == "watch" and len(rest) > 1
    if watching:
        rest = rest[1:]
    if rest[0] == "namespaces" and len(rest) > 2 and rest[2] not in ("status", "finalize"):
        namespace, rest = rest[1], rest[2:]
    resource = scheme.lookup(group, version, rest[0])
    if resource is None and _is_custom(scheme, group):
        raise UnknownGroup
    if resource is None or "" in rest[:3] or (len(rest) > 3 and rest[2] != "proxy"):
        raise errors.no_such_resource()
    name = rest[1] if len(rest) > 1 else ""
    subresource = rest[2] if len(rest) > 2 else ""
    if not _in_scope(resource, namespace, name):
        raise UnknownGroup if resource.type is not None else errors.no_such_resource()
    verb = _verb(request, resource, namespace, name, subresource)
    if watching:
        verb = "watch"
    return Route(verb, resource, namespace or "", name, subresource, "/".join(rest[3:]))


def check_key(route: Route) -> None:
    """A name has to be one that can be part of a path (apiserver, pkg/registry/generic/registry/store.go NamespaceKeyFunc and
    apimachinery, pkg/api/validation/path/name.go). Raises ApiError 400."""
    if not route.namespace and route.resource.namespaced:
        raise errors.bad_request("Namespace parameter required.")
    name = route.name
    if name in (".", ".."):
        raise errors.bad_request(f"Name parameter invalid: {json.dumps(name)}: may not be '{name}'")
    if "%" in name:
        raise errors.bad_request(f"Name parameter invalid: {json.dumps(name)}: may not contain '%'")


def _is_custom(scheme: Scheme, group: str) -> bool:
    """Whether all that a group has comes from CustomResourceDefinitions, whose handler knows no Status for other paths."""
    return all(resource.type is not None for resource in scheme if resource.group == group)


def _in_scope(resource: Resource, namespace: str | None, name: str) -> bool:
    """Whether a path has a namespace if its resource lives in one."""
    return resource.namespaced if namespace is not None else not (resource.namespaced and name)


def _verb(request: Request, resource: Resource, namespace: str | None, name: str, subresource: str) -> str:
    method = request.method
    if subresource:
        allowed = subresource_verbs(resource, subresource)
        if allowed is None and resource.type is not None:
            raise errors.not_found(resource.plural, resource.group, name)
        if allowed is None:
            raise errors.no_such_resource()
        if subresource == "proxy" and method in _PASSED_ON:
            return _PASSED_ON[method]
        verb = _VERBS.get(method, "")
        connects = subresource in ("exec", "attach", "portforward", "proxy") and verb
        if verb not in allowed and not connects:
            raise errors.method_not_allowed()
        return verb
    verb = (_ITEM_METHODS if name else _COLLECTION_METHODS).get(method, "")
    if resource.namespaced and namespace is None and verb in ("create", "deletecollection"):
        verb = ""
    if verb == "list" and request.flag("watch"):
        verb = "watch"
    if verb not in resource.verbs:
        raise errors.method_not_allowed()
    return verb


def subresource_verbs(resource: Resource, subresource: str) -> tuple[str, ...] | None:
    """The verbs of a subresource of a kind; None when the kind does not have it."""
    if subresource == "status":
        return _SUBRESOURCE_VERBS["status"] if resource.has_status else None
    if subresource == "scale":
        return _SUBRESOURCE_VERBS["scale"] if resource.scale else None
    return resource.subresources.get(subresource)
