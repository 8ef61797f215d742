"""Tabwriter, selectors, Go templates, JSON patches, suggestions."""

from __future__ import annotations

from typing import Any

import pytest

from tests.kubectl import comparison
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.json_patch import apply_json_patch
from tutor.kubectl.printers.gotemplate import compile_template
from tutor.kubectl.selectors import label_selector_object, map_text, matches, selector_text
from tutor.kubectl.suggest import edit_distance, suggestions
from tutor.kubectl.tabwriter import TabWriter, align


def test_columns_are_as_wide_as_their_widest_cell_and_the_last_is_not_padded() -> None:
    assert align("a\tbb\tc\nlonger\tb\tlast\n") == "a       bb  c\nlonger  b   last\n"


def test_a_line_without_tabs_ends_a_column() -> None:
    assert (
        align("Name:\tx\nLabels:\ta\nEvents:\nType\tReason of it\tz\n")
        == "Name:    x\nLabels:  a\nEvents:\nType  Reason of it  z\n"
    )


def test_columns_have_a_least_width() -> None:
    assert align("A\tB\n", minimum=6, padding=3) == "A     B\n"


def test_later_lines_of_a_watch_keep_the_columns_of_earlier_ones() -> None:
    writer = TabWriter(6, 3, remember=True)
    writer.write("NAME\tSTATUS\nlong-name\tRunning\n")
    first = writer.flush()
    writer.write("x\tRunning\n")
    assert first.splitlines()[1].index("Running") == writer.flush().index("Running")


@pytest.mark.parametrize(
    ("selector", "labels", "expected"),
    [
        ("app=web", {"app": "web"}, True),
        ("app==web,tier!=db", {"app": "web"}, True),
        ("app!=web", {"app": "web"}, False),
        ("env in (a, b)", {"env": "b"}, True),
        ("env notin (a,b)", {}, True),
        ("app", {"app": ""}, True),
        ("!app", {"app": ""}, False),
    ],
)
def test_label_selectors(selector: str, labels: dict[str, str], expected: bool) -> None:
    assert matches(selector, labels) is expected


def test_selectors_as_objects_and_back() -> None:
    obj = label_selector_object("app=web,env in (a,b),!old")
    assert obj == {
        "matchLabels": {"app": "web"},
        "matchExpressions": [
            {"key": "env", "operator": "In", "values": ["a", "b"]},
            {"key": "old", "operator": "DoesNotExist"},
        ],
    }
    assert selector_text(obj) == "app=web,env in (a,b),!old"
    assert map_text({"b": "2", "a": "1"}) == "a=1,b=2"


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{{.a.b}}", "1"),
        ("{{.missing}}", "<no value>"),
        ("{{range .list}}<{{.}}>{{else}}none{{end}}", "<x><y>"),
        ("{{range $i, $v := .list}}{{$i}}{{$v}}{{end}}", "0x1y"),
        ("{{if eq .a.b 1}}one{{else if .z}}z{{else}}other{{end}}", "one"),
        ("{{with .a}}{{.b}}{{end}}", "1"),
        ("{{ len .list }}{{- /* gone */ -}} {{ index .list 1 }}", "2y"),
        ('{{.a.b | printf "%03d"}}', "001"),
        ('{{ "eA==" | base64decode }}', "x"),
        ("{{$x := .a}}{{$x.b}}", "1"),
        ("{{(index .list 0)}}", "x"),
    ],
)
def test_go_templates(template: str, text: str) -> None:
    assert compile_template(template)({"a": {"b": 1}, "list": ["x", "y"]}) == text


@pytest.mark.parametrize("template", ["{{.a", "{{nope}}", "{{if}}x{{end}}", "{{range .a}}", "{{end}}"])
def test_wrong_go_templates_are_refused(template: str) -> None:
    with pytest.raises(KubectlError, match="template"):
        compile_template(template)({"a": 1})


@pytest.mark.parametrize(
    ("operations", "expected"),
    [
        ([{"op": "replace", "path": "/a", "value": 2}], {"a": 2, "l": [1, 2]}),
        ([{"op": "add", "path": "/l/-", "value": 3}], {"a": 1, "l": [1, 2, 3]}),
        ([{"op": "add", "path": "/l/0", "value": 0}], {"a": 1, "l": [0, 1, 2]}),
        ([{"op": "remove", "path": "/a"}], {"l": [1, 2]}),
        ([{"op": "move", "from": "/a", "path": "/b~1c"}], {"b/c": 1, "l": [1, 2]}),
        (
            [{"op": "copy", "from": "/a", "path": "/b"}, {"op": "test", "path": "/b", "value": 1}],
            {"a": 1, "b": 1, "l": [1, 2]},
        ),
    ],
)
def test_json_patches(operations: list[dict[str, Any]], expected: dict[str, Any]) -> None:
    assert apply_json_patch({"a": 1, "l": [1, 2]}, operations) == expected


def test_a_json_patch_that_does_not_fit_is_an_error() -> None:
    for operation in (
        {"op": "replace", "path": "/x/y", "value": 1},
        {"op": "test", "path": "/a", "value": 9},
        {"op": "jump", "path": "/a"},
    ):
        with pytest.raises(KubectlError):
            apply_json_patch({"a": 1}, [operation])


def test_slips_get_suggestions() -> None:
    assert suggestions("gett") == ["set", "get"]
    assert "describe" in suggestions("desc")
    assert suggestions("list") == ["get"]
    assert suggestions("zzzzzz") == []
    assert edit_distance("kitten", "sitting") == 3


def test_every_listed_difference_is_a_command_of_a_table() -> None:
    tables = ("reading", "reading-odd", "changing", "changing-odd", "debugging", "describing")
    commands = {str(line) for name in tables for line in comparison.table(name)}
    assert comparison.known_differences() - commands == set()
