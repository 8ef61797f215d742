"""The API of one cluster: takes a request, gives an answer, and never waits.

`Api.handle` is the whole of it. Sockets, threads and clocks are the business of its host (server.py, inprocess.py).
"""

from __future__ import annotations

import importlib
import logging
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from tutor.simulator import errors
from tutor.simulator.api import documents, listing, outage, patching, routing, writing
from tutor.simulator.api.access.authentication import Authenticator
from tutor.simulator.api.access.authorization import Authorizer, action_of
from tutor.simulator.api.access.requested import action_by_path
from tutor.simulator.api.audit import AuditLog
from tutor.simulator.api.call import Call, render
from tutor.simulator.api.extensions import Extensions
from tutor.simulator.api.http import Request, Response, User, plain_text
from tutor.simulator.api.inside import serve_pods
from tutor.simulator.api.negotiation import Accepted, accepted, plainly_accepted
from tutor.simulator.api.request_metrics import RequestCounts, page
from tutor.simulator.api.selectors import parse_fields, single_name
from tutor.simulator.api.signing import Signer
from tutor.simulator.api.watching import Watch, WatchHub
from tutor.simulator.cluster import SimulatedCluster
from tutor.simulator.control_plane import ETCD
from tutor.simulator.errors import ApiError
from tutor.simulator.parsing import check_size

log = logging.getLogger(__name__)

Handler = Callable[[Call], Response]


@dataclass(slots=True)
class _Asked:
    """Who asks, and for what, as far as it is known yet."""

    user: User
    route: routing.Route | None = None
    name: str = ""
    """Of the object to create, which is not in the path."""
    annotations: dict[str, str] = field(default_factory=dict)


class Api:
    """Answers requests to one cluster."""

    def __init__(self, cluster: SimulatedCluster) -> None:
        self.cluster = cluster
        self.hub = WatchHub(cluster.store)
        self.audit = AuditLog()
        self.counts = RequestCounts()
        self.authenticator = Authenticator(cluster)
        self.authorizer = Authorizer(cluster.store)
        self.documents = documents.Documents(cluster.scheme, self._failing_checks)
        self.extensions = Extensions(cluster)
        self.signer: Signer | None = None
        """What signs approved requests for certificates; None while there is no authority (only a server has one)."""
        serve_pods(self)
        self.offset = 0
        """Seconds that dates are shifted by on the way out: what the clients' clock is ahead of the cluster's."""

    def handle(self, request: Request) -> Response:
        """Answer a request. Errors are answers too; this raises nothing."""
        with self.cluster.lock:
            try:
                return self._handle(request)
            except ApiError as error:
                return _failure(request, error)
            except Exception as error:
                log.exception("%s %s failed", request.method, request.path)
                return _failure(request, ApiError(500, "InternalError", f"Internal error occurred: {error!r}", {}))

    def _failing_checks(self) -> tuple[str, ...]:
        return outage.FAILED_CHECKS if self.cluster.control_plane.is_stopped(ETCD) else ()

    def lateness(self, request: Request) -> float:
        """Seconds by which the answer to a request has to be late."""
        return self.cluster.control_plane.delay(write=request.method not in ("GET", "HEAD"))

    def _handle(self, request: Request) -> Response:
        check_size(request.body)
        sender = self.authenticator.authenticate(request)
        if sender is None:
            raise ApiError(401, "Unauthorized", "Unauthorized")
        asked = _Asked(sender)
        try:
            response = self._answer(request, asked)
        except ApiError as error:
            response = _failure(request, error)
        now = self.cluster.clock.now
        self.counts.count(request, asked.route, response.status)
        response.entry = self.audit.record(
            now, asked.user, sender, asked.route, request, response.status, asked.name, asked.annotations
        )
        return response

    def _answer(self, request: Request, asked: _Asked) -> Response:
        asked.user = self._impersonated(request, asked.user)
        try:
            asked.route = routing.parse(self.cluster.scheme, request)
        except (routing.UnknownGroup, ApiError) as error:
            if action := action_by_path(request):
                self.authorizer.require(asked.user, action)
            if isinstance(error, ApiError):
                raise
            return plain_text(404, "404 page not found\n")
        if asked.route is None:
            self._authorize_path(request, asked.user)
            if request.path == "/metrics":
                return page(self.counts, self.cluster.scheme, self.cluster.store)
            return self.documents.answer(request)
        self._authorize(request, asked.route, asked.user)
        if self.cluster.control_plane.is_stopped(ETCD) and (response := outage.answer(asked.route)) is not None:
            return response
        return self._route(request, asked, asked.route)

    def _impersonated(self, request: Request, user: User) -> User:
        from tutor.simulator.api.access.impersonation import requested

        wanted = requested(request)
        if wanted is None:
            return user
        for verb_target in wanted.needs:
            self.authorizer.require(user, verb_target)
        return wanted.user

    def _authorize(self, request: Request, route: routing.Route, user: User) -> None:
        action = action_of(route)
        if route.verb in ("list", "watch") and not route.name:
            action = replace(action, name=_selected_name(request))
        self.authorizer.require(user, action)

    def _authorize_path(self, request: Request, user: User) -> None:
        if not self.authorizer.allows_path(user, request.method, request.path):
            verb = request.method.lower()
            why = f'forbidden: User "{user.name}" cannot {verb} path "{request.path}"'
            raise ApiError(403, "Forbidden", why, {})

    def _route(self, request: Request, asked: _Asked, route: routing.Route) -> Response:
        watching = route.verb == "watch"
        call = Call(self, request, route, asked.user, _accepted(request, route))
        call.warnings.extend([route.resource.deprecated] if route.resource.deprecated else ())
        try:
            if route.name and route.verb != "update":
                routing.check_key(route)
            return watch(call) if watching else _handler(route)(call)
        except ApiError as error:
            response = _failure(request, error)
            response.headers.extend(call.warning_headers())
            return response
        finally:
            asked.name = call.named
            asked.annotations = call.annotations


def _selected_name(request: Request) -> str:
    """The one object that is looked for, which a rule for its name allows (apiserver, pkg/endpoints/request/requestinfo.go)."""
    try:
        return single_name(parse_fields(request.param("fieldSelector"))) or ""
    except ApiError:
        return ""


def _accepted(request: Request, route: routing.Route) -> Accepted:
    if route.subresource in ("log", "exec", "attach", "portforward", "proxy"):
        return Accepted()
    # reviews and the like are answers to a question: no tables are made of them (their storage is no rest.TableConvertor)
    streams = not route.name and request.method == "GET"
    return accepted(request, views=route.resource.verbs != ("create",), streams=streams)


def _handler(route: routing.Route) -> Handler:
    if route.subresource:
        handler = _modules("subresources").get(route.subresource)
        if handler is None:
            raise not_simulated(f"{route.resource.plural}/{route.subresource}")
        return handler
    virtual = _modules("virtual").get(route.resource.id)
    return virtual or _VERBS[route.verb]


@cache
def _modules(package: str) -> dict[str, Handler]:
    """The handlers of a package beside this one: each of its modules names in `HANDLES` what `handle` answers for."""
    name = f"{__package__}.{package}"
    found: dict[str, Handler] = {}
    for info in pkgutil.iter_modules(importlib.import_module(name).__path__):
        module: Any = importlib.import_module(f"{name}.{info.name}")
        for handled in getattr(module, "HANDLES", ()):
            found[handled] = module.handle
    return found


def not_simulated(what: str) -> ApiError:
    """501 for what a real cluster has and this one does not."""
    why = f"{what} is not simulated: try a kind cluster"
    return ApiError(501, "NotImplemented", why, {})


def get(call: Call) -> Response:
    """GET of an object."""
    version = call.request.param("resourceVersion")
    if version and not version.isdigit():
        why = f'resourceVersion: Invalid value: "{version}": strconv.ParseUint: parsing "{version}": invalid syntax'
        raise ApiError(500, "", why)
    listing.check_future(call.store, int(version) if version else None)
    return call.reply(listing.get_object(call.store, call.route))


def list_collection(call: Call) -> Response:
    """GET of a collection."""
    page = listing.list_objects(call.store, call.route, listing.list_options(call.request, watch=False))
    return call.answer(call.presenter().many(page.objects, page.metadata))


def watch(call: Call) -> Response:
    """GET of a collection with watch=true."""
    options = listing.list_options(call.request, watch=True)
    if call.accepted.view == "PartialObjectMetadataList":
        raise errors.bad_request("a watch shows PartialObjectMetadata, not lists")
    stream = Watch(call.api.hub, call.route, options, call.presenter)
    return Response(200, None, "application/json", stream=stream)


_VERBS: dict[str, Handler] = {
    "get": get,
    "list": list_collection,
    "create": writing.create,
    "update": writing.update,
    "patch": patching.patch,
    "delete": writing.delete,
    "deletecollection": writing.delete_collection,
}


def _failure(request: Request, error: ApiError) -> Response:
    """An error as a Status: indented when the client would not have taken the answer anyway, as a real server does."""
    try:
        form = plainly_accepted(request)
    except ApiError:
        form = Accepted(pretty=True)
    response = render(error.status(), form, error.code)
    if error.details and "retryAfterSeconds" in error.details:
        response.headers.append(("Retry-After", str(error.details["retryAfterSeconds"])))
    return response
