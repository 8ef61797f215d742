"""From the body of a request to an object of the kind that is expected."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal

from tutor.simulator.api.call import Call
from tutor.simulator.api.custom_decoding import check_custom_kind, decoder_for
from tutor.simulator.api.decoding import Decoder
from tutor.simulator.api.http import JSON, PROTOBUF, YAML, Request
from tutor.simulator.api.negotiation import body_type
from tutor.simulator.api.scalars import DecodeError
from tutor.simulator.errors import ApiError, bad_request
from tutor.simulator.metadata import in_order
from tutor.simulator.parsing import parse_json, parse_yaml, repeated_in_yaml, unrecognized, yaml_problem
from tutor.simulator.resources.base import Resource
from tutor.simulator.schemas.lookup import type_of
from tutor.simulator.schemas.structural import CustomStruct
from tutor.simulator.schemas.types import Struct
from tutor.simulator.store import Obj

FieldValidation = Literal["Ignore", "Warn", "Strict"]


@dataclass(frozen=True, slots=True)
class Expected:
    """The kind that a body should have."""

    api_version: str
    kind: str
    type: Struct | None

    @property
    def version(self) -> str:
        """The version without its group."""
        return self.api_version.rpartition("/")[2]


def expected(resource: Resource) -> Expected:
    """What the body of a write to a resource should be."""
    return Expected(resource.api_version, resource.kind, type_of(resource))


def unsupported_media_type() -> ApiError:
    """415 for a body that is no object."""
    accepted = ", ".join((JSON, YAML, PROTOBUF))
    why = f"the body of the request was in an unknown format - accepted media types include: {accepted}"
    return ApiError(415, "UnsupportedMediaType", why)


def read_object(call: Call, wanted: Expected, validation: FieldValidation) -> Obj:
    """The object in the body. Raises ApiError 400 or 415."""
    data = _read(call.request, wanted)
    if isinstance(wanted.type, CustomStruct):
        check_custom_kind(call.request.body, data, wanted.api_version, wanted.kind)
    _check_kind(call, data, wanted)
    return decode(call, data, wanted, validation)


def _read(request: Request, wanted: Expected) -> dict[str, Any]:
    media_type = body_type(request)
    if media_type == PROTOBUF:
        from tutor.simulator.api.protobuf import decode_envelope

        try:
            return decode_envelope(request.body)
        except ValueError as error:
            raise bad_request(f"the object provided is unrecognized (must be of type {wanted.kind}): {error}") from None
    if media_type not in (JSON, YAML):
        raise unsupported_media_type()
    try:
        data = parse_json(request.body) if media_type == JSON else parse_yaml(request.body)
    except ValueError as error:
        prefix = "couldn't get version/kind; json parse error: " if media_type == JSON else ""
        raise unrecognized(wanted.kind, request.body, prefix + str(error)) from None
    if data is None and not isinstance(wanted.type, CustomStruct):
        return {}  # null is an object without fields to a Go struct
    if not isinstance(data, dict):
        kind = {list: "array", str: "string", bool: "bool", type(None): "null"}.get(type(data), "number")
        go = 'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }'
        why = f"couldn't get version/kind; json parse error: json: cannot unmarshal {kind} into Go value of type {go}"
        raise unrecognized(wanted.kind, request.body, why)
    return data


def _check_kind(call: Call, data: dict[str, Any], wanted: Expected) -> None:
    """A body without apiVersion or kind is taken for what is expected; another kind is refused."""
    for field in ("apiVersion", "kind"):
        value = data.get(field)
        if value is not None and not isinstance(value, str):
            found = {list: "array", dict: "object", bool: "bool"}.get(type(value), "number")
            why = f"json: cannot unmarshal {found} into Go struct field .{field} of type string"
            raise unrecognized(wanted.kind, call.request.body, f"couldn't get version/kind; json parse error: {why}")
    api_version, kind = data.get("apiVersion") or wanted.api_version, data.get("kind") or wanted.kind
    data["apiVersion"], data["kind"] = api_version, kind
    if problem := wrong_kind(call, data, wanted):
        version = api_version.rpartition("/")[2]
        raise bad_request(f'{kind} in version "{version}" cannot be handled as a {wanted.kind}: {problem}')


def wrong_kind(call: Call, data: dict[str, Any], wanted: Expected) -> str:
    """Why an object is not of the expected kind; empty when it is."""
    api_version, kind = data.get("apiVersion"), data.get("kind")
    if (api_version, kind) == (wanted.api_version, wanted.kind):
        return ""
    found = call.api.cluster.scheme.by_kind(str(api_version), str(kind))
    if found is None:
        return f'no kind "{kind}" is registered for version "{api_version}" in scheme "pkg/runtime/scheme.go:111"'
    internal = wanted.api_version.rpartition("/")[0].partition(".")[0] or "core"
    return f"converting ({found.version}.{kind}) to ({internal}.{wanted.kind}): unknown conversion"


def decode(call: Call, data: dict[str, Any], wanted: Expected, validation: FieldValidation) -> Obj:
    """Data of the right kind as an object. Raises ApiError 400."""
    prefix = f'{wanted.kind} in version "{wanted.version}" cannot be handled as a {wanted.kind}: '
    try:
        return decode_strictly(call, data, wanted, validation)
    except DecodeError as error:
        raise bad_request(prefix + error.message) from None


def decode_strictly(call: Call, data: dict[str, Any], wanted: Expected, validation: FieldValidation) -> Obj:
    """Data of the right kind as an object; unknown fields become warnings. Raises DecodeError."""
    repeated = repeated_in_yaml(call.request.body) if body_type(call.request) == YAML and validation != "Ignore" else []
    if repeated and validation == "Strict":
        raise DecodeError(f"strict decoding error: {yaml_problem(repeated)}")
    call.warnings.extend(repeated)
    if wanted.type is None:
        obj = dict(data)
        if not isinstance(obj.get("metadata") or {}, dict):
            raise DecodeError(
                f"json: cannot unmarshal into Go struct field {wanted.kind}.metadata of type v1.ObjectMeta"
            )
        return {**obj, "metadata": dict(obj.get("metadata") or {})}
    decoder = decoder_for(wanted.type)
    obj = decoder.decode(wanted.type, data)
    report(call, decoder.problems, validation)
    return obj


def report(call: Call, problems: list[str], validation: FieldValidation) -> None:
    """Refuse unknown and repeated fields or warn of them, as the client wishes. Raises DecodeError."""
    if problems and validation == "Strict":
        raise DecodeError(f"strict decoding error: {', '.join(problems)}")
    if validation == "Warn":
        call.warnings.extend(problems)


def read_options(request: Request, kind: str) -> dict[str, Any]:
    """The options object in the body of a delete or eviction; empty without a body. Raises ApiError 400 or 415."""
    from tutor.simulator.schemas import table

    if not request.body:
        return {}
    type_ = table.struct(f"io.k8s.apimachinery.pkg.apis.meta.v1.{kind}")
    media_type = body_type(request)
    try:
        if media_type == JSON and not isinstance(data := parse_json(request.body), dict):
            raise ValueError("the options are no object")
    except ValueError as error:
        raise bad_request(f"couldn't get version/kind; json parse error: {error}") from None
    if media_type != JSON:
        data = _read(request, Expected("v1", kind, type_))
    try:
        return Decoder().decode(type_, data)
    except DecodeError as error:
        raise bad_request(error.message) from None


def shown_json(obj: Obj, *, custom: bool = False) -> str:
    """An object as a patch error quotes it: keys sorted, but the metadata of built-in kinds in the order of its type."""
    if custom:
        text = json.dumps(obj, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
        return json.dumps(text, ensure_ascii=False)
    obj = dict(sorted(obj.items()))
    if isinstance(metadata := obj.get("metadata"), dict):
        obj["metadata"] = in_order(metadata)
    return json.dumps(json.dumps(obj, ensure_ascii=False, separators=(",", ":")), ensure_ascii=False)
