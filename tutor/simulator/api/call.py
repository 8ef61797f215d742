"""One request on its way through the API: what every verb and subresource works with."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tutor.simulator.api.dating import shift
from tutor.simulator.api.http import YAML, Request, Response, User, encode, encode_pretty
from tutor.simulator.api.negotiation import Accepted
from tutor.simulator.api.routing import Route
from tutor.simulator.api.views import Presenter
from tutor.simulator.errors import bad_request
from tutor.simulator.registry import Registry, Writer
from tutor.simulator.resources.base import Resource
from tutor.simulator.store import Obj, Store

if TYPE_CHECKING:
    from tutor.simulator.api.handler import Api


@dataclass(slots=True)
class Call:
    """A request for a resource, who makes it, and what of it every answer needs."""

    api: Api
    request: Request
    route: Route
    user: User
    accepted: Accepted
    warnings: list[str] = field(default_factory=list)
    annotations: dict[str, str] = field(default_factory=dict)
    """What the audit log says about the request beyond its outcome."""
    named: str = ""
    """The name in an object that is to be created, as far as it was read."""

    @property
    def resource(self) -> Resource:
        """The resource in the path."""
        return self.route.resource

    @property
    def registry(self) -> Registry:
        """The verbs over the store."""
        return self.api.cluster.registry

    @property
    def store(self) -> Store:
        """The objects."""
        return self.api.cluster.store

    def presenter(self) -> Presenter:
        """What turns objects into answers to this request, as of now."""
        include = self.request.param("includeObject")
        if include not in ("", "Metadata", "Object", "None"):
            why = f"includeObject: Invalid value: {json.dumps(include)}: must be 'Metadata', 'Object', 'None', or empty"
            raise bad_request(f"Unable to convert to Table as requested: {why}")
        return Presenter(self.resource, self.accepted, self.api.cluster.clock.now, self.api.offset, include)

    def writer(self, *, dry_run: bool, stamp: Any = None) -> Writer:
        """Who the registry records a write under."""
        user = self.user
        return Writer(
            user.name,
            user.name,
            user.groups,
            dry_run=dry_run,
            stamp=stamp,
            warnings=self.warnings,
            annotations=self.annotations,
        )

    def incoming(self, obj: Obj) -> Obj:
        """A decoded object as it is kept: dated by the cluster's clock, in the version of its storage."""
        if self.api.offset:
            obj = shift(self.resource, obj, -self.api.offset)
        return self.resource.to_storage(obj) if self.resource.storage else obj

    def reply(self, obj: Obj, status: int = 200) -> Response:
        """An answer that shows one stored object."""
        return self.answer(self.presenter().one(obj), status)

    def answer(self, body: Any, status: int = 200) -> Response:
        """An answer with JSON data, in the format the client takes."""
        response = render(body, self.accepted, status)
        response.headers.extend(self.warning_headers())
        return response

    def warning_headers(self) -> list[tuple[str, str]]:
        """What the client should be warned of (RFC 7234 Warning, code 299)."""
        return [("Warning", f'299 - "{_quoted(text)}"') for text in dict.fromkeys(self.warnings)]


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def render(body: Any, accepted: Accepted, status: int = 200) -> Response:
    """JSON data in the format that was accepted."""
    if accepted.media_type == YAML:
        from tutor.simulator.api.yaml_answers import encode_yaml

        return Response(status, encode_yaml(body), YAML)
    return Response(status, encode_pretty(body) if accepted.pretty else encode(body))
