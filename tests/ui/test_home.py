"""The home screen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.ui.doubles import FakeServices
from tests.ui.driving import WIDE, on_screen, open_at, press, settle, text_of
from tutor.progress import progress_in_memory
from tutor.quiz import lesson_quiz
from tutor.ui.screens.exercises import ExercisesScreen
from tutor.ui.screens.help import HelpScreen
from tutor.ui.screens.home import HomeScreen
from tutor.ui.screens.lesson import LessonScreen
from tutor.ui.screens.progress import ProgressScreen
from tutor.ui.screens.quiz import QuizScreen


async def test_says_what_this_is_only_the_first_time(services: FakeServices) -> None:
    async with open_at(services) as pilot:
        assert "Press enter to begin" in text_of(pilot)
        assert "Begin: First steps" in text_of(pilot)
    async with open_at(FakeServices(services.folder)) as pilot:
        assert "Press enter to begin" not in text_of(pilot)


async def test_enter_begins_the_first_lesson_and_later_continues_where_the_learner_was(services: FakeServices) -> None:
    async with open_at(services) as pilot:
        await press(pilot, "enter", "right", "q")
        on_screen(pilot, HomeScreen)
        assert "Continue: First steps, page 2 of 3" in text_of(pilot)
        await press(pilot, "enter")
        assert on_screen(pilot, LessonScreen).page.id == "manifest"


async def test_shows_how_far_each_lesson_is_in_words(services: FakeServices) -> None:
    services.progress.lessons.mark_read("services", 1, "by-label")
    services.progress.lessons.mark_read("services", 1, "remember")
    async with open_at(services) as pilot:
        line = next(line for line in text_of(pilot).splitlines() if "  2  Services" in line)
        assert "✓ read 2/2" in line
        assert "○ quiz 0/1" in line
        assert "○ exercises 0/1" in line


async def test_a_narrow_map_keeps_every_lesson_on_one_line_and_the_marked_one_marked(services: FakeServices) -> None:
    services.progress.lessons.mark_read("services", 1, "by-label")
    async with open_at(services) as pilot:
        await press(pilot, "end")
        await pilot.resize_terminal(60, 20)
        await settle(pilot)
        head, first, second = (line for line in text_of(pilot).splitlines() if "read" in line or "/" in line)
        assert head.split() == ["read", "quiz", "exercises"]
        assert "1  First steps" in first
        assert second.split()[-6:] == ["◐", "1/2", "○", "0/1", "○", "0/1"]
        assert head.index("quiz") == second.index("○ 0/1")
        marked = on_screen(pilot, HomeScreen).map.highlighted_option
        assert marked is not None
        assert marked.id == "lesson:services"


async def test_offers_due_questions_for_review(services: FakeServices) -> None:
    now = datetime(2030, 1, 1, 9, tzinfo=UTC)
    progress = progress_in_memory(clock=lambda: now)
    services = FakeServices(services.folder, progress)
    quiz = progress.quizzes.start(services.bank, lesson_quiz(services.bank, "services", seed=1))
    quiz.answer([1])
    quiz.finish()
    now += timedelta(days=30)
    async with open_at(services) as pilot:
        assert "Review 1 card, about 1 minute" in text_of(pilot)
        assert "today: 1 due" in text_of(pilot)
        await press(pilot, "r")
        on_screen(pilot, QuizScreen)
        assert "How does a Service find its Pods?" in text_of(pilot)


async def test_says_when_nothing_is_due(services: FakeServices) -> None:
    async with open_at(services) as pilot:
        await press(pilot, "r")
        on_screen(pilot, HomeScreen)
        assert "Nothing is due today" in text_of(pilot)


async def test_letters_open_the_other_screens(services: FakeServices) -> None:
    async with open_at(services) as pilot:
        for key, kind in (("e", ExercisesScreen), ("p", ProgressScreen), ("question_mark", HelpScreen)):
            await press(pilot, key)
            on_screen(pilot, kind)
            await press(pilot, "q")
            on_screen(pilot, HomeScreen)
        await press(pilot, "down", "z")
        assert "First steps" in on_screen(pilot, QuizScreen).title_bar.left.plain


async def test_says_more_about_the_marked_lesson_where_there_is_room(services: FakeServices) -> None:
    async with open_at(services, size=WIDE) as pilot:
        await press(pilot, "end")
        assert "One address for many Pods." in text_of(pilot)


async def test_a_warning_about_progress_stays_in_view(services: FakeServices) -> None:
    class Warned(FakeServices):
        @property
        def progress_warning(self) -> str | None:
            return "The disk is full."

    async with open_at(Warned(services.folder)) as pilot:
        assert "The disk is full." in text_of(pilot)


async def test_q_leaves_the_program(services: FakeServices) -> None:
    async with open_at(services) as pilot:
        await pilot.press("q")
        await pilot.pause()
        assert not pilot.app.is_running
