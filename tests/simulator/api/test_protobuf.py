"""Protobuf bodies, as kubectl's typed writes send them."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from tests.simulator.api.conftest import CONFIG_MAPS, DEPLOYMENTS
from tutor.simulator.api.inprocess import InProcessClient
from tutor.simulator.api.protobuf import decode_envelope

PROTOBUF = "application/vnd.kubernetes.protobuf"

RECORDED = base64.b64decode(
    "azhzAAoVCgdhcHBzL3YxEgpEZXBsb3ltZW50EqsBCh8KA3dlYhIAGgAiACoAMgA4AEIAWgoKA2FwcBIDd2ViEnoIAhIMCgoKA2Fw"
    "cBIDd2ViGmAKHAoAEgAaACIAKgAyADgAQgBaCgoDYXBwEgN3ZWISQBIiCgVuZ2lueBIFbmdpbngqAEIAagByAIABAIgBAJABAKIB"
    "ABoAMgBCAEoAUgBYAGAAaACCAQCKAQCaAQDCAQAiAgoAKAA4ABoMCAAQABgAIAAoADgAGgAiAA=="
)
"""The body that `kubectl create deployment web --image=nginx --replicas=2` sends (kubectl 1.37)."""


def varint(number: int) -> bytes:
    out = b""
    while number > 0x7F:
        out += bytes((number & 0x7F | 0x80,))
        number >>= 7
    return out + bytes((number,))


def field(number: int, value: bytes | int) -> bytes:
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def envelope(api_version: str, kind: str, raw: bytes) -> bytes:
    meta = field(1, api_version.encode()) + field(2, kind.encode())
    return b"k8s\x00" + field(1, meta) + field(2, raw)


def metadata(name: str) -> bytes:
    return field(1, field(1, name.encode()))


def test_maps_and_strings() -> None:
    entry = field(1, b"k") + field(2, b"v")
    body = envelope("v1", "ConfigMap", metadata("a") + field(2, entry) + field(4, 1))
    assert decode_envelope(body) == {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "a"},
        "data": {"k": "v"},
        "immutable": True,
    }


def test_bytes_quantities_times_and_int_or_strings() -> None:
    secret = envelope("v1", "Secret", metadata("s") + field(2, field(1, b"k") + field(2, b"\x00\xff")))
    assert decode_envelope(secret)["data"] == {"k": "AP8="}
    hard = field(1, b"cpu") + field(2, field(1, b"500m"))
    quota = envelope("v1", "ResourceQuota", metadata("q") + field(2, field(1, hard)))
    assert decode_envelope(quota)["spec"] == {"hard": {"cpu": "500m"}}
    expires = field(8, field(1, 1_700_000_000))
    assert decode_envelope(envelope("v1", "ConfigMap", field(1, expires)))["metadata"] == {
        "creationTimestamp": "2023-11-14T22:13:20Z"
    }
    port = field(3, 80) + field(4, field(1, 1) + field(3, b"http"))
    service = envelope("v1", "Service", metadata("s") + field(2, field(1, port)))
    assert decode_envelope(service)["spec"]["ports"] == [{"port": 80, "targetPort": "http"}]


def test_moments_before_1970_and_the_zero_of_go() -> None:
    def renewed(seconds: int) -> object:
        spec = field(4, field(1, seconds & (2**64 - 1)))
        return decode_envelope(envelope("coordination.k8s.io/v1", "Lease", metadata("l") + field(2, spec)))["spec"]

    assert renewed(-62_135_596_800 + 5) == {"renewTime": "0001-01-01T00:00:05.000000Z"}
    assert renewed(-62_135_596_800) in ({}, {"renewTime": None})


def test_embedded_structs_are_flat_in_json() -> None:
    source = field(2, field(2, field(1, b"")))  # VolumeSource.emptyDir
    volume = field(1, b"v") + source
    pod = envelope("v1", "Pod", metadata("p") + field(2, field(1, volume)))
    assert decode_envelope(pod)["spec"]["volumes"] == [{"name": "v", "emptyDir": {"medium": ""}}]


def test_negative_numbers_and_packed_lists() -> None:
    minus_five = (1 << 64) - 5
    pod = envelope("v1", "Pod", field(2, field(4, minus_five)))
    assert decode_envelope(pod)["spec"] == {"terminationGracePeriodSeconds": -5}
    groups = field(14, field(4, varint(1) + varint(300)))
    assert decode_envelope(envelope("v1", "Pod", field(2, groups)))["spec"]["securityContext"] == {
        "supplementalGroups": [1, 300]
    }


def test_unknown_fields_are_skipped() -> None:
    assert decode_envelope(envelope("v1", "ConfigMap", metadata("a") + field(99, b"x")))["metadata"] == {"name": "a"}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"k8s\x00\xff",
        envelope("v1", "Nothing", b""),
        envelope("v1", "ConfigMap", b"\x0a\xff"),
        envelope("v1", "ConfigMap", field(1, 7)),
        envelope("v1", "ConfigMap", metadata("a") + b"\x0b"),
        envelope("v1", "ConfigMap", field(1, field(1, b"\xff\xfe"))),
    ],
)
def test_what_is_no_object_is_refused(client: InProcessClient, body: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        decode_envelope(body)
    assert client.json("POST", CONFIG_MAPS, body, content_type=PROTOBUF)["code"] == 400


def test_a_recorded_body_creates_a_deployment(client: InProcessClient) -> None:
    made: dict[str, Any] = client.json("POST", DEPLOYMENTS, RECORDED, content_type=PROTOBUF)
    assert made["spec"]["replicas"] == 2
    assert made["spec"]["template"]["spec"]["containers"][0]["image"] == "nginx"


def test_schemas_where_something_else_may_stand() -> None:
    text = field(5, b"string") + field(7, b"") + field(10, 0) + field(39, 0)  # zero values are written, too
    schema = (
        field(8, field(1, b'{"a":[1]}'))
        + field(24, field(1, text))
        + field(29, field(1, b"many") + field(2, field(24, field(2, text) + field(2, text))))
        + field(30, field(1, 1) + field(2, text))
        + field(32, field(1, b"a") + field(2, field(2, b"b") + field(2, b"c")))
        + field(32, field(1, b"b") + field(2, field(1, text)))
        + field(33, field(1, 0))
    )
    version = field(4, field(1, schema))
    body = envelope("apiextensions.k8s.io/v1", "CustomResourceDefinition", metadata("x") + field(2, field(7, version)))
    assert decode_envelope(body)["spec"]["versions"][0]["schema"]["openAPIV3Schema"] == {
        "default": {"a": [1]},
        "items": {"type": "string"},
        "properties": {"many": {"items": [{"type": "string"}, {"type": "string"}]}},
        "additionalProperties": {"type": "string"},
        "dependencies": {"a": ["b", "c"], "b": {"type": "string"}},
        "additionalItems": False,
    }
