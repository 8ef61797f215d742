"""GET of one object and of collections: versions, pages and selections."""

from __future__ import annotations

import base64
import json
import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from tutor.simulator import errors
from tutor.simulator.api.http import Request
from tutor.simulator.api.routing import Route
from tutor.simulator.api.selectors import FieldRequirement, Match, parse_fields, selection, single_name
from tutor.simulator.errors import ApiError, FieldError, bad_request, forbidden_field, invalid_object
from tutor.simulator.indexes import Key
from tutor.simulator.parsing import parse_json
from tutor.simulator.resources.base import Resource
from tutor.simulator.store import Obj, Objects, Store

TOO_OLD = "The resourceVersion for the provided list is too old."
TOO_OLD_PAGE = (
    "The provided continue parameter is too old to display a consistent list result. You can start a new list without the "
    "continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with "
    "the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the "
    "first chunk was returned and now may show up in the list."
)
"""apiserver, pkg/storage/etcd3/errors.go"""
ANY_REVISION = -1
"""What a token says that goes on with a list as it is now, for want of what it was (the same file)."""

_MATCH = "resourceVersionMatch"
VersionMatch = Literal["", "Exact", "NotOlderThan"]


@dataclass(frozen=True, slots=True)
class ListOptions:
    """metav1.ListOptions, checked (apimachinery, pkg/apis/meta/internalversion/validation)."""

    labels: str
    fields: tuple[FieldRequirement, ...]
    limit: int
    token: str
    revision: int | None
    """None: the query has no resourceVersion."""
    match: VersionMatch
    send_initial_events: bool | None
    bookmarks: bool
    timeout_seconds: int | None


def list_options(request: Request, *, watch: bool) -> ListOptions:
    """What a list or watch asks for. Raises ApiError 400 or 422."""
    version = request.param("resourceVersion")
    options = ListOptions(
        labels=request.param("labelSelector"),
        fields=parse_fields(request.param("fieldSelector")),
        limit=max(request.integer("limit") or 0, 0),
        token=request.param("continue"),
        revision=_revision(version, watch=watch) if version else None,
        match=request.param("resourceVersionMatch"),  # type: ignore[arg-type] # checked below
        send_initial_events=request.flag("sendInitialEvents") if request.param("sendInitialEvents") else None,
        bookmarks=request.flag("allowWatchBookmarks"),
        timeout_seconds=request.integer("timeoutSeconds"),
    )
    if problems := list(_watch_problems(options) if watch else _list_problems(options)):
        raise invalid_object("ListOptions", "meta.k8s.io", "", problems)
    return options


def _revision(text: str, *, watch: bool) -> int:
    if not text.isdigit():
        why = f'strconv.ParseUint: parsing "{text}": invalid syntax'
        why = f'resourceVersion: Invalid value: "{text}": {why}'
        raise ApiError(500, "", why) if watch else bad_request(f"invalid resource version: {why}")
    return int(text)


def _list_problems(options: ListOptions) -> Iterator[FieldError]:
    if options.match:
        if options.revision is None:
            yield _no_match("unless resourceVersion is provided")
        if options.token:
            yield _no_match("when continue is provided")
        if options.match not in ("Exact", "NotOlderThan"):
            yield _unsupported_match(options.match, '"Exact", "NotOlderThan", ""')
        if options.match == "Exact" and options.revision == 0:
            yield forbidden_field(_MATCH, 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"')
    if options.send_initial_events is not None:
        yield forbidden_field("sendInitialEvents", "sendInitialEvents is forbidden for list")


def _watch_problems(options: ListOptions) -> Iterator[FieldError]:
    if options.send_initial_events is not None and options.match != "NotOlderThan":
        yield forbidden_field(_MATCH, "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan")
    if options.match:
        if options.send_initial_events is None:
            yield _no_match("for watch unless sendInitialEvents is provided")
        if options.match != "NotOlderThan":
            yield _unsupported_match(options.match, '"NotOlderThan"')
        if options.token:
            yield _no_match("when continue is provided")


def _no_match(why: str) -> FieldError:
    return forbidden_field(_MATCH, f"{_MATCH} is forbidden {why}")


def _unsupported_match(match: str, supported: str) -> FieldError:
    why = f"Unsupported value: {json.dumps(match)}: supported values: {supported}"
    return FieldError("FieldValueNotSupported", _MATCH, why)


def get_object(store: Store, route: Route) -> Obj:
    """The stored object of a route. Raises ApiError 404."""
    obj = store.get(route.resource.storage_id, route.namespace, route.name)
    if obj is None:
        raise errors.not_found(route.resource.plural, route.resource.group, route.name)
    return obj


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a collection and the ListMeta that goes with it."""

    objects: Objects
    metadata: dict[str, Any]


def list_objects(store: Store, route: Route, options: ListOptions) -> Page:
    """The objects that a list selects, in the order of their keys. Raises ApiError 410, 504 for a revision it cannot have."""
    check_future(store, options.revision)
    start, revision = _start(store, options)
    match = selection(route.resource, options.labels, options.fields)
    found = _candidates(store, route, options, revision)
    if start is not None:
        after = start
        found = [obj for obj in found if _key(obj) > after]
    if match is not None:
        found = _selected(route.resource, found, match)
    metadata: dict[str, Any] = {"resourceVersion": str(revision)}
    if options.limit and len(found) > options.limit:
        rest = len(found) - options.limit
        found = found[: options.limit]
        metadata["continue"] = _token(revision, _key(found[-1]))
        if match is None:
            metadata["remainingItemCount"] = rest
    return Page(found, metadata)


def _candidates(store: Store, route: Route, options: ListOptions, revision: int) -> Objects:
    """All objects of the collection at a revision, sorted."""
    namespace = route.namespace if route.resource.namespaced and route.namespace else None
    storage = route.resource.storage_id
    if revision == store.revision:
        name = single_name(options.fields)
        if name is not None and (namespace is not None or not route.resource.namespaced):
            obj = store.get(storage, namespace or "", name)
            return [] if obj is None else [obj]
        return store.list_sorted(storage, namespace)
    found = None if revision < store.compacted() else _as_of(store, storage, namespace, revision)
    if found is not None:
        return found
    if options.token:
        raise errors.expired(TOO_OLD_PAGE, _token(ANY_REVISION, _parse_token(options.token)[1]))
    raise errors.expired(TOO_OLD)


def _as_of(store: Store, storage: str, namespace: str | None, revision: int) -> Objects | None:
    """The collection as it was at an earlier revision: today's objects with later changes taken back. None: too long ago."""
    changes = store.changes_since(storage, revision)
    if changes is None:
        return None
    objects: dict[Key, Obj] = {_key(obj): obj for obj in store.list(storage, namespace)}
    for change in reversed(list(changes)):
        key = _key(change.obj)
        if namespace is not None and key[0] != namespace:
            continue
        if change.type == "ADDED":
            objects.pop(key, None)
        elif change.old is not None:
            objects[key] = change.old
    return [objects[key] for key in sorted(objects)]


def _key(obj: Obj) -> Key:
    metadata = obj["metadata"]
    return metadata.get("namespace", ""), metadata["name"]


def _selected(resource: Resource, objects: Objects, match: Match) -> Objects:
    return [obj for obj in objects if match(resource.read(obj))]


def check_future(store: Store, revision: int | None) -> None:
    """Raises ApiError 504 for a revision that there has not been yet."""
    if revision is not None and revision > store.revision:
        message = f"Timeout: Too large resource version: {revision}, current: {store.revision}"
        causes = [{"reason": "ResourceVersionTooLarge", "message": "Too large resource version"}]
        raise ApiError(504, "Timeout", message, {"causes": causes, "retryAfterSeconds": 1})


def _start(store: Store, options: ListOptions) -> tuple[Key | None, int]:
    """The key after which a page begins, and the revision it shows."""
    if options.token:
        revision, key = _parse_token(options.token)
        return key, store.revision if revision <= 0 else min(revision, store.revision)
    if options.match == "Exact" or (options.limit and options.revision and not options.match):
        assert options.revision is not None  # checked with the options
        return None, options.revision
    return None, store.revision


def _token(revision: int, key: Key) -> str:
    """A continue token (apiserver, pkg/storage/continue.go). Keys end in NUL there so that listing goes on behind them."""
    namespace, name = key
    start = f"{namespace}/{name}\0" if namespace else f"{name}\0"
    text = json.dumps({"v": "meta.k8s.io/v1", "rv": revision, "start": start}, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _parse_token(token: str) -> tuple[int, Key]:
    try:
        data = parse_json(_unpacked(token).decode("latin-1").encode())
    except ValueError as error:
        raise _bad_token(str(error)) from None
    return _token_place({} if data is None else data)


def _token_place(data: Any) -> tuple[int, Key]:
    """The revision in a token and the key it goes on behind (apiserver, pkg/storage/continue.go DecodeContinue)."""
    if not isinstance(data, dict):
        kind = {list: "array", str: "string", bool: "bool"}.get(type(data), "number")
        raise _bad_token(f"json: cannot unmarshal {kind} into Go value of type storage.continueToken")
    for name, type_, go in (("v", str, "string"), ("rv", int, "int64"), ("start", str, "string")):
        value = data.setdefault(name, type_())
        if type(value) is not type_:
            kind = {list: "array", str: "string", bool: "bool", dict: "object"}.get(type(value), "number")
            why = f"json: cannot unmarshal {kind} into Go struct field continueToken.{name} of type {go}"
            raise _bad_token(why)
    if data["v"] != "meta.k8s.io/v1":
        raise _bad_token(f"server does not recognize this encoded version {data['v']}")
    start = data["start"]
    if not start:
        raise _bad_token("encoded start key empty (version meta.k8s.io/v1)")
    path = "/" + start.removeprefix("/")
    if posixpath.normpath(path) != path or path.startswith("//"):
        raise _bad_token(start)
    namespace, _, name = path[1:].removesuffix("\0").rpartition("/")
    return data["rv"], (namespace, name)


def _unpacked(token: str) -> bytes:
    """The bytes of a token. Raises ValueError with Go's words."""
    for position, character in enumerate(token):
        if not (character.isascii() and (character.isalnum() or character in "-_")):
            raise ValueError(f"illegal base64 data at input byte {position}")
    if len(token) % 4 == 1:
        raise ValueError(f"illegal base64 data at input byte {len(token) - 1}")
    return base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))


def _bad_token(why: str) -> ApiError:
    return bad_request(f"invalid continue token: continue key is not valid: {why}")
