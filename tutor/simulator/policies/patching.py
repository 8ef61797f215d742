"""What the mutations of a policy make of an object: apply configurations and JSON patches.

Source: apiserver, pkg/admission/plugin/policy/mutating/patch (smd.go, json_patch.go).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tutor.simulator.admission import AdmissionRequest
from tutor.simulator.api.bodies import expected
from tutor.simulator.api.custom_decoding import decoder_for
from tutor.simulator.api.ownership.typed import Node, merge
from tutor.simulator.api.patches import json_patch
from tutor.simulator.api.scalars import DecodeError
from tutor.simulator.cel.extensions import Optional
from tutor.simulator.errors import ApiError
from tutor.simulator.objects import copy_json
from tutor.simulator.policies.environment import Environment
from tutor.simulator.schemas.types import ListOf, MapOf, Struct
from tutor.simulator.store import Obj


class BadMutation(Exception):
    """A mutation does not fit the object."""


def patched(request: AdmissionRequest, environment: Environment, mutation: Mapping[str, Any]) -> Obj:
    """The object after one mutation. Raises BadMutation, CelError."""
    obj = request.obj
    assert obj is not None  # nothing is changed in deletions
    type_ = expected(request.resource).type or Struct("", lambda: ({}, {}))
    if mutation.get("patchType") == "JSONPatch":
        changed = _json_patched(obj, environment, (mutation.get("jsonPatch") or {}).get("expression") or "")
    else:
        expression = (mutation.get("applyConfiguration") or {}).get("expression") or ""
        config = _plain(environment.run(expression, "applyConfiguration"))
        if atomic := list(_atomics(Node(type_), config, "")):
            why = f"may not mutate atomic arrays, maps or structs: {', '.join(atomic)}"
            raise BadMutation(f"error applying patch: invalid ApplyConfiguration: {why}")
        changed = merge(Node(type_), copy_json(obj), config)
    try:
        decoded: Obj = decoder_for(type_).decode(type_, changed)
    except DecodeError as error:
        raise BadMutation(error.message) from None
    return {**decoded, "apiVersion": obj["apiVersion"], "kind": obj["kind"]}


def _json_patched(obj: Obj, environment: Environment, expression: str) -> Obj:
    operations = [_operation(item) for item in environment.run(expression, "jsonPatch")]
    try:
        changed: Obj = json_patch.apply(obj, operations)
    except ApiError as error:
        if any(operation.get("op") == "test" for operation in operations):
            return obj  # a test that fails leaves the object alone
        raise BadMutation(f"JSON Patch: {error.message}") from None
    return changed


def _operation(item: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _plain(value) for key, value in item.items() if value != ""}


def _plain(value: Any) -> Any:
    """A value of the language as JSON."""
    if isinstance(value, Optional):
        return _plain(value.held) if value.there else None
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return int(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _atomics(node: Node, value: Any, path: str) -> Iterator[str]:
    """The lists, maps and structs in a configuration that it could only replace whole."""
    whole = isinstance(node.type, (ListOf, MapOf, Struct))
    if isinstance(value, dict):
        if whole and not node.is_map:
            yield path
        for key, item in value.items():
            yield from _atomics(node.child(key), item, f"{path}.{key}")
    elif isinstance(value, list):
        if whole and not node.is_list:
            yield path
        for index, item in enumerate(value):
            yield from _atomics(node.element(), item, f"{path}[{index}]")
