"""Go templates: what the genuine kubectl printed for a table of them, and what a table cannot show."""

from __future__ import annotations

import json

import pytest
import yaml

from tests.kubectl.record_templates import FILE, OBJECT
from tutor.kubectl.errors import Interrupted, KubectlError
from tutor.kubectl.printers.gotemplate import TemplateFailed, compile_template

OUTCOMES = json.loads(FILE.read_text(encoding="utf-8"))["outcomes"]
SERVICE = yaml.safe_load(OBJECT.read_text(encoding="utf-8"))


@pytest.mark.parametrize(("template", "stdout", "stderr"), OUTCOMES, ids=[outcome[0] for outcome in OUTCOMES])
def test_prints_what_the_genuine_kubectl_printed(template: str, stdout: str, stderr: str) -> None:
    printed = problem = ""
    try:
        printed = compile_template(template)(SERVICE | {"metadata": {**SERVICE["metadata"], "namespace": "default"}})
    except TemplateFailed as failure:
        printed, problem = failure.printed, f"error: {failure.message}\n"
    except KubectlError as failure:
        problem = f"error: {failure.message}\n"
    assert (printed, problem) == (stdout, stderr)


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("{{.spec.nope}}", 'map has no entry for key "nope"'),
        ("{{.nope.x}}", 'map has no entry for key "nope"'),
        ("{{(index .spec `nope`).x}}", 'nil data; no entry for key "x"'),
    ],
)
def test_absent_keys_are_refused_when_asked_to(template: str, message: str) -> None:
    with pytest.raises(TemplateFailed, match=message):
        compile_template(template, missing_ok=False)(SERVICE)


def test_nil_on_the_way_is_an_error_and_at_the_end_has_no_value() -> None:
    assert compile_template("{{.a}}{{range .l}}{{.}}{{end}}")({"a": None, "l": [None]}) == "<no value><no value>"
    with pytest.raises(TemplateFailed, match=r"nil pointer evaluating interface \{\}\.b"):
        compile_template("{{.a.b}}")({"a": None})


def test_a_long_range_can_be_interrupted() -> None:
    rounds: list[int] = []

    def check() -> None:
        rounds.append(1)
        if len(rounds) > 5:
            raise Interrupted

    with pytest.raises(Interrupted):
        compile_template("{{range 10000000000}}{{end}}", check=check)({})


def test_the_place_of_a_mistake_counts_lines_and_bytes() -> None:
    with pytest.raises(TemplateFailed, match=r"output:2:11: executing"):
        compile_template("a\né {{ .kind.x }}")(SERVICE)
