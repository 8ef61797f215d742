"""Which form of an answer a client accepts: JSON or YAML; the object itself, a Table, or its metadata alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from tutor.simulator.api.http import JSON, PROTOBUF, YAML, Request
from tutor.simulator.errors import ApiError

View = Literal["", "Table", "PartialObjectMetadata", "PartialObjectMetadataList"]

_FORMATS = {JSON: JSON, "*/*": JSON, "application/*": JSON, "": JSON, YAML: YAML}
_TRUE = ("1", "t", "T", "true", "TRUE", "True")
"""What Go's strconv.ParseBool takes for true."""
_PARAMETER = re.compile(r"""[\w!#$%&'*+.^`|~-]+=([\w!#$%&'*+.^`|~-]+|"([^"\\]|\\.)*")""")
AVAILABLE = (JSON, YAML, PROTOBUF, f"{JSON};stream=watch", f"{PROTOBUF};stream=watch")


@dataclass(frozen=True, slots=True)
class Accepted:
    """What to answer with."""

    media_type: str = JSON
    view: View = ""
    version: str = "v1"
    pretty: bool = False


def parse_media(text: str) -> list[tuple[str, dict[str, str]]]:
    """The media types of an Accept header in order, each with its parameters."""
    found = []
    for item in text.split(","):
        name, *parameters = [part.strip() for part in item.split(";")]
        pairs = dict(part.split("=", 1) for part in parameters if "=" in part)
        found.append((name.lower(), pairs))
    return found


def accepted(request: Request, *, views: bool = True) -> Accepted:
    """The first form that the client lists and we have. Replies are JSON where a client prefers protobuf but takes JSON too.

    Raises ApiError 406.
    """
    pretty = _pretty(request)
    known_format = False
    for name, parameters in parse_media(request.headers.get("accept", "")):
        media_type = _FORMATS.get(name)
        if media_type is None:
            continue
        known_format = True
        view = parameters.get("as", "")
        if not view:
            return Accepted(media_type, pretty=pretty)
        version = parameters.get("v", "v1")
        known = view in ("Table", "PartialObjectMetadata", "PartialObjectMetadataList") and version in ("v1", "v1beta1")
        if views and known and parameters.get("g") == "meta.k8s.io":
            return Accepted(media_type, view, version, pretty)  # type: ignore[arg-type] # one of the views, by `known`
    raise not_acceptable(known_format)


def not_acceptable(known_format: bool) -> ApiError:
    """406. A format we have in a form we do not have is refused in other words than a format that is unknown."""
    if known_format:
        return ApiError(
            406, "NotAcceptable", f"only the following media types are accepted: {', '.join(AVAILABLE[:3])}"
        )
    why = f"406: Not Acceptable\n\nAvailable representations: {', '.join(AVAILABLE)}"
    return ApiError(406, "NotAcceptable", why, {})


def _pretty(request: Request) -> bool:
    """Whether to indent: as the query says, else for what people read with (apiserver, endpoints/handlers/negotiation)."""
    if asked := request.param("pretty"):
        return asked in _TRUE
    agent = request.headers.get("user-agent", "")
    return agent.startswith(("curl", "Wget", "Mozilla"))


def body_type(request: Request) -> str:
    """The media type of an object in the body; empty when its parameters are malformed (Go's mime.ParseMediaType)."""
    text = request.headers.get("content-type", "")
    if ";" in text:
        parameters = [part.strip() for part in text.split(";")[1:]]
        if not parameters[-1]:
            parameters.pop()
        names = [part.partition("=")[0].lower() for part in parameters]
        if not all(_PARAMETER.fullmatch(part) for part in parameters) or len(set(names)) < len(names):
            return ""
    return content_type(request)


def content_type(request: Request) -> str:
    """The media type of the body without parameters; a missing one counts as JSON."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower() or JSON
