"""JSON patches (RFC 6902), applied in memory for `--dry-run=client` and `--local`.

The refusals have the words of the library kubectl uses (evanphx/json-patch v4, `patch.go`).
"""

from __future__ import annotations

import copy
from typing import Any

from tutor.kubectl.errors import KubectlError
from tutor.kubectl.gojson import json_type


def apply_json_patch(document: Any, operations: Any) -> Any:
    """The document with the operations applied; the argument is not changed."""
    if operations is None:
        return document
    if not isinstance(operations, list):
        raise KubectlError(f"json: cannot unmarshal {json_type(operations)} into Go value of type jsonpatch.Patch")
    for operation in operations:
        if not isinstance(operation, dict):
            raise KubectlError(
                f"json: cannot unmarshal {json_type(operation)} into Go value of type jsonpatch.Operation"
            )
    result = copy.deepcopy(document)
    for operation in operations:
        result = _apply(result, operation)
    return result


def _apply(document: Any, operation: dict[str, Any]) -> Any:
    kind = operation.get("op")
    if kind not in ("add", "remove", "replace", "move", "copy", "test"):
        raise KubectlError(f"Unexpected kind: {kind or 'unknown'}")
    path = operation.get("path")
    if not isinstance(path, str):
        detail = "" if kind in ("add", "remove", "copy") else "operation missing path field: "
        raise KubectlError(f"{kind} operation failed to decode path: {detail}missing value")
    if kind == "test":
        return _test(document, path, operation.get("value"))
    if kind in ("move", "copy"):
        source = operation.get("from")
        if not isinstance(source, str):
            raise KubectlError(f"{kind} operation failed to decode from: operation, missing from field: missing value")
        value = copy.deepcopy(_value(document, source, kind))
        if kind == "move":
            _remove(document, source, kind)
        return _add(document, path, value, kind)
    if kind == "remove":
        _remove(document, path, kind)
        return document
    if kind == "replace":
        return _replace(document, path, operation.get("value"))
    return _add(document, path, operation.get("value"), kind)


def _test(document: Any, path: str, wanted: Any) -> Any:
    parent, last = _parent(document, path, "test")
    found = parent.get(last) if isinstance(parent, dict) else parent[_position(parent, last, "test", path)]
    if found != wanted:
        raise KubectlError(f"testing value {path} failed: test failed")
    return document


def _value(document: Any, path: str, kind: str) -> Any:
    """What is at the source of a move or copy: null where a map has no such field, as in the library."""
    parent, last = _parent(document, path, kind, "from path")
    return parent[_position(parent, last, kind, path)] if isinstance(parent, list) else parent.get(last)


def _remove(document: Any, path: str, kind: str) -> None:
    parent, last = _parent(document, path, kind, "from path" if kind == "move" else "path")
    if isinstance(parent, list):
        del parent[_position(parent, last, kind, path)]
    elif last in parent:
        del parent[last]
    else:
        raise KubectlError(
            f"error in {kind} for path: '{path}': Unable to remove nonexistent key: {last}: missing value"
        )


def _replace(document: Any, path: str, value: Any) -> Any:
    if not path:
        return value
    parent, last = _parent(document, path, "replace")
    if isinstance(parent, list):
        parent[_position(parent, last, "replace", path)] = value
    else:
        parent[last] = value  # the library also replaces what is not there
    return document


def _add(document: Any, path: str, value: Any, kind: str) -> Any:
    if not path:
        return value
    parent, last = _parent(document, path, kind, "path" if kind == "add" else "destination path")
    if isinstance(parent, dict):
        parent[last] = value
    elif last == "-":
        parent.append(value)
    else:
        parent.insert(_position(parent, last, kind, path, at_end=True), value)
    return document


def _parent(document: Any, path: str, kind: str, what: str = "path") -> tuple[Any, str]:
    """The map or list a path ends in, and the last part of the path; `what` is the path's part in the operation."""
    missing = f'"{path}"' if kind in ("add", "remove") else path
    document_words = "" if kind == "test" else "doc "
    problem = KubectlError(
        f"{kind} operation does not apply: {document_words}is missing {what}: {missing}: missing value"
    )
    if not path.startswith("/"):
        raise problem
    *parts, last = [part.replace("~1", "/").replace("~0", "~") for part in path.split("/")[1:]]
    current = document
    for part in parts:
        try:
            current = current[int(part)] if isinstance(current, list) else current[part]
        except (KeyError, IndexError, ValueError, TypeError):
            raise problem from None
    if not isinstance(current, dict | list):
        raise problem
    return current, last


def _position(items: list[Any], text: str, kind: str, path: str, *, at_end: bool = False) -> int:
    """The place in a list, counted from the end when negative; one past the last is a place only to add at."""
    where = f"error in {kind} for path: '{path}'"
    try:
        index = int(text)
    except ValueError:
        raise KubectlError(f'{where}: strconv.Atoi: parsing "{text}": invalid syntax') from None
    length = len(items) + at_end
    if not -length <= index < length:
        raise KubectlError(f"{where}: Unable to access invalid index: {index}: invalid index referenced")
    return index + length if index < 0 else index
