"""Exporting, importing and forgetting."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.progress.conftest import HandClock
from tests.progress.test_summary import SERVICES, WHY
from tests.quiz.samples import sample_bank
from tutor.progress import Progress, ProgressError, open_progress
from tutor.quiz import SessionKind, lesson_quiz, review_of

BANK = sample_bank()


def do_something(progress: Progress) -> None:
    progress.lessons.visit("services", 1, "a")
    progress.lessons.mark_read("services", 1, "a")
    progress.quizzes.start(BANK, lesson_quiz(BANK, "services", 1)).answer([0])
    attempt = progress.exercises.start("services-1", 1, "simulated")
    progress.exercises.passed(attempt.id)
    progress.settings.set("cluster", "simulated")


@pytest.fixture
def other(tmp_path: Path, clock: HandClock) -> Progress:
    return open_progress(tmp_path / "other.db", clock=clock, carry_on=False)


def test_an_export_brings_everything_to_another_machine(progress: Progress, other: Progress, tmp_path: Path) -> None:
    do_something(progress)
    progress.export(tmp_path / "export.json")
    imported = other.import_from(tmp_path / "export.json")
    assert (imported.updated, imported.kept) == (0, 0)
    assert other.summary([SERVICES, WHY]) == progress.summary([SERVICES, WHY])
    assert other.quizzes.resume(BANK, SessionKind.LESSON, "services") is not None
    assert other.settings.get("cluster") == "simulated"
    other.close()


def test_importing_twice_changes_nothing_more(progress: Progress, other: Progress, tmp_path: Path) -> None:
    do_something(progress)
    progress.export(tmp_path / "export.json")
    first = other.import_from(tmp_path / "export.json")
    second = other.import_from(tmp_path / "export.json")
    assert (second.added, second.updated, second.kept) == (0, 0, first.added)
    other.close()


def test_merging_keeps_the_events_of_both_and_the_newer_state(
    progress: Progress, other: Progress, clock: HandClock, tmp_path: Path
) -> None:
    progress.quizzes.start(BANK, review_of(BANK, ["s1"], 1)).answer([1])
    progress.lessons.visit("services", 1, "a")
    clock.go_on(days=1)
    other.quizzes.start(BANK, review_of(BANK, ["s1"], 1)).answer([0])
    other.lessons.visit("services", 1, "b")
    newer = other.cards.get("s1")
    progress.export(tmp_path / "export.json")
    other.import_from(tmp_path / "export.json")
    assert [answer.correct for answer in other.quizzes.answers_to("s1")] == [False, True]
    assert other.cards.get("s1") == newer
    position = other.lessons.position("services")
    assert position is not None
    assert position.page_id == "b"
    other.close()


def test_replacing_forgets_what_was_there(progress: Progress, other: Progress, tmp_path: Path) -> None:
    do_something(progress)
    other.lessons.visit("why", 1, "a")
    progress.export(tmp_path / "export.json")
    other.import_from(tmp_path / "export.json", replace=True)
    assert other.lessons.position("why") is None
    assert other.summary([SERVICES, WHY]) == progress.summary([SERVICES, WHY])
    other.close()


def _set_row(table: str, column: str, value: Any) -> Callable[[dict[str, Any]], None]:
    def change(data: dict[str, Any]) -> None:
        data["tables"][table][0][column] = value

    return change


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda data: data.update(format="something else"), "not an export"),
        (lambda data: data.update(version=99), "later version"),
        (lambda data: data.update(version="1"), "incomplete"),
        (lambda data: data.pop("tables"), "incomplete"),
        (lambda data: data["tables"].update(surprise=[]), "unknown part"),
        (lambda data: data["tables"].update(answer={}), "unknown part"),
        (lambda data: data["tables"]["answer"][0].pop("chosen"), "answer, row 1"),
        (lambda data: data["tables"]["answer"].append(data["tables"]["answer"][0]), "contradict"),
        (_set_row("answer", "answered_at", "yesterday"), "answered_at is 'yesterday'"),
        (_set_row("answer", "chosen", "[0"), "chosen is"),
        (_set_row("card", "stability", "a lot"), "stability is 'a lot'"),
        (_set_row("quiz_session", "state", "{}"), "state is"),
        (_set_row("lesson", "page_id", None), "page_id is None"),
    ],
)
def test_a_damaged_export_is_refused_whole(
    progress: Progress, other: Progress, tmp_path: Path, damage: Callable[[dict[str, Any]], None], message: str
) -> None:
    do_something(progress)
    path = tmp_path / "export.json"
    progress.export(path)
    data = json.loads(path.read_text(encoding="utf-8"))
    damage(data)
    path.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(ProgressError, match=message):
        other.import_from(path)
    assert other.summary([SERVICES, WHY]).percent == 0
    other.close()


@pytest.mark.parametrize("content", ["{", "[]", "\x00"])
def test_what_is_no_export_at_all_is_refused(progress: Progress, tmp_path: Path, content: str) -> None:
    path = tmp_path / "export.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ProgressError, match="export"):
        progress.import_from(path)


def test_files_that_cannot_be_read_or_written_are_named(progress: Progress, tmp_path: Path) -> None:
    with pytest.raises(ProgressError, match=r"missing\.json cannot be read"):
        progress.import_from(tmp_path / "missing.json")
    with pytest.raises(ProgressError, match="cannot be written"):
        progress.export(tmp_path / "no-such-folder" / "export.json")


def test_exporting_replaces_the_file_and_leaves_no_other(progress: Progress, tmp_path: Path) -> None:
    folder = tmp_path / "exports"
    folder.mkdir()
    progress.export(folder / "export.json")
    progress.export(folder / "export.json")
    assert [path.name for path in folder.iterdir()] == ["export.json"]


def test_resetting_forgets_everything(progress: Progress) -> None:
    do_something(progress)
    progress.reset()
    assert progress.summary([SERVICES, WHY]).percent == 0
    assert progress.settings.get("cluster") is None
    assert progress.cards.all() == []


def test_resetting_a_lesson_leaves_the_others(progress: Progress) -> None:
    do_something(progress)
    progress.lessons.mark_read("why", 1, "a")
    progress.quizzes.start(BANK, review_of(BANK, ["m1"], 1)).answer([0, 2])
    progress.reset_lesson(SERVICES)
    services, why = progress.summary([SERVICES, WHY]).lessons
    assert (services.read.begun, services.quiz.begun, services.exercises.begun) == (False, False, False)
    assert (why.read.done, why.quiz.done) == (1, 1)
    assert progress.quizzes.resume(BANK, SessionKind.LESSON, "services") is None
