"""What server-side apply says of configurations that do not fit the schema, in the words of a real server."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.api.conftest import CONFIG_MAPS, PODS
from tutor.simulator.api.inprocess import InProcessClient

APPLY = "application/apply-patch+yaml"


def refused(client: InProcessClient, path: str, kind: str, **fields: Any) -> str:
    body = {"apiVersion": "v1", "kind": kind, "metadata": {"name": "it"}, **fields}
    answer = client.json("PATCH", f"{path}/it", body, content_type=APPLY, fieldManager="test")
    assert answer["code"] == 500
    subject = f"failed to create typed patch object (/it; /v1, Kind={kind}): "
    assert answer["message"].startswith(subject)
    return str(answer["message"].removeprefix(subject))


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (1, "1"),
        (True, "true"),
        (["a"], '[]interface {}{"a"}'),
        ({"b": "c"}, 'map[string]interface {}{"b":"c"}'),
    ],
)
def test_text_wanted(client: InProcessClient, value: Any, shown: str) -> None:
    why = refused(client, CONFIG_MAPS, "ConfigMap", data={"a": value})
    assert why == f".data.a: expected string, got &value.valueUnstructured{{Value:{shown}}}"


def test_other_kinds_of_values(client: InProcessClient) -> None:
    spec = {"activeDeadlineSeconds": "x", "hostNetwork": "yes", "containers": "main", "nodeSelector": ["a"]}
    assert refused(client, PODS, "Pod", spec=spec).splitlines() == [
        "errors:",
        "  .spec.activeDeadlineSeconds: expected numeric (int or float), got string",
        "  .spec.hostNetwork: expected boolean, got &{yes}",
        "  .spec.containers: expected list, got &{main}",
        "  .spec.nodeSelector: expected map, got &{[a]}",
    ]


def test_keys_that_occur_twice(client: InProcessClient) -> None:
    ports = [{"containerPort": 80}, {"containerPort": 80}]
    why = refused(client, PODS, "Pod", spec={"containers": [{"name": "a", "image": "x", "ports": ports}]})
    assert why == '.spec.containers[name="a"].ports: duplicate entries for key [containerPort=80,protocol="TCP"]'


def test_unknown_fields(client: InProcessClient) -> None:
    assert refused(client, PODS, "Pod", spec={"nope": 1}) == ".spec.nope: field not declared in schema"
