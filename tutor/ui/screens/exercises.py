"""All exercises, lesson by lesson, with how far each is."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.widgets.option_list import Option

from tutor.course.model import Exercise, Lesson
from tutor.ui.keys import bind
from tutor.ui.screens.base import TutorScreen
from tutor.ui.text import cells
from tutor.ui.widgets.frame.menu import Menu

FULL_WIDTH = 80
"""Columns from which minutes, level and state have room beside the title."""
LEVELS = {1: "easy", 2: "medium", 3: "hard"}


class ExercisesScreen(TutorScreen[None]):
    """The list of exercises; with a lesson, its exercises are marked first."""

    CSS = "ExercisesScreen Menu { height: 1fr; padding: 0 1; }"
    TITLE_TEXT = "Exercises"
    HELP_TEXT = "✓ means solved, ◐ begun, ○ not begun. An exercise you have begun goes on where you left it."
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("n", "next_open", "Next unsolved", "Mark the next exercise that is not solved."),
        bind("l", "lesson", "Lesson", "Open the lesson the marked exercise belongs to."),
    ]

    def __init__(self, lesson_id: str | None = None) -> None:
        super().__init__()
        self._lesson_id = lesson_id
        self._narrow = False

    def compose_body(self) -> ComposeResult:
        yield Menu(id="exercises")

    @property
    def menu(self) -> Menu:
        """The list."""
        return self.query_one(Menu)

    def on_mount(self) -> None:
        """Fill the list and mark where to begin."""
        self._fill()
        ids = [option.id for option in self.menu.options]
        own = [ids.index(exercise.id) for exercise in self._exercises() if exercise.lesson == self._lesson_id]
        if own:
            self.menu.mark(own[0])
        elif not ids:
            self.notify("This course has no exercises yet.")

    def on_resize(self) -> None:
        """Write shorter or longer lines where the width makes a difference to them."""
        if self._narrow != (self.app.size.width < FULL_WIDTH):
            self._fill()

    def on_screen_resume(self) -> None:
        """Show what has changed meanwhile."""
        self._fill()

    def _exercises(self) -> list[Exercise]:
        pack = self.services.pack
        return [exercise for lesson in pack.lessons for exercise in pack.exercises_of(lesson.id)]

    def _fill(self) -> None:
        marked = self.menu.highlighted
        options: list[Option] = []
        solved = 0
        self._narrow = narrow = self.app.size.width < FULL_WIDTH
        for lesson in self.services.pack.lessons:
            exercises = self.services.pack.exercises_of(lesson.id)
            if exercises:
                options.append(Option(_heading(lesson), disabled=True))
            for exercise in exercises:
                state = self._state(exercise)
                solved += state.startswith("✓")
                options.append(Option(_line(exercise, state, narrow=narrow), id=exercise.id))
        self.menu.set_options(options)
        self.menu.mark(1 if marked is None else marked)
        self.title_bar.show("Exercises", f"{solved} of {len(self._exercises())} solved")

    def _state(self, exercise: Exercise) -> str:
        attempts = self.services.progress.exercises.history(exercise.id)
        passed = [attempt for attempt in attempts if attempt.passed]
        if any(not attempt.solution_shown for attempt in passed):
            return "✓ solved"
        if passed:
            return "✓ solved, solution seen"
        return "◐ begun" if attempts else "○ not begun"

    @on(Menu.OptionSelected, "#exercises")
    def open_exercise(self, event: Menu.OptionSelected) -> None:
        """Open the exercise."""
        self.tutor.action_follow(f"exercise:{event.option.id}")

    def action_next_open(self) -> None:
        """Mark the next exercise that is not solved, going round at the end."""
        start = (self.menu.highlighted or 0) + 1
        places = [*range(start, self.menu.option_count), *range(start)]
        for place in places:
            option_id = self.menu.get_option_at_index(place).id
            if option_id and not self._state(self.services.pack.exercise(option_id)).startswith("✓"):
                self.menu.mark(place)
                return
        self.notify("Every exercise is solved.")

    def action_lesson(self) -> None:
        """Open the lesson of the marked exercise."""
        option = self.menu.highlighted_option
        if option and option.id:
            self.tutor.action_follow(f"lesson:{self.services.pack.exercise(option.id).lesson}")


def _heading(lesson: Lesson) -> Content:
    return Content.styled(f"{lesson.number} {lesson.title}", "bold $text-primary")


def _line(exercise: Exercise, state: str, *, narrow: bool) -> Content:
    if narrow:
        return Content(f"  {cells(exercise.title, 35)} {cells(f'{exercise.minutes} min', 6)} {state.partition(',')[0]}")
    level = LEVELS.get(exercise.level, "")
    return Content(f"  {cells(exercise.title, 40)} {cells(f'{exercise.minutes} min', 7)} {cells(level, 7)} {state}")
