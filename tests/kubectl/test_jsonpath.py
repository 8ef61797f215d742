from __future__ import annotations

from typing import Any

import pytest

from tutor.kubectl.jsonpath import JsonPath, JsonPathError, relaxed

DATA: dict[str, Any] = {
    "kind": "List",
    "items": [
        {"metadata": {"name": "a", "labels": {"app.kubernetes.io/name": "x"}}, "status": {"ready": True, "count": 3}},
        {"metadata": {"name": "b"}, "status": {"ready": False, "count": 10}},
    ],
}


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{.kind}", "List"),
        ("{@.kind} {$.kind}", "List List"),
        ("{.items[*].metadata.name}", "a b"),
        ("{.items[0].metadata.name}", "a"),
        ("{.items[-1:].metadata.name}", "b"),
        ("{.items[0:1].metadata.name}", "a"),
        ("{.items[*]['metadata.name']}", "a b"),
        ("{.items[*]['metadata.name','status.count']}", "a b 3 10"),
        ("{.items[0].metadata.labels.app\\.kubernetes\\.io/name}", "x"),
        ("{.items[0].metadata.labels['app.kubernetes.io/name']}", ""),
        ("{.items[0].metadata.labels['app\\.kubernetes\\.io/name']}", "x"),
        ("{range .items[*]}{.metadata.name}", "ab"),
        ('{.items[?(@.metadata.name=="b")].status.count}', "10"),
        ("{.items[?(@.status.count>5)].metadata.name}", "b"),
        ("{.items[?(@.metadata.labels)].metadata.name}", "a"),
        ('{range .items[*]}{.metadata.name}={.status.count}{"\\n"}{end}', "a=3\nb=10\n"),
        ("{..name}", "a b"),
        ("{.items[0].status}", '{"count":3,"ready":true}'),
        ("{.items[*].status.ready}", "true false"),
        ("{.nothing}", ""),
        ("text only", "text only"),
    ],
)
def test_templates_are_filled_in(template: str, text: str) -> None:
    assert JsonPath.parse(template).render(DATA) == text


def test_ranges_may_be_nested() -> None:
    data = {"a": [{"b": [1, 2]}, {"b": [3]}]}
    assert JsonPath.parse("{range .a[*]}<{range .b[*]}{@};{end}>{end}!").render(data) == "<1;2;><3;>!"


@pytest.mark.parametrize(
    "template", ["{.a", "{.items[}", "{.items[x]}", "{.items[7]}", "{.items[0:9]}", '{"open}', "{.items[?(@.x}]"]
)
def test_what_is_no_template_is_refused(template: str) -> None:
    with pytest.raises(JsonPathError):
        JsonPath.parse(template).render(DATA)


def test_missing_fields_can_be_an_error() -> None:
    with pytest.raises(JsonPathError, match="nope is not found"):
        JsonPath.parse("{.nope}", missing_ok=False).render(DATA)
    with pytest.raises(JsonPathError, match="index out of bounds"):
        JsonPath.parse("{.items[9]}", missing_ok=False).render(DATA)


@pytest.mark.parametrize("expression", ["a.b", ".a.b", "{a.b}", "{.a.b}"])
def test_the_short_forms_mean_the_same(expression: str) -> None:
    assert relaxed(expression) == "{.a.b}"


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("{kind}", "unrecognized identifier kind"),
        ("{.kind b}", "unrecognized identifier b"),
        ("{.list[?(@==word)]}", "unrecognized identifier word"),
        ("{end}", "not in range, nothing to end"),
        ("{.kind[0]}", "string is not array or slice"),
        ("{.map[?(@.x)]}", r"map\[a:1\] is not array or slice and cannot be filtered"),
    ],
)
def test_what_makes_no_sense_is_refused_in_the_words_of_kubectl(template: str, message: str) -> None:
    with pytest.raises(JsonPathError, match=message):
        JsonPath.parse(template).render({"kind": "Pod", "list": ["word"], "map": {"a": 1}})


def test_a_backslash_is_no_expression() -> None:
    with pytest.raises(JsonPathError, match="unrecognized character in action: U\\+005C"):
        JsonPath.parse(r"{\t}")
