"""Reading without screens."""

from __future__ import annotations

import json

import pytest

from tutor.cli import main


def test_the_course_map_shows_what_was_read(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lesson", "list"]) == 0
    assert "services" in capsys.readouterr().out
    main(["lesson", "show", "services", "1"])
    capsys.readouterr()
    main(["lesson", "list"])
    line = next(line for line in capsys.readouterr().out.splitlines() if " services " in line)
    assert "read 1/" in line


def test_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    main(["lesson", "list", "--json"])
    lessons = json.loads(capsys.readouterr().out)
    assert len(lessons) == 11
    assert all(lesson["pages"] for lesson in lessons)


@pytest.mark.parametrize("words", [["2"], ["architecture"], ["2", "1"]])
def test_a_lesson_by_number_or_id(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lesson", "show", *words]) == 0
    assert "control plane" in capsys.readouterr().out


def test_diagrams_can_be_read_out(capsys: pytest.CaptureFixture[str]) -> None:
    main(["lesson", "show", "architecture", "1", "--no-diagrams"])
    assert "┌" not in capsys.readouterr().out


@pytest.mark.parametrize("words", [["nope"], ["services", "nope"], ["0"], ["99"]])
def test_a_wrong_name_lists_the_right_ones(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lesson", "show", *words]) == 2
    assert "are: " in capsys.readouterr().err
