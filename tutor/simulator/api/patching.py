"""PATCH in all its forms: the patched object goes the way of an update."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tutor.simulator.api import stamping
from tutor.simulator.api.bodies import Expected, decode_strictly, expected, report, shown_json, wrong_kind
from tutor.simulator.api.call import Call
from tutor.simulator.api.custom_decoding import decoder_for
from tutor.simulator.api.decoding import empty
from tutor.simulator.api.http import Response
from tutor.simulator.api.negotiation import content_type
from tutor.simulator.api.options import WriteOptions, write_options
from tutor.simulator.api.ownership import last_applied
from tutor.simulator.api.ownership import managers as ownership
from tutor.simulator.api.ownership.applying import Applied
from tutor.simulator.api.ownership.applying import apply as apply_configuration
from tutor.simulator.api.ownership.managers import Manager
from tutor.simulator.api.ownership.typed import Node
from tutor.simulator.api.ownership.validating import problems_text
from tutor.simulator.api.patches import json_patch, merge_patch, strategic
from tutor.simulator.api.scalars import DecodeError
from tutor.simulator.api.writing import check_identity, warn_of_update
from tutor.simulator.clock import timestamp
from tutor.simulator.errors import ApiError, FieldError, bad_request, invalid, invalid_object
from tutor.simulator.objects import copy_json
from tutor.simulator.parsing import parse_json, parse_yaml, repeated_fields, repeated_in_yaml, yaml_problem
from tutor.simulator.resources.base import Resource
from tutor.simulator.schemas.structural import CustomStruct
from tutor.simulator.schemas.types import Struct
from tutor.simulator.store import Obj

JSON_PATCH = "application/json-patch+json"
MERGE_PATCH = "application/merge-patch+json"
STRATEGIC = "application/strategic-merge-patch+json"
APPLY = "application/apply-patch+yaml"

Write = Callable[[Obj, "stamping.Stamp | None"], Obj]
"""Stores a patched object, with what stamps its managers."""


def patch(call: Call) -> Response:
    """PATCH of an object."""
    route, resource = call.route, call.resource
    kind = content_type(call.request) if call.request.headers.get("content-type") else ""
    options = check_kind(call, kind)
    stored = call.store.get(resource.storage_id, route.namespace, route.name)

    def write(obj: Obj, stamp: stamping.Stamp | None) -> Obj:
        writer = call.writer(dry_run=options.dry_run, stamp=stamp)
        written = call.registry.update(resource, route.namespace, route.name, call.incoming(obj), writer)
        warn_of_update(call, written, stored)
        return written

    if stored is None and kind == APPLY:
        return _apply_new(call, options)
    return call.reply(patch_stored(call, kind, options, expected(resource), write))


def check_kind(call: Call, kind: str) -> WriteOptions:
    """The options of a patch whose kind the resource takes. Raises ApiError 415 or 422."""
    if kind not in (JSON_PATCH, MERGE_PATCH, STRATEGIC, APPLY):
        raise ApiError(415, "UnsupportedMediaType", "415: Unsupported Media Type", {})
    if kind == STRATEGIC and call.resource.type is not None:
        accepted = ", ".join((JSON_PATCH, MERGE_PATCH, APPLY))
        why = f"the body of the request was in an unknown format - accepted media types include: {accepted}"
        raise ApiError(415, "UnsupportedMediaType", why)
    return write_options(call.request, "PatchOptions", apply=kind == APPLY)


def patch_stored(
    call: Call, kind: str, options: WriteOptions, wanted: Expected, write: Write, subresource: str = ""
) -> Obj:
    """Patch the stored object of the route and write it. Raises ApiError 404 when there is none."""
    route = call.route
    live = call.presenter().whole(call.registry.get(call.resource, route.namespace, route.name))
    if kind == APPLY:
        result = _applied(call, options, live, subresource)
        check_identity(call, result.obj)
        _check_same_uid(call, result.obj, live)
        return write(result.obj, _keep(result))
    patched = patched_object(call, kind, options, wanted, live)
    check_identity(call, patched)
    _check_same_uid(call, patched, live)
    return write(patched, stamping.update_stamp(call, options.manager, subresource))


def _check_same_uid(call: Call, patched: Obj, live: Obj) -> None:
    """A PUT with another uid is meant for another object and conflicts; a patch has found its object by name, so that it would
    change the uid (apimachinery, pkg/api/validation/objectmeta.go)."""
    uid = patched["metadata"].get("uid")
    if uid and uid != live["metadata"]["uid"]:
        problem = invalid("metadata.uid", uid, "field is immutable")
        raise invalid_object(call.resource.kind, call.resource.group, call.route.name, [problem])


def patched_object(call: Call, kind: str, options: WriteOptions, wanted: Expected, live: Obj) -> Obj:
    """A served object after a patch that is no apply, decoded. Raises ApiError 400 or 422."""
    body = _read_patch(call)
    data, shown = _patched_data(kind, wanted, live, body)
    data.setdefault("apiVersion", wanted.api_version)
    data.setdefault("kind", wanted.kind)
    try:
        if problem := wrong_kind(call, data, wanted):
            raise DecodeError(problem)
        report(call, [f'duplicate field "{path}"' for path in repeated_fields(body)], options.validation)
        return copy_json(decode_strictly(call, data, wanted, options.validation))  # type: ignore[no-any-return] # a copy
    except DecodeError as error:
        raise invalid_patch(
            shown(), error.unstructured or error.message if kind == STRATEGIC else error.message
        ) from None


def _patched_data(kind: str, wanted: Expected, live: Obj, body: Any) -> tuple[dict[str, Any], Callable[[], str]]:
    """The patched data, and how an error about it shows it."""
    custom = isinstance(wanted.type, CustomStruct)
    if kind == JSON_PATCH:
        result = json_patch.apply(live, body)
        return _object(result), lambda: shown_json(result, custom=custom)
    if kind == MERGE_PATCH:
        merged = merge_patch.apply(live, merge_patch.require_object(body))
        return merged, lambda: shown_json(merged, custom=custom)
    changes = {} if body is None else merge_patch.require_object(body, "")

    def shown() -> str:
        return json.dumps(strategic.go_map(changes), ensure_ascii=False)

    try:
        return strategic.apply(wanted.type or Struct("", lambda: ({}, {})), live, changes), shown
    except strategic.NoMergeKey as error:
        raise ApiError(500, "", str(error)) from None
    except strategic.BadPatch as error:
        raise invalid_patch(shown(), str(error)) from None


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ApiError(422, "Invalid", "the server rejected our request due to an error in our request", {})
    return value


def _read_patch(call: Call) -> Any:
    try:
        return parse_json(call.request.body)
    except ValueError:
        raise bad_request("invalid JSON patch") from None


def invalid_patch(shown: str, why: str) -> ApiError:
    """422 for a patch whose result is no object of the kind."""
    return invalid_object("", "", "", [FieldError("FieldValueInvalid", "patch", f"Invalid value: {shown}: {why}")])


# -- server-side apply


def applied_configuration(call: Call, wanted: Expected) -> Obj:
    """The configuration in the body of an apply, with its values in the server's form. Raises ApiError 400 or 500."""
    return _decoded_configuration(wanted, _read_configuration(call, wanted))


def _read_configuration(call: Call, wanted: Expected) -> Obj:
    """The applied configuration. Raises ApiError 400."""
    data = _parsed_configuration(call.request.body)
    if (data.get("apiVersion"), data.get("kind")) != (wanted.api_version, wanted.kind):
        group, _, version = str(data.get("apiVersion") or "/").rpartition("/")
        raise bad_request(f"invalid object type: {group}/{version}, Kind={data.get('kind') or ''}")
    metadata = data.get("metadata")
    if metadata is not None and not isinstance(metadata, dict):
        raise bad_request("metadata must be an object")
    if "managedFields" in (metadata or {}):
        raise bad_request("metadata.managedFields must be nil")
    return {**data, "metadata": dict(metadata or {})}


def _parsed_configuration(body: bytes) -> dict[str, Any]:
    """The object that a configuration writes down; an empty one for none. Most clients send JSON, which is read much faster.
    Raises ApiError 400."""
    try:
        data = parse_json(body) if body.startswith(b"{") else parse_yaml(body)
    except ValueError:
        try:
            data = parse_yaml(body)
        except ValueError as error:
            raise bad_request(f"error decoding patch: error converting YAML to JSON: {error}") from None
    if data is None:
        return {}
    prefix = "error decoding patch: error unmarshaling JSON: while decoding JSON: "
    return merge_patch.require_object(data, prefix)


def _decoded_configuration(wanted: Expected, config: Obj) -> Obj:
    """The configuration with its values in the server's form, and without the parts that the server fills in."""
    type_ = wanted.type
    gvk = f"{wanted.api_version.rpartition('/')[0]}/{wanted.version}, Kind={wanted.kind}"
    metadata = config["metadata"]
    named = f"{metadata.get('namespace') or ''}/{metadata.get('name') or ''}"
    subject = f"failed to create typed patch object ({named}; {gvk})"
    if type_ is None:
        return config
    if problem := problems_text(Node(type_), config):
        raise ApiError(500, "", f"{subject}: {problem}")
    decoder = decoder_for(type_)
    try:
        decoded = decoder.decode(type_, config)
    except DecodeError as error:
        raise ApiError(500, "", f"{subject}: {error.message}") from None
    for problem in decoder.problems:
        field = problem.partition('"')[2].rstrip('"')
        raise ApiError(500, "", f"{subject}: .{field}: field not declared in schema")
    return _only_given(decoded, config)  # type: ignore[no-any-return] # an object, as the configuration is


def _only_given(decoded: Any, given: Any) -> Any:
    """A decoded value without what the configuration did not say. Zero values that it did say are kept."""
    if isinstance(decoded, dict) and isinstance(given, dict):
        return {key: _only_given(decoded.get(key, value), value) for key, value in given.items() if value is not None}
    if isinstance(decoded, list) and isinstance(given, list) and len(decoded) == len(given):
        return [_only_given(*pair) for pair in zip(decoded, given, strict=True)]
    return decoded


def _applied(call: Call, options: WriteOptions, live: Obj, subresource: str = "") -> Applied:
    wanted = expected(call.resource)
    config = applied_configuration(call, wanted)
    _check_repeated(call, options)
    _check_named(call, config)
    type_ = wanted.type
    manager = Manager(options.manager, "Apply", call.resource.api_version, subresource)
    result = apply_configuration(
        Node(type_ or Struct("", lambda: ({}, {}))),
        live,
        config,
        ownership.read(live),
        manager,
        force=options.force,
        now=timestamp(call.api.cluster.clock.now),
        ignored=stamping.ignored_fields(call.resource, subresource),
    )
    last_applied.follow(options.manager, live, result.obj, _read_configuration(call, wanted))
    whole = decoder_for(type_).decode(type_, result.obj) if type_ is not None else copy_json(result.obj)
    return Applied(whole, result.managers)


def _check_repeated(call: Call, options: WriteOptions) -> None:
    """Refuse keys that occur twice in a configuration or warn of them, as the client wishes. Raises ApiError 400."""
    if options.validation == "Ignore":
        return
    repeated = repeated_in_yaml(call.request.body)
    if repeated and options.validation == "Strict":
        raise bad_request(f"error strict decoding patch: error converting YAML to JSON: {yaml_problem(repeated)}")
    call.warnings.extend(repeated)


def _check_named(call: Call, config: Obj) -> None:
    """A configuration for an object that is there need not repeat its name."""
    if call.store.get(call.resource.storage_id, call.route.namespace, call.route.name) is not None:
        config["metadata"].setdefault("name", call.route.name)
    check_identity(call, config)


def _keep(result: Applied) -> stamping.Stamp:
    """Writes the managers that the apply has worked out."""

    def stamp(_: Obj | None, new: Obj) -> None:
        stamping.put(new, result.managers)

    return stamp


def _apply_new(call: Call, options: WriteOptions) -> Response:
    """Apply to a name that does not exist yet: a create."""
    resource: Resource = call.resource
    type_ = expected(resource).type
    nothing: Obj = {**(empty(type_) if type_ else {}), "metadata": {}}
    result = _applied(call, options, nothing)
    obj = {**result.obj, "apiVersion": resource.api_version, "kind": resource.kind}
    check_identity(call, obj)
    writer = call.writer(dry_run=options.dry_run, stamp=_keep(result))
    made = call.registry.create(resource, call.route.namespace, call.incoming(obj), writer)
    call.warnings.extend(resource.warnings(made))
    return call.reply(made, 201)
