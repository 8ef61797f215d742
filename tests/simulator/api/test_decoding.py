"""Bodies become objects: types are checked, unknown fields reported, zero values written as the server writes them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.api.conftest import CONFIG_MAPS, DEPLOYMENTS, PODS, deployment, pod
from tutor.simulator.api.decoding import Decoder
from tutor.simulator.api.inprocess import InProcessClient
from tutor.simulator.schemas.table import kind_type

CONTAINER = ("spec", "template", "spec", "containers", 0)


def put(obj: Any, path: tuple[str | int, ...], value: Any) -> Any:
    inner = obj
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return obj


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (
            ("spec", "replicas"),
            "x",
            "cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32",
        ),
        (
            ("spec", "replicas"),
            1.5,
            "cannot unmarshal number 1.5 into Go struct field DeploymentSpec.spec.replicas of type int32",
        ),
        (("spec", "replicas"), 99999999999, "cannot unmarshal number 99999999999 into"),
        (
            ("spec", "paused"),
            "x",
            "cannot unmarshal string into Go struct field DeploymentSpec.spec.paused of type bool",
        ),
        (
            (*CONTAINER, "ports"),
            [{"containerPort": "80"}],
            "field ContainerPort.spec.template.spec.containers.ports.containerPort of type int32",
        ),
        (
            (*CONTAINER, "ports"),
            [{"containerPort": 80, "protocol": 5}],
            "field ContainerPort.spec.template.spec.containers.ports.protocol of type v1.Protocol",
        ),
        (
            ("spec", "template", "spec", "containers"),
            {},
            "PodSpec.spec.template.spec.containers of type []v1.Container",
        ),
        (("spec", "template", "spec"), "x", "PodTemplateSpec.spec.template.spec of type v1.PodSpec"),
        (
            ("spec", "template", "metadata", "labels"),
            {"a": True},
            "cannot unmarshal bool into Go struct field ObjectMeta.spec.template.metadata.labels of type string",
        ),
        (("metadata", "labels"), [1], "ObjectMeta.metadata.labels of type map[string]string"),
        (
            ("spec", "template", "spec", "volumes"),
            [{"name": "a", "secret": {"defaultMode": "0644"}}],
            "SecretVolumeSource.spec.template.spec.volumes.VolumeSource.secret.defaultMode of type int32",
        ),
        (("spec", "strategy"), {"rollingUpdate": {"maxSurge": True}}, "rollingUpdate.maxSurge of type int32"),
        (
            (*CONTAINER, "resources"),
            {"limits": {"cpu": "abc"}},
            "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
        ),
        (
            ("metadata", "creationTimestamp"),
            "x",
            'parsing time "x" as "2006-01-02T15:04:05Z07:00": cannot parse "x" as "2006"',
        ),
        (("metadata", "creationTimestamp"), "2020-13-01T00:00:00Z", "month out of range"),
    ],
)
def test_values_of_a_wrong_type(client: InProcessClient, path: tuple[str | int, ...], value: Any, message: str) -> None:
    status = client.json("POST", DEPLOYMENTS, put(deployment(), path, value))
    assert status["code"] == 400
    assert status["message"].startswith('Deployment in version "v1" cannot be handled as a Deployment: ')
    assert message in status["message"]


def typo() -> dict[str, Any]:
    body: dict[str, Any] = put(deployment(), (*CONTAINER, "imag"), "x")
    body["spec"]["foo"] = 1
    body["bar"] = 1
    return body


def test_strict_validation_lists_unknown_fields_in_the_order_of_the_document(client: InProcessClient) -> None:
    status = client.json("POST", DEPLOYMENTS, typo(), fieldValidation="Strict")
    assert status["message"].endswith(
        'strict decoding error: unknown field "spec.template.spec.containers[0].imag", unknown field "spec.foo", '
        'unknown field "bar"'
    )


def test_by_default_unknown_fields_are_dropped_with_a_warning(client: InProcessClient) -> None:
    response = client.send("POST", DEPLOYMENTS, typo())
    assert response.status == 201
    warnings = [value for name, value in response.headers if name == "Warning"]
    assert warnings[-1] == '299 - "unknown field \\"bar\\""'
    assert "foo" not in response.payload().decode()


def test_ignored_unknown_fields_are_dropped_in_silence(client: InProcessClient) -> None:
    response = client.send("POST", DEPLOYMENTS, typo(), fieldValidation="Ignore")
    assert response.status == 201
    assert not [name for name, _ in response.headers if name == "Warning"]


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ('{"metadata":{"name":"a"},"data":{"k":"1","k":"2"}}', 'duplicate field "data.k"'),
        (
            '{"metadata":{"name":"a"},"data":{"k":"1","k":"2"},"data":{}}',
            'duplicate field "data.k", duplicate field "data"',
        ),
    ],
)
def test_fields_that_occur_twice(client: InProcessClient, body: str, problem: str) -> None:
    status = client.json("POST", CONFIG_MAPS, body, fieldValidation="Strict")
    assert status["message"].endswith(f"strict decoding error: {problem}")


def test_the_last_of_two_values_counts(client: InProcessClient) -> None:
    made = client.json("POST", CONFIG_MAPS, '{"metadata":{"name":"a"},"data":{"k":"1","k":"2"}}')
    assert made["data"] == {"k": "2"}


def test_warnings_come_with_errors_too(client: InProcessClient) -> None:
    response = client.send("POST", DEPLOYMENTS, {"a": 1})
    assert response.status == 422
    assert ("Warning", '299 - "unknown field \\"a\\""') in response.headers


def test_zero_values_are_written_as_the_server_writes_them(client: InProcessClient) -> None:
    body = pod("p", hostNetwork=False, initContainers=[], nodeSelector={}, terminationGracePeriodSeconds=0)
    body["metadata"]["labels"] = {}
    spec = client.json("POST", PODS, body)["spec"]
    assert not {"hostNetwork", "initContainers", "nodeSelector"} & spec.keys()
    assert spec["terminationGracePeriodSeconds"] == 0
    assert spec["containers"][0]["resources"] == {}


def test_nulls_count_as_absent(client: InProcessClient) -> None:
    body = put(put(deployment(), ("spec", "replicas"), None), (*CONTAINER, "ports"), None)
    spec = client.json("POST", DEPLOYMENTS, body, fieldValidation="Strict")["spec"]
    assert spec["replicas"] == 1
    assert "ports" not in spec["template"]["spec"]["containers"][0]


@pytest.mark.parametrize(
    ("given", "kept"),
    [("0.5", "500m"), ("1000m", "1"), ("1024Mi", "1Gi"), (1, "1"), ("1.5Gi", "1536Mi"), ("1e3", "1e3")],
)
def test_quantities_are_canonical(given: Any, kept: str) -> None:
    type_ = kind_type("", "v1", "ResourceQuota")
    assert type_ is not None
    assert Decoder().decode(type_, {"spec": {"hard": {"cpu": given}}})["spec"]["hard"] == {"cpu": kept}


def test_yaml_bodies(client: InProcessClient) -> None:
    text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: y}\ndata:\n  day: 2020-01-01\n  yes: 'on'\n"
    made = client.json("POST", CONFIG_MAPS, text.replace("2020-01-01", "'2020-01-01'"), content_type="application/yaml")
    assert made["data"] == {"day": "2020-01-01", "true": "on"}


@pytest.mark.parametrize("text", ["a: [", "a: b: c", "a: &x [*x]", "- a"])
def test_bad_yaml_is_refused(client: InProcessClient, text: str) -> None:
    assert client.json("POST", CONFIG_MAPS, text, content_type="application/yaml")["code"] == 400


def test_a_missing_content_type_counts_as_json(client: InProcessClient) -> None:
    response = client.send("POST", CONFIG_MAPS, {"metadata": {"name": "n"}}, headers={"content-type": ""})
    assert response.status == 201


def test_scalars_that_go_never_leaves_out_are_filled_in(client: InProcessClient) -> None:
    labels = {"app": "a"}
    spec = {"selector": {"matchLabels": labels}, "template": {"metadata": {"labels": labels}, "spec": pod("p")["spec"]}}
    body = {"metadata": {"name": "a"}, "spec": spec}
    made = client.json("POST", "/apis/apps/v1/namespaces/default/replicasets", body)
    assert made["status"] == {"replicas": 0}
    condition = {"status": {"conditions": [{"type": "Odd"}]}}
    patched = client.json(
        "PATCH", "/api/v1/nodes/node-1/status", condition, content_type="application/strategic-merge-patch+json"
    )
    odd = next(found for found in patched["status"]["conditions"] if found["type"] == "Odd")
    assert odd["status"] == ""


def test_problems_are_named_in_the_order_of_the_document(client: InProcessClient) -> None:
    body = '{"metadata":{"name":"a"},"one":1,"data":{},"immutable":true,"two":2,"data":{}}'
    refused = client.json("POST", CONFIG_MAPS, body, fieldValidation="Strict")
    assert refused["message"].endswith('error: unknown field "one", unknown field "two", duplicate field "data"')


TWICE = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  k: x\n  k: y\n"


def test_keys_that_occur_twice_in_yaml(client: InProcessClient) -> None:
    said = 'line 6: key "k" already set in map'
    posted = client.json("POST", CONFIG_MAPS, TWICE, content_type="application/yaml", fieldValidation="Strict")
    assert posted["message"].endswith(f"strict decoding error: yaml: unmarshal errors:\n  {said}")
    apply: dict[str, Any] = {"content_type": "application/apply-patch+yaml", "fieldManager": "me"}
    refused = client.json("PATCH", f"{CONFIG_MAPS}/a", TWICE, fieldValidation="Strict", **apply)
    assert refused["message"] == (
        f"error strict decoding patch: error converting YAML to JSON: yaml: unmarshal errors:\n  {said}"
    )
    response = client.send("PATCH", f"{CONFIG_MAPS}/a", TWICE, **apply)
    assert response.status == 201
    assert ("Warning", f'299 - "{said}"'.replace('"k"', '\\"k\\"')) in response.headers
