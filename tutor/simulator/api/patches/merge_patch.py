"""JSON merge patch (RFC 7386)."""

from __future__ import annotations

from typing import Any

from tutor.simulator.errors import bad_request

_KINDS = {list: "array", str: "string", bool: "bool", int: "number", float: "number"}


def require_object(patch: Any, prefix: str = "error decoding patch: ") -> dict[str, Any]:
    """The patch, which must be a JSON object. Raises ApiError 400."""
    if isinstance(patch, dict):
        return patch
    if patch is None:
        raise bad_request("Invalid JSON Patch")
    kind = _KINDS[type(patch)]
    raise bad_request(f"{prefix}json: cannot unmarshal {kind} into Go value of type map[string]interface {{}}")


def apply(document: Any, patch: Any) -> Any:
    """The patched copy."""
    if not isinstance(patch, dict):
        return patch
    result = dict(document) if isinstance(document, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = apply(result.get(key), value)
    return result
