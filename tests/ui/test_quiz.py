"""Quizzes on the screen."""

from __future__ import annotations

from textual.pilot import Pilot
from textual.widgets import Static, TextArea

from tests.ui.doubles import FakeServices
from tests.ui.driving import on_screen, open_at, press, settle, text_of
from tutor.ui.screens.home import HomeScreen
from tutor.ui.screens.lesson import LessonScreen
from tutor.ui.screens.quiz import QuizScreen
from tutor.ui.widgets.quiz.choices import Choices

SINGLE, MULTIPLE, RECALL = "smallest-thing", "what-is-replaced", "recall-why"


async def go_to(pilot: Pilot[None], question_id: str) -> QuizScreen:
    """Skip questions until this one is shown."""
    screen = on_screen(pilot, QuizScreen)
    for _ in range(3):
        assert screen.shown is not None
        if screen.shown.question.id == question_id:
            return screen
        await press(pilot, "f3")
    raise AssertionError(f"{question_id} is not asked")


def number_of(screen: QuizScreen, text: str) -> str:
    """The key that chooses the option with this text."""
    options = screen.query_one(Choices).options
    return str(next(place for place, option in enumerate(options, start=1) if option.text == text))


async def test_a_number_answers_and_every_option_says_why(services: FakeServices) -> None:
    async with open_at(services, "quiz:first-steps") as pilot:
        screen = await go_to(pilot, SINGLE)
        await press(pilot, number_of(screen, "A container"))
        text = text_of(pilot)
        assert "Not quite." in text
        assert "Wrong, your answer: A container" in text
        assert "A container is part of a Pod and is never placed by itself." in text
        assert "Right: A Pod" in text
        assert "A Deployment only keeps Pods running." in text
        assert "0 right, 1 wrong" in text


async def test_the_verdict_is_in_view_however_long_the_question_is(services: FakeServices) -> None:
    async with open_at(services, "quiz:first-steps", size=(60, 16)) as pilot:
        screen = await go_to(pilot, SINGLE)
        await screen.body.mount(Static("\n" * 30), before=0)
        await settle(pilot)
        await press(pilot, number_of(screen, "A container"))
        text = text_of(pilot)
        assert "Not quite." in text
        assert text.startswith(f" Question {screen.shown.number if screen.shown else 0} of 3 ")


async def test_space_shows_all_reasons_before_it_goes_on(services: FakeServices) -> None:
    async with open_at(services, "quiz:first-steps", size=(60, 16)) as pilot:
        screen = await go_to(pilot, SINGLE)
        await press(pilot, "1")
        assert "more below" in text_of(pilot)
        asked = screen.shown
        await press(pilot, "space")
        assert screen.shown is asked
        assert "A Deployment only keeps Pods running." in text_of(pilot)
        while screen.shown is asked:
            await press(pilot, "space")


async def test_arrows_and_enter_answer_too(services: FakeServices) -> None:
    async with open_at(services, "quiz:services") as pilot:
        screen = on_screen(pilot, QuizScreen)
        for _ in range(int(number_of(screen, "By their labels")) - 1):
            await press(pilot, "down")
        await press(pilot, "enter")
        assert "Right, your answer: By their labels" in text_of(pilot)


async def test_several_right_answers_are_ticked_and_then_given(services: FakeServices) -> None:
    async with open_at(services, "quiz:first-steps") as pilot:
        screen = await go_to(pilot, MULTIPLE)
        await press(pilot, "enter")
        assert "Choose at least one option" in text_of(pilot)
        for text in ("How many replicas you want", "The labels of the Pods"):
            await press(pilot, number_of(screen, text))
        assert text_of(pilot).count("[x]") == 2
        await press(pilot, "enter")
        assert "Right." in text_of(pilot)


async def test_an_open_question_is_written_compared_and_rated(services: FakeServices) -> None:
    async with open_at(services, "quiz:first-steps") as pilot:
        await go_to(pilot, RECALL)
        screen = on_screen(pilot, QuizScreen)
        screen.query_one(TextArea).text = "They are disposable."
        await settle(pilot)
        await press(pilot, "f2")
        text = text_of(pilot)
        assert "You wrote" in text
        assert "a new one from the same" in text
        assert "✓ found      Pods are disposable." in text
        assert "○ not found  A new one comes from the same template." in text
        await press(pilot, "2")
        assert services.progress.quizzes.last_answers()[RECALL].correct is True


async def test_letters_are_typed_where_text_is_written(services: FakeServices) -> None:
    async with open_at(services, "quiz:first-steps") as pilot:
        screen = await go_to(pilot, RECALL)
        await press(pilot, "s", "q", "2")
        assert screen.query_one(TextArea).text == "sq2"
        await press(pilot, "escape", "s")
        assert screen.shown is not None
        assert screen.shown.question.id != RECALL


async def test_leaving_in_the_middle_goes_on_at_the_same_question_with_the_same_draft(services: FakeServices) -> None:
    async with open_at(services, "quiz:first-steps") as pilot:
        screen = await go_to(pilot, SINGLE)
        await press(pilot, number_of(screen, "A Pod"), "space")
        screen = await go_to(pilot, RECALL)
        screen.query_one(TextArea).text = "half an ans"
        await settle(pilot)
        await press(pilot, "escape", "q")
        on_screen(pilot, HomeScreen)
    async with open_at(FakeServices(services.folder), "quiz:first-steps") as pilot:
        screen = on_screen(pilot, QuizScreen)
        assert "1 right" in text_of(pilot)
        screen = await go_to(pilot, RECALL)
        assert screen.query_one(TextArea).text == "half an ans"


async def test_undo_takes_the_last_answer_back(services: FakeServices) -> None:
    async with open_at(services, "quiz:services") as pilot:
        screen = on_screen(pilot, QuizScreen)
        await press(pilot, number_of(screen, "By their names"))
        assert services.progress.quizzes.last_answers()["how-selected"].correct is False
        await press(pilot, "u")
        assert "Not quite" not in text_of(pilot)
        assert services.progress.quizzes.last_answers() == {}
        await press(pilot, number_of(screen, "By their labels"))
        assert "Right." in text_of(pilot)


async def test_the_end_says_how_it_went_and_where_to_read_again(services: FakeServices) -> None:
    async with open_at(services, "quiz:services") as pilot:
        screen = on_screen(pilot, QuizScreen)
        await press(pilot, "f", number_of(screen, "By their names"), "space")
        text = text_of(pilot)
        assert "0 of 1 right" in text
        assert "A Service finds its Pods by label" in text
        assert "You flagged" in text
        await press(pilot, "tab", "enter")
        assert on_screen(pilot, LessonScreen).page.id == "by-label"


async def test_after_the_end_the_quiz_can_be_taken_again(services: FakeServices) -> None:
    async with open_at(services, "quiz:services") as pilot:
        screen = on_screen(pilot, QuizScreen)
        await press(pilot, number_of(screen, "By their labels"), "space")
        assert "1 of 1 right" in text_of(pilot)
        await press(pilot, "t")
        assert "Question 1 of 1" in text_of(pilot)
        await press(pilot, "q")
        on_screen(pilot, HomeScreen)


async def test_l_opens_the_page_that_answers_the_question(services: FakeServices) -> None:
    async with open_at(services, "quiz:services") as pilot:
        await press(pilot, "l")
        assert on_screen(pilot, LessonScreen).page.id == "by-label"
        await press(pilot, "q")
        on_screen(pilot, QuizScreen)


async def test_a_skipped_question_comes_back(services: FakeServices) -> None:
    async with open_at(services, "quiz:first-steps") as pilot:
        screen = on_screen(pilot, QuizScreen)
        assert screen.shown is not None
        first = screen.shown.question.id
        await press(pilot, "f3", "f3", "f3")
        assert screen.shown.question.id == first
        assert "- - -" in text_of(pilot)
