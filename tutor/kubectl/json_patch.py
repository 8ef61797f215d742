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
        raise KubectlError(f"{kind} operation failed to decode path: missing value")
    if kind == "test":
        return _test(document, path, operation.get("value"))
    if kind in ("move", "copy"):
        source = operation.get("from")
        if not isinstance(source, str):
            raise KubectlError(f"{kind} operation failed to decode from: missing value")
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
    parent, last = _parent(document, path, kind)
    if isinstance(parent, list):
        return parent[_position(parent, last, kind, path)]
    if last not in parent:
        raise KubectlError(f"error in {kind} for path: '{path}': missing value")
    return parent[last]


def _remove(document: Any, path: str, kind: str) -> None:
    parent, last = _parent(document, path, kind)
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
    elif last in parent:
        parent[last] = value
    else:
        raise KubectlError(f"replace operation does not apply: doc is missing key: {path}: missing value")
    return document


def _add(document: Any, path: str, value: Any, kind: str) -> Any:
    if not path:
        return value
    parent, last = _parent(document, path, kind)
    if isinstance(parent, dict):
        parent[last] = value
    elif last == "-":
        parent.append(value)
    else:
        parent.insert(_position(parent, last, kind, path, at_end=True), value)
    return document


def _parent(document: Any, path: str, kind: str) -> tuple[Any, str]:
    """The map or list a path ends in, and the last part of the path."""
    missing = f'"{path}"' if kind == "add" else path
    problem = KubectlError(f"{kind} operation does not apply: doc is missing path: {missing}: missing value")
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
