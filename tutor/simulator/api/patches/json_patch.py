"""JSON patch (RFC 6902)."""

from __future__ import annotations

from typing import Any

from tutor.simulator.errors import ApiError, bad_request
from tutor.simulator.objects import copy_json

MAX_OPERATIONS = 10_000
"""How many operations a patch may have (apiserver, pkg/endpoints/handlers/patch.go)."""


class _Rejected(Exception):
    """An operation that cannot be carried out."""


def apply(document: Any, patch: Any) -> Any:
    """The patched copy. Raises ApiError 400 for what is no patch, 413 for a huge one, 422 for one that does not fit the document."""
    if patch is None:
        return document
    if not isinstance(patch, list):
        kind = {dict: "object", str: "string", bool: "bool"}.get(type(patch), "number")
        raise bad_request(
            f"error decoding patch: json: cannot unmarshal {kind} into Go value of type []handlers.jsonPatchOp"
        )
    if len(patch) > MAX_OPERATIONS:
        message = f"The allowed maximum operations in a JSON patch is {MAX_OPERATIONS}, got {len(patch)}"
        raise ApiError(413, "RequestEntityTooLarge", message)
    root = {"": copy_json(document)}
    try:
        for operation in patch:
            _carry_out(root, operation)
    except _Rejected:
        why = "the server rejected our request due to an error in our request"
        raise ApiError(422, "Invalid", why, {}) from None
    return root[""]


def _carry_out(root: dict[str, Any], operation: Any) -> None:
    if not isinstance(operation, dict) or not isinstance(operation.get("path"), str):
        raise _Rejected
    path = _pointer(operation["path"])
    match operation.get("op"):
        case "add":
            _add(root, path, copy_json(_value(operation)))
        case "replace":
            _replace(root, path, copy_json(_value(operation)))
        case "remove":
            _remove(root, path)
        case "move":
            source = _source(operation)
            if path[: len(source)] == source and path != source:
                raise _Rejected
            moved = _get(root, source)
            _remove(root, source)
            _add(root, path, moved)
        case "copy":
            _add(root, path, copy_json(_get_or_null(root, _source(operation))))
        case "test":
            _test(root, path, operation.get("value"))
        case _:
            raise _Rejected


def _pointer(text: str) -> list[str]:
    """The keys of a JSON pointer (RFC 6901), below the root's key ""."""
    if text and not text.startswith("/"):
        raise _Rejected
    return [part.replace("~1", "/").replace("~0", "~") for part in text.split("/")]


def _source(operation: dict[str, Any]) -> list[str]:
    source = operation.get("from")
    if not isinstance(source, str):
        raise _Rejected
    return _pointer(source)


def _value(operation: dict[str, Any]) -> Any:
    if "value" not in operation:
        raise _Rejected
    return operation["value"]


def _index(container: list[Any], key: str, *, adding: bool = False) -> int:
    if adding and key == "-":
        return len(container)
    try:
        index = int(key)
    except ValueError:
        raise _Rejected from None
    if index < 0:
        index += len(container)
    if not 0 <= index < len(container) + adding:
        raise _Rejected
    return index


def _step(container: Any, key: str) -> Any:
    if isinstance(container, dict) and key in container:
        return container[key]
    if isinstance(container, list):
        return container[_index(container, key)]
    raise _Rejected


def _get(root: Any, path: list[str]) -> Any:
    for key in path:
        root = _step(root, key)
    return root


def _get_or_null(root: Any, path: list[str]) -> Any:
    """What the API server copies from a path that does not exist."""
    try:
        return _get(root, path)
    except _Rejected:
        return None


def _add(root: Any, path: list[str], value: Any) -> None:
    container = _get(root, path[:-1])
    if isinstance(container, dict):
        container[path[-1]] = value
    elif isinstance(container, list):
        container.insert(_index(container, path[-1], adding=True), value)
    else:
        raise _Rejected


def _replace(root: Any, path: list[str], value: Any) -> None:
    """A field that is not there is added, as the library that the API server uses does (evanphx/json-patch v4)."""
    container = _get(root, path[:-1])
    if isinstance(container, dict):
        container[path[-1]] = value
    elif isinstance(container, list):
        container[_index(container, path[-1])] = value
    else:
        raise _Rejected


def _remove(root: Any, path: list[str]) -> None:
    container = _get(root, path[:-1])
    _step(container, path[-1])
    del container[path[-1] if isinstance(container, dict) else _index(container, path[-1])]


def _test(root: Any, path: list[str], value: Any) -> None:
    try:
        found = _get(root, path)
    except _Rejected:
        if value is None:
            return
        raise
    if not _equal(found, value):
        raise _Rejected


def _equal(a: Any, b: Any) -> bool:
    """Equality of JSON data, in which true is not 1."""
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(_equal(a[key], b[key]) for key in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(_equal, a, b))
    return isinstance(a, bool) is isinstance(b, bool) and bool(a == b)
