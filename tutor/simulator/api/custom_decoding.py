"""Bodies of custom resources: metadata is decoded as everywhere, the rest is held to the schema of the definition.

Source: apiextensions-apiserver, pkg/apiserver/customresource_handler.go (schemaCoercingDecoder).
"""

from __future__ import annotations

import json
from typing import Any

from tutor.simulator.api.decoding import Decoder
from tutor.simulator.errors import bad_request, invalid, invalid_object
from tutor.simulator.objects import copy_json
from tutor.simulator.parsing import repeated_fields, unrecognized
from tutor.simulator.schemas.pruning import fill_defaults, pruned
from tutor.simulator.schemas.structural import CustomStruct, object_meta
from tutor.simulator.schemas.types import Struct


class CustomDecoder(Decoder):
    """Decodes one body. Types of values are left to validation, which says more about them."""

    def decode(self, type_: Struct, value: dict[str, Any]) -> dict[str, Any]:
        """The object, pruned and with defaults. Raises DecodeError for metadata of a wrong type."""
        assert isinstance(type_, CustomStruct)  # see `decoder_for`
        self.problems = [f'duplicate field "{path}"' for path in repeated_fields(value)]
        metadata = Decoder()
        decoded = {"metadata": metadata.decode(object_meta(), value.get("metadata") or {})}
        self.problems += [problem.replace('field "', 'field "metadata.') for problem in metadata.problems]
        rest = {key: item for key, item in value.items() if key != "metadata"}
        dropped: list[str] = []
        kept = copy_json(pruned(type_.schema, rest, "", dropped))
        fill_defaults(type_.schema, kept)
        self.problems += [f'unknown field "{path}"' for path in sorted(dropped)]
        return {**kept, **decoded}


def decoder_for(type_: Struct) -> Decoder:
    """What decodes objects of a type."""
    return CustomDecoder() if isinstance(type_, CustomStruct) else Decoder()


def check_custom_kind(body: bytes, data: dict[str, Any], api_version: str, kind: str) -> None:
    """A custom resource must say what it is. Raises ApiError 400 or 422."""
    if not data.get("kind"):
        text = body.decode(errors="replace").strip() or json.dumps(data)
        raise unrecognized(kind, body, f"Object 'Kind' is missing in '{text}'")
    given = data.get("apiVersion") or ""
    if given != api_version:
        raise bad_request(
            f"the API version in the data ({given}) does not match the expected API version ({api_version})"
        )
    if data["kind"] != kind:
        name = (data.get("metadata") or {}).get("name") or ""
        problem = invalid("kind", data["kind"], f"must be {kind}")
        raise invalid_object(str(data["kind"]), api_version.partition("/")[0], name, [problem])
