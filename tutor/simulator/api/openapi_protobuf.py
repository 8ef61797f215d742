"""The OpenAPI v2 document in protobuf, the only form in which kubectl asks for it.

kubectl reads it for `explain --output plaintext-openapiv2` and for kinds that OpenAPI v3 does not have. The messages and their
field numbers are gnostic's (google/gnostic-models, openapiv2/OpenAPIv2.proto); the ones of what our document says are here.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Mapping
from operator import itemgetter
from typing import Any

Encoder = Callable[[Any], bytes]
Fields = Mapping[str, tuple[int, Encoder]]

_EXTENSION = "x-"


def encode_document(document: Mapping[str, Any]) -> bytes:
    """An OpenAPI v2 document (openapi.v2.Document) as bytes."""
    return _message(document, _DOCUMENT)


# -- the wire


def _varint(value: int) -> bytes:
    value &= (1 << 64) - 1
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _framed(number: int, payload: bytes) -> bytes:
    """A field whose value says how long it is: a string or a message."""
    return _varint(number << 3 | 2) + _varint(len(payload)) + payload


def _message(value: Mapping[str, Any], fields: Fields, extensions: int = 0) -> bytes:
    """A message: `fields` has the number of each JSON key, and what encodes it. What begins with x- goes into the field
    `extensions`; other keys have no place in the message. As usual, fields are in the order of their numbers."""
    parts: list[tuple[int, bytes]] = []
    for key, item in value.items():
        if key in fields:
            number, encoder = fields[key]
            items = item if encoder in _REPEATED else [item]
            parts += [(number, _numbered(number, encoder, each)) for each in items]
        elif extensions and key.startswith(_EXTENSION):
            parts.append((extensions, _framed(extensions, _named(key, _any(item)))))
    return b"".join(part for _, part in sorted(parts, key=itemgetter(0)))


def _numbered(number: int, encoder: Encoder, value: Any) -> bytes:
    if encoder is _integer:
        return _varint(number << 3) + encoder(value)
    if encoder is _double:
        return _varint(number << 3 | 1) + encoder(value)
    return _framed(number, encoder(value))


def _integer(value: int) -> bytes:
    return _varint(int(value))


def _double(value: float) -> bytes:
    return struct.pack("<d", value)


def _text(value: str) -> bytes:
    return value.encode()


def _texts(value: str) -> bytes:
    return _text(value)


def _any(value: Any) -> bytes:
    """openapi.v2.Any: the value in YAML, of which JSON is a part."""
    return _framed(2, f"{json.dumps(value, ensure_ascii=False)}\n".encode())


def _anys(value: Any) -> bytes:
    return _any(value)


def _named(name: str, payload: bytes) -> bytes:
    """NamedAny, NamedSchema and their like: an entry of a map."""
    return _framed(1, name.encode()) + _framed(2, payload)


# -- the messages


def _schema(value: Mapping[str, Any]) -> bytes:
    return _message(value, _SCHEMA, extensions=31)


def _schemas(value: Mapping[str, Any]) -> bytes:
    return _schema(value)


def _named_schemas(value: Mapping[str, Any]) -> bytes:
    """Properties and Definitions."""
    return b"".join(_framed(1, _named(name, _schema(schema))) for name, schema in value.items())


def _type_item(value: str | list[str]) -> bytes:
    return b"".join(_framed(1, name.encode()) for name in ([value] if isinstance(value, str) else value))


def _items_item(value: Mapping[str, Any]) -> bytes:
    return _framed(1, _schema(value))


def _additional(value: Mapping[str, Any] | bool) -> bytes:
    return _numbered(2, _integer, value) if isinstance(value, bool) else _framed(1, _schema(value))


def _info(value: Mapping[str, Any]) -> bytes:
    return _message(value, {"title": (1, _text), "version": (2, _text)})


def _paths(value: Mapping[str, Any]) -> bytes:
    return b"".join(_framed(2, _named(path, _message(item, _PATH_ITEM))) for path, item in value.items())


def _operation(value: Mapping[str, Any]) -> bytes:
    return _message(value, _OPERATION, extensions=13)


def _parameters(value: Mapping[str, Any]) -> bytes:
    """ParametersItem of a Parameter of a NonBodyParameter of a QueryParameterSubSchema."""
    query = _message(value, {"in": (2, _text), "name": (4, _text), "type": (6, _text)})
    return _framed(1, _framed(2, _framed(3, query)))


def _responses(value: Mapping[str, Any]) -> bytes:
    return b"".join(
        _framed(1, _named(code, _framed(1, _message(response, {"description": (1, _text)}))))
        for code, response in value.items()
    )


_REPEATED = (_texts, _anys, _schemas, _parameters)
_DOCUMENT: Fields = {
    "swagger": (1, _text),
    "info": (2, _info),
    "paths": (8, _paths),
    "definitions": (9, _named_schemas),
}
_PATH_ITEM: Fields = {
    "get": (2, _operation),
    "put": (3, _operation),
    "post": (4, _operation),
    "delete": (5, _operation),
    "patch": (8, _operation),
}
_OPERATION: Fields = {"parameters": (8, _parameters), "responses": (9, _responses)}
_SCHEMA: Fields = {
    "$ref": (1, _text),
    "format": (2, _text),
    "title": (3, _text),
    "description": (4, _text),
    "default": (5, _any),
    "multipleOf": (6, _double),
    "maximum": (7, _double),
    "exclusiveMaximum": (8, _integer),
    "minimum": (9, _double),
    "exclusiveMinimum": (10, _integer),
    "maxLength": (11, _integer),
    "minLength": (12, _integer),
    "pattern": (13, _text),
    "maxItems": (14, _integer),
    "minItems": (15, _integer),
    "uniqueItems": (16, _integer),
    "maxProperties": (17, _integer),
    "minProperties": (18, _integer),
    "required": (19, _texts),
    "enum": (20, _anys),
    "additionalProperties": (21, _additional),
    "type": (22, _type_item),
    "items": (23, _items_item),
    "allOf": (24, _schemas),
    "properties": (25, _named_schemas),
}
