"""What the home screen and the report say."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from tests.progress.conftest import HandClock
from tests.quiz.samples import quiz, sample_bank, single
from tutor.course.model import Exercise, Lesson, Page
from tutor.progress import LessonContents, Progress, Tally, contents_of
from tutor.quiz import QuestionBank, lesson_quiz, review_of

BANK = sample_bank()


def lesson(
    lesson_id: str, questions: Mapping[str, int] | None = None, pages: tuple[str, ...] = ("a", "b")
) -> LessonContents:
    return LessonContents(lesson_id, lesson_id.title(), 1, pages, questions or {}, {f"{lesson_id}-1": 1})


SERVICES = lesson("services", {f"s{number}": 1 for number in range(1, 6)})
WHY = lesson("why", {"m1": 1, "r1": 1})


def test_nothing_done_yet(progress: Progress) -> None:
    summary = progress.summary([SERVICES, WHY])
    assert (summary.percent, summary.due, summary.next_due, summary.position) == (0, (), None, None)
    assert summary.lessons[0].quiz == Tally(0, 5, begun=False)


def test_each_lesson_counts_what_was_done_in_it(progress: Progress) -> None:
    progress.lessons.visit("services", 1, "b")
    progress.lessons.mark_read("services", 1, "a")
    session = progress.quizzes.start(BANK, lesson_quiz(BANK, "services", 1))
    session.answer([0])
    session.answer([1])
    progress.exercises.passed(progress.exercises.start("services-1", 1, "simulated").id)
    progress.exercises.start("why-1", 1, "simulated")
    summary = progress.summary([SERVICES, WHY])
    services, why = summary.lessons
    assert services.read == Tally(1, 2, begun=True)
    assert services.quiz == Tally(1, 5, begun=True)
    assert services.exercises.complete
    assert why.exercises == Tally(0, 1, begun=True)
    assert summary.position is not None
    assert summary.position.page_id == "b"
    assert summary.percent == 100 * 3 // 13


def test_the_latest_answer_to_a_question_counts(progress: Progress) -> None:
    for chosen, right in (([1], 0), ([0], 1), ([2], 0)):
        progress.quizzes.start(BANK, review_of(BANK, ["s1"], 1)).answer(chosen)
        assert progress.summary([SERVICES]).lessons[0].quiz.done == right


def test_an_answer_to_an_earlier_version_does_not_count(progress: Progress) -> None:
    progress.quizzes.start(BANK, review_of(BANK, ["s1"], 1)).answer([0])
    assert progress.summary([lesson("services", {"s1": 2})]).lessons[0].quiz == Tally(0, 1, begun=False)


def test_pages_and_positions_the_course_lost_do_not_count(progress: Progress) -> None:
    progress.lessons.mark_read("services", 1, "gone")
    progress.lessons.visit("services", 1, "gone")
    summary = progress.summary([SERVICES])
    assert summary.lessons[0].read.done == 0
    assert summary.position is None


def test_a_little_of_much_is_more_than_nothing(progress: Progress) -> None:
    progress.lessons.mark_read("why", 1, "0")
    contents = lesson("why", {}, pages=tuple(str(number) for number in range(300)))
    assert progress.summary([contents]).percent == 1


def test_a_hundred_percent_needs_everything(progress: Progress) -> None:
    contents = lesson("why", {}, pages=("a",))
    progress.lessons.mark_read("why", 1, "a")
    assert progress.summary([contents]).percent == 50
    progress.exercises.passed(progress.exercises.start("why-1", 1, "kind").id)
    assert progress.summary([contents]).percent == 100


def test_the_report_is_json_and_text(progress: Progress, clock: HandClock) -> None:
    progress.lessons.visit("services", 1, "a")
    progress.quizzes.start(BANK, review_of(BANK, ["s1"], 1)).answer([1])
    progress.exercises.note_hint(progress.exercises.start("services-1", 1, "kind").id)
    clock.go_on(days=2)
    report = json.loads(json.dumps(progress.report([SERVICES, WHY])))
    assert report["continue"] == {"lesson": "services", "page": "a"}
    assert report["answers"] == {"given": 1, "right": 0}
    assert report["exercises"] == {"attempts": 1, "passed": 0, "hints": 1, "solutions": 0}
    assert report["reviews"]["due"] == 1
    lines = progress.report_lines([SERVICES, WHY])
    assert lines[0] == "Progress: 0 %"
    assert any("Services" in line and "0/5" in line for line in lines)
    assert "Exercises: 1 attempt, 0 passed, 1 hint, 0 solutions shown" in lines
    assert max(map(len, lines)) <= 80
    narrow = progress.report_lines([replace(SERVICES, title="A title of a lesson"), WHY], 56)
    assert narrow[2].startswith(" 1  A title of a…  pages ")


def test_a_summary_of_years_of_work_is_quick(progress: Progress, clock: HandClock) -> None:
    """The budget is 10 ms; the bound here leaves room for a slow machine and still notices a query that reads per row."""
    many = {f"q{number}": 1 for number in range(200)}
    bank = QuestionBank([quiz("long", *(single(question_id) for question_id in many))])
    for seed in range(3):
        session = progress.quizzes.start(bank, lesson_quiz(bank, "long", seed))
        for _ in range(100):
            session.answer([0])
    contents = [lesson("long", many)] + [lesson(f"l{number}") for number in range(20)]
    started = time.perf_counter()
    progress.summary(contents)
    assert time.perf_counter() - started < 0.1


def test_the_contents_of_a_course_come_from_its_lessons() -> None:
    path = Path("lesson.md")
    page = Page("a", "A", "text", path, 1)
    model = Lesson("services", 3, "Services", (4,), 5, "summary", (page,), 1, path, ("fix",))
    exercise = Exercise("fix", 2, "Fix", (4,), 5, 1, "default", "", (), (), "", "", "services", path)
    contents = contents_of([model], {"services": quiz("services", single("s1"))}, {"fix": exercise})
    assert contents == [LessonContents("services", "Services", 3, ("a",), {"s1": 1}, {"fix": 2})]
