"""Rules of custom resources. Every answer here was given by a genuine API server 1.37 to the same request."""

from __future__ import annotations

from typing import Any

import pytest

from tutor.simulator.api.inprocess import InProcessClient
from tutor.simulator.cluster import SimulatedCluster

CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
GOODS = "/apis/example.com/v1/namespaces/default/goods"
MERGE = "application/merge-patch+json"
INT, TEXT = {"type": "integer"}, {"type": "string", "maxLength": 50}


def rules(*given: Any) -> dict[str, Any]:
    return {"x-kubernetes-validations": [rule if isinstance(rule, dict) else {"rule": rule} for rule in given]}


def struct(**fields: Any) -> dict[str, Any]:
    return {"type": "object", "properties": fields}


def items(schema: Any, **more: Any) -> dict[str, Any]:
    return {"type": "array", "maxItems": 10, "items": schema, **more}


KEYED = {"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["k"]}
SPEC = {
    **struct(
        min=INT,
        max=INT,
        name={**TEXT, **rules('self.startsWith("a")')},
        ports=items(struct(port=INT)),
        tags={"type": "object", "maxProperties": 10, "additionalProperties": {**INT, **rules("self < 10")}},
        mode={"type": "string", **rules({"rule": "self == oldSelf", "message": "mode is fixed"})},
        ratio={"type": "number"},
        on={"type": "boolean"},
        nested={**struct(a=INT, b=INT), **rules("self.a <= self.b")},
        words=items({**TEXT, **rules('self != "bad"')}),
        keyed=items({**struct(k=TEXT, v=INT), "required": ["k"], **rules("self.v >= oldSelf.v")}, **KEYED),
    ),
    **rules(
        "!has(self.min) || !has(self.max) || self.min <= self.max",
        {"rule": "!has(self.ports) || self.ports.all(p, p.port > 0)", "message": "ports must be in range"},
        {"rule": "!has(self.min) || self.min < 9", "messageExpression": '"too much for " + self.name'},
        {
            "rule": "!has(self.on) || has(self.name)",
            "message": "name needed",
            "reason": "FieldValueRequired",
            "fieldPath": ".name",
        },
        {"rule": "!has(self.ratio) || self.ratio < 1.0", "reason": "FieldValueForbidden"},
        "!has(self.max) || 1 / (self.max - 7) < 2",
        "!has(oldSelf.min) || has(self.min)",
    ),
}


def definition(spec: dict[str, Any], kind: str = "Good") -> dict[str, Any]:
    plural = kind.lower() + "s"
    root = {**struct(spec=spec), **rules("self.metadata.name.size() < 4")}
    version = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": root}}
    names = {"kind": kind, "plural": plural}
    whole = {"group": "example.com", "names": names, "scope": "Namespaced", "versions": [version]}
    return {"metadata": {"name": f"{plural}.example.com"}, "spec": whole}


def good(called: str = "a", /, **spec: Any) -> dict[str, Any]:
    return {"apiVersion": "example.com/v1", "kind": "Good", "metadata": {"name": called}, "spec": spec}


@pytest.fixture
def goods(client: InProcessClient, cluster: SimulatedCluster) -> InProcessClient:
    made = client.send("POST", CRDS, definition(SPEC))
    assert made.status == 201, made.payload()
    assert not [value for name, value in made.headers if name == "Warning"]
    cluster.engine.advance(2)
    return client


@pytest.mark.parametrize(
    ("spec", "why"),
    [
        (
            {"min": 3, "max": 2},
            "spec: Invalid value: failed rule: !has(self.min) || !has(self.max) || self.min <= self.max",
        ),
        ({"name": "b"}, 'spec.name: Invalid value: "b": failed rule: self.startsWith("a")'),
        ({"ports": [{"port": 0}]}, "spec: Invalid value: ports must be in range"),
        ({"min": 9, "name": "abc"}, "spec: Invalid value: too much for abc"),
        ({"min": 9}, "spec: Invalid value: failed rule: !has(self.min) || self.min < 9"),
        ({"on": True}, "spec.name: Required value: name needed"),
        ({"ratio": 1.5}, "spec: Forbidden: failed rule: !has(self.ratio) || self.ratio < 1.0"),
        (
            {"max": 7},
            'spec: Invalid value: "object": division by zero evaluating rule: !has(self.max) || 1 / (self.max - 7) < 2',
        ),
        ({"nested": {"a": 2, "b": 1}}, "spec.nested: Invalid value: failed rule: self.a <= self.b"),
        (
            {"nested": {"a": 2}},
            'spec.nested: Invalid value: "object": no such key: b evaluating rule: self.a <= self.b',
        ),
        ({"words": ["ok", "bad"]}, 'spec.words[1]: Invalid value: "bad": failed rule: self != "bad"'),
        ({"tags": {"q": 11}}, "spec.tags[q]: Invalid value: 11: failed rule: self < 10"),
    ],
)
def test_objects_that_break_a_rule(goods: InProcessClient, spec: dict[str, Any], why: str) -> None:
    status = goods.json("POST", GOODS, good(**spec))
    assert (status["code"], status["reason"]) == (422, "Invalid")
    assert status["message"] == f'Good.example.com "a" is invalid: {why}'


def test_the_root_has_no_field(goods: InProcessClient) -> None:
    message = goods.json("POST", GOODS, good("abcdef"))["message"]
    assert message.endswith("<nil>: Invalid value: failed rule: self.metadata.name.size() < 4")


def test_rules_wait_until_types_fit(goods: InProcessClient) -> None:
    message = goods.json("POST", GOODS, good(min="x", ratio=2))["message"]
    assert "spec.min in body must be of type integer" in message
    assert "some validation rules were not checked" in message
    assert "failed rule" not in message


@pytest.mark.parametrize(
    ("patch", "why"),
    [
        ({"mode": "B"}, 'spec.mode: Invalid value: "B": mode is fixed'),
        ({"min": None}, "spec: Invalid value: failed rule: !has(oldSelf.min) || has(self.min)"),
        (
            {"keyed": [{"k": "y", "v": 0}, {"k": "x", "v": 4}, {"k": "z", "v": 0}]},
            "[spec.keyed[0]: Invalid value: failed rule: self.v >= oldSelf.v, "
            "spec.keyed[1]: Invalid value: failed rule: self.v >= oldSelf.v]",
        ),
    ],
)
def test_changes_that_break_a_rule(goods: InProcessClient, patch: dict[str, Any], why: str) -> None:
    keyed = [{"k": "x", "v": 5}, {"k": "y", "v": 1}]
    assert goods.send("POST", GOODS, good(mode="A", min=1, keyed=keyed)).status == 201
    status = goods.json("PATCH", f"{GOODS}/a", {"spec": patch}, content_type=MERGE)
    assert status["message"] == f'Good.example.com "a" is invalid: {why}'


def test_what_was_not_there_is_compared_with_nothing(goods: InProcessClient) -> None:
    goods.json("POST", GOODS, good(mode="A"))
    for mode in (None, "B"):
        assert goods.send("PATCH", f"{GOODS}/a", {"spec": {"mode": mode}}, content_type=MERGE).status == 200


def test_rules_that_do_not_compile_are_refused_with_the_definition(client: InProcessClient) -> None:
    status = client.json("POST", CRDS, definition({**struct(a=INT), **rules("self.b > 1")}, "Bad"))
    assert status["message"] == (
        'CustomResourceDefinition.apiextensions.k8s.io "bads.example.com" is invalid: '
        "spec.validation.openAPIV3Schema.properties[spec].x-kubernetes-validations[0].rule: Invalid value: "
        '{"Rule":"self.b \\u003e 1","Message":"","MessageExpression":"","Reason":null,"FieldPath":"","OptionalOldSelf":null}: '
        "compilation failed: ERROR: <input>:1:5: undefined field 'b'\n | self.b > 1\n | ....^"
    )


def test_keys_of_lists_must_be_there(client: InProcessClient) -> None:
    status = client.json("POST", CRDS, definition(struct(l=items(struct(k=TEXT), **KEYED)), "Bad"))
    assert "must have a default or be a required property" in status["message"]
