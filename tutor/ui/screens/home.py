"""The first screen: the course with what has been done, and where to go on."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Static
from textual.widgets.option_list import Option

from tutor.progress import Summary
from tutor.ui.keys import bind
from tutor.ui.screens.base import TutorScreen
from tutor.ui.screens.course_map import MapWidth, head_line, lesson_line
from tutor.ui.text import bar
from tutor.ui.widgets.frame.menu import Menu

WELCOME = (
    "Read a lesson, answer its quiz, then do it yourself on a cluster that runs\n"
    "inside this program: nothing to install, and every step is saved as you go.\n"
    "Press enter to begin, the arrow keys to choose, ? for help on any screen."
)
SECONDS_PER_CARD = 40


class HomeScreen(TutorScreen[None]):
    """The course map. Its rules in home.tcss are loaded by the app, as Textual loads none for a default screen."""

    TITLE_TEXT = "The course"
    HELP_TEXT = (
        "Every line is a lesson with its reading, its quiz and its exercises. ✓ means done, ◐ begun, ○ not begun. "
        "Reviews bring questions back when you are about to forget them."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("r", "review", "Review", "Answer the questions that are due today."),
        bind("z", "quiz", "Quiz", "Take the quiz of the marked lesson."),
        bind("e", "exercises", "Exercises", "List all exercises."),
        bind("slash", "search", "Search", "Search all lessons."),
        bind("c", "cluster", "Cluster", "Choose the cluster exercises are played on."),
        bind("p", "progress", "Progress", "Show everything you have done so far.", show=False),
        bind("comma", "settings", "Settings", "Choose colours and how diagrams are drawn.", show=False),
        bind("q", "leave", "Quit", "End the program. Nothing is lost."),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._laid_out: MapWidth | None = None

    def compose_body(self) -> ComposeResult:
        yield Static(id="notice")
        with Horizontal():
            yield Menu(id="map")
            yield Static(id="about")
        yield Static(id="cluster")

    def on_mount(self) -> None:
        """Fill the map, and say on the very first start what this is."""
        first = self.services.settings.first_time("home")
        warning = self.services.progress_warning
        self.query_one("#notice", Static).update(Content(warning or (WELCOME if first else "")))
        self.query_one("#notice").display = bool(first or warning)

    def on_screen_suspend(self) -> None:
        """Whoever has gone on knows what this is."""
        self.query_one("#notice").display = bool(self.services.progress_warning)

    def on_screen_resume(self) -> None:
        """Show what has changed meanwhile."""
        self._fill()

    def on_resize(self) -> None:
        """Lay the map out anew where the width makes a difference to it."""
        if self._laid_out is not MapWidth.of(self.app.size.width):
            self._fill()

    @property
    def map(self) -> Menu:
        """The list of things to open."""
        return self.query_one("#map", Menu)

    def _fill(self) -> None:
        summary = self.services.progress.summary(self.services.contents)
        self.title_bar.show(self.services.pack.course.title, _today(summary))
        options = self._actions(summary)
        current = summary.position.lesson_id if summary.position else None
        self._laid_out = width = MapWidth.of(self.app.size.width)
        if width is MapWidth.NARROW:
            options.append(Option(head_line(), disabled=True))
        for number, lesson in enumerate(summary.lessons, start=1):
            options.append(Option(lesson_line(number, lesson, lesson.id == current, width), id=f"lesson:{lesson.id}"))
        marked = self.map.highlighted_option
        self.map.set_options(options)
        self.map.mark_id(marked.id if marked else None)
        self.query_one("#cluster", Static).update(self._cluster_line())
        self.map.focus()

    def _actions(self, summary: Summary) -> list[Option | None]:
        options: list[Option | None] = [Option(self._continue_line(summary), id="continue")]
        if summary.due:
            minutes = max(1, round(len(summary.due) * SECONDS_PER_CARD / 60))
            cards = "1 card" if len(summary.due) == 1 else f"{len(summary.due)} cards"
            about = f"about {minutes} minute{'s' if minutes > 1 else ''}"
            options.append(Option(Content(f"Review {cards}, {about}"), id="review"))
        return [*options, None]

    def _continue_line(self, summary: Summary) -> Content:
        position = summary.position
        if position is None:
            first = self.services.pack.lessons[0]
            return Content.assemble(("Begin: ", "bold"), f"{first.title}, {first.minutes} minutes")
        lesson = self.services.pack.lesson(position.lesson_id)
        number = [page.id for page in lesson.pages].index(position.page_id) + 1
        return Content.assemble(("Continue: ", "bold"), f"{lesson.title}, page {number} of {len(lesson.pages)}")

    def _cluster_line(self) -> Content:
        running = self.services.open_cluster is not None
        state = "running" if running else "starts when you open an exercise"
        return Content.assemble(("Cluster: ", "bold"), f"{self.services.cluster_spec}, {state}")

    @on(Menu.OptionHighlighted)
    def show_about(self, event: Menu.OptionHighlighted) -> None:
        """Say more about the marked lesson, where there is room."""
        lesson_id = self._lesson_of(event.option.id)
        self.query_one("#about", Static).update(self._about(lesson_id) if lesson_id else Content())

    def _about(self, lesson_id: str) -> Content:
        pack = self.services.pack
        lesson = pack.lesson(lesson_id)
        pages = "\n".join(f"  {page.title}" for page in lesson.pages)
        exercises = "\n".join(
            f"  {exercise.title}, {exercise.minutes} min" for exercise in pack.exercises_of(lesson_id)
        )
        parts: list[Content | tuple[str, str] | str] = [
            (f"{lesson.number}  {lesson.title}", "bold"),
            f"\n\n{lesson.summary}\n\n",
            (f"Reading, {lesson.minutes} minutes\n", "bold"),
            pages,
        ]
        if exercises:
            parts += [("\n\nExercises\n", "bold"), exercises]
        return Content.assemble(*parts)

    def _lesson_of(self, option_id: str | None) -> str | None:
        if option_id == "continue":
            position = self.services.progress.lessons.last()
            known = {lesson.id for lesson in self.services.pack.lessons}
            return position.lesson_id if position and position.lesson_id in known else self.services.pack.lessons[0].id
        return option_id.removeprefix("lesson:") if option_id and option_id.startswith("lesson:") else None

    @on(Menu.OptionSelected)
    def open_option(self, event: Menu.OptionSelected) -> None:
        """Open what was chosen."""
        if event.option.id == "review":
            self.action_review()
        elif lesson_id := self._lesson_of(event.option.id):
            self.tutor.action_follow(f"lesson:{lesson_id}")

    def action_close(self) -> None:
        """Stay: nothing is open here, and whoever presses escape to get back to the map has not asked for its end."""
        self.notify("This is the first screen. q ends the program.")

    def action_review(self) -> None:
        """Open the review of due questions."""
        from tutor.ui.screens.quiz import QuizScreen

        due = self.services.progress.summary(self.services.contents).due
        if due:
            self.app.push_screen(QuizScreen.review(self.services, due))
        else:
            self.notify("Nothing is due today. Questions come back here after you have answered them in a quiz.")

    def action_quiz(self) -> None:
        """Open the quiz of the marked lesson."""
        option = self.map.highlighted_option
        lesson_id = self._lesson_of(option.id if option else None)
        if lesson_id:
            self.tutor.action_follow(f"quiz:{lesson_id}")

    def action_exercises(self) -> None:
        """Open the list of exercises."""
        from tutor.ui.screens.exercises import ExercisesScreen

        self.app.push_screen(ExercisesScreen())

    def action_search(self) -> None:
        """Open the search."""
        from tutor.ui.screens.search import SearchScreen

        self.app.push_screen(SearchScreen())

    def action_cluster(self) -> None:
        """Open the choice of clusters."""
        from tutor.ui.screens.clusters import ClusterScreen

        self.app.push_screen(ClusterScreen())

    def action_settings(self) -> None:
        """Open the settings."""
        from tutor.ui.screens.settings import SettingsScreen

        self.app.push_screen(SettingsScreen())

    def action_progress(self) -> None:
        """Open the report of progress."""
        from tutor.ui.screens.progress import ProgressScreen

        self.app.push_screen(ProgressScreen())


def _today(summary: Summary) -> Content:
    return Content(f"today: {len(summary.due)} due   {bar(summary.percent, 100)} {summary.percent} %")
