"""The bytes were made with gnostic-models v0.7.0: openapiv2.ParseDocument of the same JSON, then proto.Marshal.

Extensions, defaults and enumerations are in YAML there; here they are such that JSON writes them in the same way.
"""

from __future__ import annotations

from typing import Any

from tutor.simulator.api.openapi_protobuf import encode_document

DOCUMENT: dict[str, Any] = {
    "swagger": "2.0",
    "info": {"title": "Kubernetes", "version": "1.37"},
    "paths": {
        "/api/v1/pods": {
            "patch": {
                "parameters": [{"name": "dryRun", "in": "query", "type": "string"}],
                "responses": {"200": {"description": "OK"}},
                "x-kubernetes-action": 5,
            }
        }
    },
    "definitions": {
        "a.Pod": {
            "description": "A pod.",
            "type": "object",
            "required": ["name", "spec"],
            "properties": {
                "count": {"type": "integer", "format": "int32", "minimum": 0.5, "maxLength": 300},
                "labels": {"type": "object", "additionalProperties": {"type": "string"}},
                "list": {"type": "array", "items": {"$ref": "#/definitions/a.Spec"}, "x-kubernetes-atomic": True},
                "mode": {"type": "integer", "enum": [1, 2], "default": 1, "pattern": "^a|b$"},
            },
        },
        "a.Spec": {"type": "object", "additionalProperties": True, "uniqueItems": True},
    },
}
BYTES = bytes.fromhex(
    "0a03322e3012120a0a4b756265726e657465731204312e33374261125f0a0c2f6170692f76312f706f6473124f424d421d0a1b12191a17"
    "12057175657279220664727952756e3206737472696e674a0f0a0d0a0332303012060a040a024f4b6a1b0a13782d6b756265726e657465"
    "732d616374696f6e12041202350a4aa3020a81020a05612e506f6412f70122064120706f642e9a01046e616d659a010473706563b20108"
    "0a066f626a656374ca01d2010a280a05636f756e74121f1205696e74333249000000000000e03f58ac02b201090a07696e74656765720a"
    "250a066c6162656c73121baa010d0a0bb201080a06737472696e67b201080a066f626a6563740a4e0a046c6973741246b201070a056172"
    "726179ba01180a160a14232f646566696e6974696f6e732f612e53706563fa011e0a13782d6b756265726e657465732d61746f6d696312"
    "071205747275650a0a2f0a046d6f646512272a041202310a6a055e617c6224a201041202310aa201041202320ab201090a07696e746567"
    "65720a1d0a06612e537065631213800101aa01021001b201080a066f626a656374"
)


def test_a_document_is_what_gnostic_makes_of_it() -> None:
    assert encode_document(DOCUMENT) == BYTES


def test_other_values_are_json_which_is_yaml() -> None:
    made = encode_document({"definitions": {"a": {"default": {"b": ["c"]}, "x-kind": [{"kind": "é"}]}}})
    assert b'{"b": ["c"]}\n' in made
    assert '[{"kind": "é"}]\n'.encode() in made
