"""JSON patches (RFC 6902), applied in memory for `--dry-run=client` and `--local`."""

from __future__ import annotations

import copy
from typing import Any

from tutor.kubectl.errors import KubectlError


def apply_json_patch(document: Any, operations: Any) -> Any:
    """The document with the operations applied; the argument is not changed."""
    if not isinstance(operations, list):
        raise KubectlError("json: cannot unmarshal object into Go value of type jsonpatch.Patch")
    result = copy.deepcopy(document)
    for operation in operations:
        result = _apply(result, operation)
    return result


def _apply(document: Any, operation: dict[str, Any]) -> Any:
    kind, path = operation.get("op"), str(operation.get("path", ""))
    if kind == "test":
        if _find(document, path) != operation.get("value"):
            raise KubectlError(f"testing value {path} failed")
        return document
    if kind in ("move", "copy"):
        source = str(operation.get("from", ""))
        value = copy.deepcopy(_find(document, source))
        if kind == "move":
            _remove(document, source)
        return _put(document, path, value, insert=True)
    if kind == "remove":
        _remove(document, path)
        return document
    if kind in ("add", "replace"):
        if kind == "replace":
            _find(document, path)
        return _put(document, path, operation.get("value"), insert=kind == "add")
    raise KubectlError(f"Unexpected kind: {kind}")


def _parts(path: str) -> list[str]:
    return [part.replace("~1", "/").replace("~0", "~") for part in path.split("/")[1:]]


def _find(document: Any, path: str) -> Any:
    current = document
    for part in _parts(path):
        try:
            current = current[int(part)] if isinstance(current, list) else current[part]
        except (KeyError, IndexError, ValueError, TypeError):
            raise KubectlError(f"{path} is missing: the path does not exist") from None
    return current


def _parent(document: Any, path: str) -> tuple[Any, str]:
    head, _, _ = path.rpartition("/")
    return _find(document, head), _parts(path)[-1]


def _remove(document: Any, path: str) -> None:
    _find(document, path)
    parent, last = _parent(document, path)
    if isinstance(parent, list):
        del parent[int(last)]
    else:
        del parent[last]


def _put(document: Any, path: str, value: Any, *, insert: bool) -> Any:
    if not path:
        return value
    parent, last = _parent(document, path)
    if not isinstance(parent, list):
        parent[last] = value
    elif last == "-":
        parent.append(value)
    elif insert:
        parent.insert(int(last), value)
    else:
        parent[int(last)] = value
    return document
