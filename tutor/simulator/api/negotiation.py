"""Which form of an answer a client accepts: JSON or YAML; the object itself, a Table, or its metadata alone."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from tutor.simulator.api.http import JSON, PROTOBUF, YAML, Request
from tutor.simulator.errors import ApiError

View = Literal["", "Table", "PartialObjectMetadata", "PartialObjectMetadataList"]

_FORMATS = {JSON: JSON, "*/*": JSON, "": JSON, YAML: YAML}
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


@lru_cache(maxsize=128)
def parse_media(text: str) -> Sequence[tuple[str, Mapping[str, str]]]:
    """The media types of an Accept header, those that the client likes best first, each with its parameters."""
    found: list[tuple[str, Mapping[str, str]]] = []
    for item in text.split(","):
        name, *parameters = [part.strip() for part in item.split(";")]
        pairs = dict(part.split("=", 1) for part in parameters if "=" in part)
        found.append((name.lower(), pairs))
    return _ranked(found) if "q=" in text or ("*" in text and len(found) > 1) else found


def _ranked(media: Sequence[tuple[str, Mapping[str, str]]]) -> Sequence[tuple[str, Mapping[str, str]]]:
    """Media types by their weights, but a pattern always behind what is exact: as goautoneg sorts them, by insertion, with an
    order that does not hold for all of them together."""
    ranked: list[tuple[str, Mapping[str, str]]] = []
    for one in media:
        place = len(ranked)
        while place and _comes_before(one, ranked[place - 1]):
            place -= 1
        ranked.insert(place, one)
    return ranked


def _comes_before(one: tuple[str, Mapping[str, str]], other: tuple[str, Mapping[str, str]]) -> bool:
    (name, parameters), (other_name, other_parameters) = one, other
    if _weight(parameters) > _weight(other_parameters):
        return True
    if not name.startswith("*") and other_name.startswith("*"):
        return True
    return not name.endswith("/*") and other_name.endswith("/*")


def _weight(parameters: Mapping[str, str]) -> float:
    try:
        return float(parameters.get("q", "1"))
    except ValueError:
        return 0.0


def accepted(request: Request, *, views: bool = True, streams: bool = False) -> Accepted:
    """The first form that the client lists and we have. Replies are JSON where a client prefers protobuf but takes JSON too.

    `streams` is for collections, which can be watched. Raises ApiError 406.
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
    raise not_accepted() if known_format else not_acceptable(AVAILABLE if streams else AVAILABLE[:3])


def not_accepted() -> ApiError:
    """406 for a format we have in a form we do not have."""
    return ApiError(406, "NotAcceptable", f"only the following media types are accepted: {', '.join(AVAILABLE[:3])}")


def not_acceptable(available: Sequence[str]) -> ApiError:
    """406 for formats that nothing at the path has."""
    why = f"406: Not Acceptable\n\nAvailable representations: {', '.join(available)}"
    return ApiError(406, "NotAcceptable", why, {})


def plainly_accepted(request: Request) -> Accepted:
    """The form of an answer that was not chosen by its path: an error, or one of the aggregator's lists of groups. Patterns are
    known, other views are not (apiserver, pkg/endpoints/handlers/negotiation/negotiate.go). Raises ApiError 406."""
    for name, parameters in parse_media(request.headers.get("accept", "")):
        media_type = JSON if name == "application/*" else _FORMATS.get(name)
        if media_type is not None and "as" not in parameters:
            return Accepted(media_type, pretty=_pretty(request))
    raise not_accepted()


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
