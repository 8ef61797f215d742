"""Patches applied without the server: what cannot be read or does not fit is refused in kubectl 1.37's words."""

from __future__ import annotations

import pytest

from tests.kubectl.harness import run_kubectl, serving
from tutor.kubectl.gojson import json_fault

FILE = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {a: x}\nlist: [1, 2]\n"


@pytest.mark.parametrize(
    ("kind", "patch", "problem"),
    [
        ("strategic", '{"spec":', "invalid JSON document"),
        ("strategic", "[]", "invalid JSON document"),
        ("strategic", "x", "invalid JSON document"),
        ("merge", "{a:b}", "Invalid JSON Patch"),
        ("merge", "null", "Invalid JSON Patch"),
        ("merge", "[1]", "json: cannot unmarshal array into Go value of type unstructured.detector"),
        ("json", "{a:b}", "invalid character 'a' looking for beginning of object key string"),
        ("json", "3", "json: cannot unmarshal number into Go value of type jsonpatch.Patch"),
        ("json", "[1]", "json: cannot unmarshal number into Go value of type jsonpatch.Operation"),
        ("json", '[{"op":"fly"}]', "Unexpected kind: fly"),
        ("json", '[{"op":"remove"}]', "remove operation failed to decode path: missing value"),
        (
            "json",
            '[{"op":"remove","path":"/nope"}]',
            "error in remove for path: '/nope': Unable to remove nonexistent key: nope: missing value",
        ),
        (
            "json",
            '[{"op":"replace","path":"/nope/x","value":1}]',
            "replace operation does not apply: doc is missing path: /nope/x: missing value",
        ),
        (
            "json",
            '[{"op":"remove","path":"/nope/x"}]',
            'remove operation does not apply: doc is missing path: "/nope/x": missing value',
        ),
        (
            "json",
            '[{"op":"move","from":"/nope/a","path":"/x"}]',
            "move operation does not apply: doc is missing from path: /nope/a: missing value",
        ),
        (
            "json",
            '[{"op":"test","path":"/nope/x","value":1}]',
            "test operation does not apply: is missing path: /nope/x: missing value",
        ),
        (
            "json",
            '[{"op":"copy","path":"/x"}]',
            "copy operation failed to decode from: operation, missing from field: missing value",
        ),
        (
            "json",
            '[{"op":"add","path":"nope","value":1}]',
            'add operation does not apply: doc is missing path: "nope": missing value',
        ),
        (
            "json",
            '[{"op":"add","path":"/list/9","value":1}]',
            "error in add for path: '/list/9': Unable to access invalid index: 9: invalid index referenced",
        ),
        ("json", '[{"op":"test","path":"/kind","value":1}]', "testing value /kind failed: test failed"),
    ],
)
def test_a_patch_that_does_not_fit_says_why(kind: str, patch: str, problem: str) -> None:
    command = ["patch", "--local", "-f", "-", "--type", kind, "-p", patch]
    outcome = run_kubectl(command, serving({})[0], stdin=FILE)
    assert (outcome.exit_code, outcome.stdout, outcome.stderr) == (1, "", f"error: {problem}\n")


@pytest.mark.parametrize(
    ("operations", "shown"),
    [
        ('[{"op":"add","path":"/list/-","value":3}]', "[1,2,3]"),
        ('[{"op":"add","path":"/list/0","value":3}]', "[3,1,2]"),
        ('[{"op":"remove","path":"/list/-1"}]', "[1]"),
        ('[{"op":"move","from":"/list/0","path":"/list/1"}]', "[2,1]"),
        ('[{"op":"copy","from":"/data/a","path":"/list"}]', "x"),
        ('[{"op":"replace","path":"/nope","value":3}]', "[1,2]"),
    ],
)
def test_operations_on_lists(operations: str, shown: str) -> None:
    command = ["patch", "--local", "-f", "-", "--type=json", "-p", operations, "-o", "jsonpath={.list}"]
    assert run_kubectl(command, serving({})[0], stdin=FILE).stdout == shown


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("{}", ""),
        ('{"a":', "unexpected end of JSON input"),
        ('{"a', "unexpected end of JSON input"),
        ("{'a'}", "invalid character '\\'' looking for beginning of object key string"),
        ('{"a" 1}', "invalid character '1' after object key"),
        ('{"a":1 "b"}', "invalid character '\"' after object key:value pair"),
        ('{"a":[1 2]}', "invalid character '2' after array element"),
        ("{} x", "invalid character 'x' after top-level value"),
    ],
)
def test_faults_of_json_have_go_words(text: str, fault: str) -> None:
    assert json_fault(text) == fault
