"""Protobuf bodies, which kubectl's typed writes send: decoded to the JSON data they stand for. Answers are always JSON.

The wire format is protobuf's; field numbers and types come from the generated table. The envelope is runtime.Unknown behind
the magic "k8s\\0" (apimachinery, pkg/runtime/serializer/protobuf).
"""

from __future__ import annotations

import base64
import json
import struct as structs
from collections.abc import Iterator
from functools import cache
from typing import Any

from tutor.simulator.api.decoding import Decoder
from tutor.simulator.clock import micro_timestamp, timestamp
from tutor.simulator.schemas import table
from tutor.simulator.schemas.types import Field, ListOf, MapOf, Scalar, Struct, Type

MAGIC = b"k8s\x00"
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5

Wire = int | bytes


class _Corrupt(ValueError):
    """The bytes are no protobuf message."""


def decode_envelope(body: bytes) -> dict[str, Any]:
    """The JSON data of an object in an envelope. Raises ValueError."""
    if not body.startswith(MAGIC):
        raise ValueError("the protobuf body does not begin with the Kubernetes magic number")
    unknown = _fields(body[len(MAGIC) :])
    type_meta = _fields(_last(unknown, 1))
    api_version, kind = _last(type_meta, 1).decode(), _last(type_meta, 2).decode()
    group, _, version = api_version.rpartition("/")
    type_ = table.kind_type(group, version, kind)
    if type_ is None:
        raise ValueError(f'no kind "{kind}" is registered for version "{api_version}"')
    try:
        return {"apiVersion": api_version, "kind": kind, **_message(type_, _last(unknown, 2))}
    except (UnicodeDecodeError, structs.error, RecursionError) as error:
        raise ValueError(f"proto: {error}") from None


# -- the wire


def _read_varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        if at >= len(data) or shift > 63:
            raise _Corrupt("proto: unexpected end of data")
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7


def _wire(data: bytes) -> Iterator[tuple[int, Wire]]:
    """Field numbers and raw values in order."""
    at = 0
    while at < len(data):
        tag, at = _read_varint(data, at)
        number, kind = tag >> 3, tag & 7
        value: Wire
        if kind == _VARINT:
            value, at = _read_varint(data, at)
        else:
            length = {_FIXED64: 8, _FIXED32: 4}.get(kind)
            if kind == _BYTES:
                length, at = _read_varint(data, at)
            if length is None:
                raise _Corrupt(f"proto: wrong wire type {kind}")
            if at + length > len(data):
                raise _Corrupt("proto: unexpected end of data")
            value = data[at : at + length]
            at += length
        yield number, value


def _fields(data: Wire) -> dict[int, list[Wire]]:
    found: dict[int, list[Wire]] = {}
    for number, value in _wire(_as_bytes(data)):
        found.setdefault(number, []).append(value)
    return found


def _as_bytes(value: Wire) -> bytes:
    if isinstance(value, int):
        raise _Corrupt("proto: wrong wire type")
    return value


def _as_int(value: Wire) -> int:
    """A signed number."""
    if isinstance(value, bytes):
        value = int.from_bytes(value, "little")
    return value - 2**64 if value >= 2**63 else value


def _last(fields: dict[int, list[Wire]], number: int) -> bytes:
    return _as_bytes(fields[number][-1]) if number in fields else b""


# -- messages by type


@cache
def _by_number(type_: Struct) -> dict[int, Field | Struct]:
    """The fields of a message; a struct stands for one that is embedded in JSON."""
    found: dict[int, Field | Struct] = {f.number: f for f in type_.fields.values() if f.number}
    found.update({number: inner for inner, number in type_.embedded.values()})
    return found


def _message(type_: Struct, data: Wire) -> dict[str, Any]:
    result: dict[str, Any] = {}
    known = _by_number(type_)
    for number, values in _fields(data).items():
        field = known.get(number)
        if isinstance(field, Struct):
            result |= _message(field, values[-1])
        elif field is not None:
            result[field.name] = _field(field, values)
    return result


def _field(field: Field, values: list[Wire]) -> Any:
    type_ = field.type
    if isinstance(type_, ListOf):
        return _repeated(type_.elem, values)
    if isinstance(type_, MapOf):
        return dict(_entry(type_.elem, value) for value in values)
    return _value(type_, values[-1])


def _repeated(elem: Type, values: list[Wire]) -> list[Any]:
    """A list; numbers may come packed into one value."""
    if isinstance(elem, Scalar) and elem.kind in ("int32", "int64", "bool"):
        numbers: list[Any] = []
        for value in values:
            if isinstance(value, bytes):
                at = 0
                while at < len(value):
                    number, at = _read_varint(value, at)
                    numbers.append(_scalar(elem, number))
            else:
                numbers.append(_scalar(elem, value))
        return numbers
    return [_value(elem, value) for value in values]


def _entry(elem: Type, data: Wire) -> tuple[str, Any]:
    entry = _fields(data)
    value = entry[2][-1] if 2 in entry else b""
    return _last(entry, 1).decode(), _value(elem, value)


def _value(type_: Type, value: Wire) -> Any:
    if isinstance(type_, Struct):
        return _message(type_, value)
    if isinstance(type_, ListOf):
        # A named slice type is a message with one repeated field.
        return _repeated(type_.elem, _fields(value).get(1, []))
    if isinstance(type_, MapOf):
        return dict(_entry(type_.elem, item) for item in _fields(value).get(1, []))
    return _scalar(type_, value)


def _scalar(type_: Scalar, value: Wire) -> Any:
    match type_.kind:
        case "string":
            return _as_bytes(value).decode()
        case "int32" | "int64":
            return _as_int(value)
        case "bool":
            return bool(_as_int(value))
        case "float64":
            return structs.unpack("<d", _as_bytes(value))[0]
        case "bytes":
            return base64.b64encode(_as_bytes(value)).decode()
        case "quantity":
            return _last(_fields(value), 1).decode()
        case "time" | "microtime":
            return _moment(_fields(value), micro=type_.kind == "microtime")
        case "duration":
            nanoseconds = _as_int(_fields(value).get(1, [0])[-1])
            return f"{nanoseconds / 1e9:g}s"
        case "int-or-string":
            return _int_or_string(_fields(value))
        case "any":
            return _free(type_, _fields(value))


_SCHEMA = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps"


def _schema(data: Wire) -> Any:
    """A schema as it would be in JSON, which leaves out zero values that protobuf writes."""
    schema = table.struct(_SCHEMA)
    return Decoder().decode(schema, _message(schema, data))


def _free(type_: Scalar, fields: dict[int, list[Wire]]) -> Any:
    """What JSON has no one type for: raw JSON, or a schema in one of the places where something else may stand
    (apiextensions-apiserver, pkg/apis/apiextensions/v1/generated.proto and marshal.go)."""
    match type_.go.removeprefix(_SCHEMA):
        case "OrBool":
            return _schema(fields[2][-1]) if 2 in fields else bool(_as_int(fields.get(1, [0])[-1]))
        case "OrArray" if 2 in fields:
            return [_schema(value) for value in fields[2]]
        case "OrStringArray" if 2 in fields:
            return [_as_bytes(value).decode() for value in fields[2]]
        case "OrArray" | "OrStringArray":
            return _schema(fields[1][-1]) if 1 in fields else None
    raw = _last(fields, 1)
    return json.loads(raw) if raw else None


ZERO_TIME = -62_135_596_800
"""The zero of Go's time, January 1 of the year 1, in seconds since the epoch."""


def _moment(fields: dict[int, list[Wire]], *, micro: bool) -> str | None:
    """Seconds and nanoseconds; the zero of Go's time is no time at all."""
    seconds = _as_int(fields.get(1, [0])[-1])
    nanoseconds = _as_int(fields.get(2, [0])[-1])
    if not fields or seconds == ZERO_TIME:
        return None
    return micro_timestamp(seconds + nanoseconds / 1e9) if micro else timestamp(seconds)


def _int_or_string(fields: dict[int, list[Wire]]) -> int | str:
    if fields.get(1, [0])[-1]:
        return _last(fields, 3).decode()
    return _as_int(fields.get(2, [0])[-1])
