"""The older layout of explain, on a made-up schema; the real ones are compared in `test_real_cluster`."""

from __future__ import annotations

from typing import Any

import pytest

from tests.kubectl.harness import run_kubectl, serving

SPEC: dict[str, Any] = {
    "type": "object",
    "description": "What is wanted.",
    "required": ["nodes"],
    "properties": {
        "nodes": {"type": "array", "items": {"type": "string"}, "description": "Where:\n- here\n- there"},
        "labels": {"type": "object", "additionalProperties": {"type": "string"}, "description": "word " * 20},
        "again": {"$ref": "#/definitions/spec"},
    },
}
POD = {
    "description": "A pod.",
    "properties": {"spec": {"description": "Its spec.", "$ref": "#/definitions/spec"}},
    "x-kubernetes-group-version-kind": [{"group": "", "version": "v1", "kind": "Pod"}],
}
DOCUMENT = {"definitions": {"pod": POD, "spec": SPEC}}
HEAD = "KIND:     Pod\nVERSION:  v1\n\n"


def explained(*words: str) -> tuple[str, str]:
    config, _ = serving({"/openapi/v2": DOCUMENT})
    outcome = run_kubectl(["explain", *words, "-o", "plaintext-openapiv2"], config)
    return outcome.stdout, outcome.stderr


def test_a_kind() -> None:
    fields = "   spec\t<Object>\n     Its spec.\n\n"
    assert explained("pod") == (f"{HEAD}DESCRIPTION:\n     A pod.\n\nFIELDS:\n{fields}", "")


def test_a_field_wraps_its_text_and_keeps_lists() -> None:
    text, _ = explained("pod.spec")
    assert text.startswith(
        f"{HEAD}RESOURCE: spec <Object>\n\nDESCRIPTION:\n     Its spec.\n\n     What is wanted.\n\nFIELDS:\n"
    )
    assert "   nodes\t<[]string> -required-\n     Where:\n     - here\n     - there\n" in text
    assert f"   labels\t<map[string]string>\n     {'word ' * 14}word\n     word word word word word\n" in text
    assert explained("pod.spec.nodes")[0].startswith(f"{HEAD}FIELD:    nodes <[]string>\n\nDESCRIPTION:\n     Where:\n")


def test_the_tree_ends_where_a_type_repeats_or_the_depth_is_reached() -> None:
    tree = "   spec\t<Object>\n      again\t<Object>\n      labels\t<map[string]string>\n      nodes\t<[]string>\n"
    assert explained("pod", "--recursive")[0].endswith(f"FIELDS:\n{tree}")
    assert explained("pod", "--recursive", "--max-depth=1")[0].endswith("FIELDS:\n   spec\t<Object>\n")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["pod.nope"], 'error: field "nope" does not exist\n'),
        (["pod", "--max-depth=2"], "error: --max-depth requires --recursive\n"),
        (["pod", "--recursive", "--max-depth=-1"], "error: --max-depth must be non-negative\n"),
    ],
)
def test_what_is_not_there_is_refused(words: list[str], message: str) -> None:
    assert explained(*words) == ("", message)
