"""What the strict YAML reader takes, and what it says about the rest. Most of its errors are in tests/content/broken."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest

from tutor.course.loading.yamlreader import Fields, Source
from tutor.course.problem import Problem

T = TypeVar("T")
PATH = Path("pack/file.yaml")


def read(text: str, reader: Callable[[Fields], T], first_line: int = 1) -> tuple[T | None, list[Problem]]:
    problems: list[Problem] = []
    return Source(PATH, problems, first_line).read(text, "the file", reader), problems


def value_of(text: str) -> tuple[Any, list[Problem]]:
    return read(f"value: {text}", lambda fields: fields.value("value"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5", 5),
        ("-1", -1),
        ("0.5", 0.5),
        ("true", True),
        ("null", None),
        ("'yes'", "yes"),
        ("[1, a]", [1, "a"]),
        ("{a: {b: [x]}}", {"a": {"b": ["x"]}}),
    ],
)
def test_json_values(text: str, expected: object) -> None:
    assert value_of(text) == (expected, [])


@pytest.mark.parametrize("text", ["yes", "off", "0755", "0x1F", "1:30", ".inf", "2026-01-31"])
def test_values_that_yaml_would_change_are_refused(text: str) -> None:
    _, problems = value_of(text)
    assert [(one.line, one.remedy) for one in problems] == [(1, "put it in quotes")]


@pytest.mark.parametrize("text", ["4", "1.10", "0755", "2026-01-31"])
def test_a_number_where_a_text_is_wanted_is_kept_as_it_was_written(text: str) -> None:
    assert read(f"text: {text}", lambda fields: fields.text("text")) == (text, [])


def test_lines_count_from_where_the_source_starts_and_block_scalars_from_their_text() -> None:
    text = "a: x\nb: |\n  first\n  second\nc:\n  - one\n  - two\n"

    def reader(fields: Fields) -> tuple[dict[str, int], tuple[int, ...]]:
        fields.text("a"), fields.text("b")
        return fields.lines(), fields.item_lines("c")

    assert read(text, reader, first_line=11) == (({"a": 11, "b": 13, "c": 16}, (16, 17)), [])


def test_all_problems_are_found_in_one_run() -> None:
    _, problems = read(
        "a: yes\nb: [\x31]\nd: 1\n", lambda fields: (fields.text("a"), fields.number("b"), fields.text("c"))
    )
    assert sorted((one.line, one.message) for one in problems) == [
        (1, "YAML reads `yes` as true or false, not as a text"),
        (1, "the file has no `c`"),
        (2, "`b` is not a whole number"),
        (3, "unknown key `d` in the file"),
    ]


def test_a_problem_reads_as_path_line_message_and_remedy() -> None:
    _, problems = read("a: ''\n", lambda fields: fields.text("a"))
    assert [str(one) for one in problems] == ["pack/file.yaml:1: `a` is empty; write a text"]


def test_aliases_cannot_blow_up_a_small_file() -> None:
    levels = "\n".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]" for n in range(1, 12))
    result, problems = read(f"l0: &l0 [x]\n{levels}\n", lambda fields: fields.names())
    assert result is None
    assert [(one.line, one.message) for one in problems] == [(2, "the alias *l0 is used")]


def test_an_ampersand_in_a_text_is_no_alias() -> None:
    assert read("run: a && b &c\n", lambda fields: fields.text("run")) == ("a && b &c", [])


def test_deep_nesting_is_refused() -> None:
    _, problems = value_of("[" * 200 + "]" * 200)
    assert "nested too deeply" in problems[0].message


def test_a_huge_file_is_refused() -> None:
    _, problems = read("a: " + "x" * 1_000_001, lambda fields: fields.text("a"))
    assert problems[0].message == "the file has 1000004 characters"


@pytest.mark.parametrize("text", ["", "# only a comment\n", "- a\n", "text\n"])
def test_a_file_that_is_no_mapping(text: str) -> None:
    result, problems = read(text, lambda fields: fields.names())
    assert result is None
    assert [one.message for one in problems] == ["the file is not a mapping"]


def test_two_documents_are_refused() -> None:
    _, problems = read("a: 1\n---\nb: 2\n", lambda fields: fields.names())
    assert "not valid YAML" in problems[0].message
