"""The lesson reader: one page at a time, with the contents, search, and manifests to take along."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widget import Widget
from textual.widgets.option_list import Option

from tutor.course import PackError
from tutor.course.loading.scenarios import scenario_path
from tutor.course.model import Lesson, Page, Paragraph
from tutor.ui.keys import bind
from tutor.ui.manifests import save_manifest
from tutor.ui.screens.base import TutorScreen
from tutor.ui.screens.lesson_end import next_steps
from tutor.ui.text import bar
from tutor.ui.widgets.frame.menu import Menu
from tutor.ui.widgets.reading.page_view import PageView
from tutor.ui.widgets.reading.prose import Prose


class LessonScreen(TutorScreen[None]):
    """One lesson, open at one page."""

    CSS_PATH = "lesson.tcss"
    AUTO_FOCUS = ""
    TITLE_TEXT = "Lesson"
    HELP_TEXT = (
        "Space goes through the lesson like a book: a screenful on, then to the next page. Tab marks links, code and "
        "diagrams; enter follows a marked link, left and right scroll a marked block that is too wide."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("space", "forward", "Next", "Scroll on; at the end of a page go to the next one."),
        bind("o", "contents", "Contents", "Show the pages of this lesson."),
        bind("z", "quiz", "Quiz", "Take the quiz of this lesson."),
        bind("e", "exercise", "Exercise", "Open the exercises of this lesson."),
        bind("y", "copy", "Copy", "Copy the code in view."),
        bind("s", "save", "Save", "Save the manifest in view as a file in your workspace."),
        bind("t", "try", "Try", "Watch what this page is about in a cluster of its own, step by step."),
        bind("a", "words", "Words", "Show diagrams as text, or as drawings again."),
        bind("b", "backward", "Back", "Scroll back; at the start of a page go to the one before."),
        bind("slash", "search", "Search", "Search all lessons."),
        bind("right,n", "turn(1)", "Next page", "Go to the next page.", show=False, name="next-page"),
        bind("left,p", "turn(-1)", "Page before", "Go to the page before.", show=False, name="previous-page"),
        bind("down,j", "scroll(1)", "Down", "Scroll a line down.", show=False, name="scroll-down"),
        bind("up,k", "scroll(-1)", "Up", "Scroll a line up.", show=False, name="scroll-up"),
        bind("pagedown", "forward", "Page down", "Same as space.", show=False, name="page-down"),
        bind("pageup", "backward", "Page up", "Same as b.", show=False, name="page-up"),
        bind("home", "ends(-1)", "Top", "Go to the top of the page.", show=False, name="top"),
        bind("end", "ends(1)", "End", "Go to the end of the page.", show=False, name="end"),
    ]

    def __init__(self, lesson: Lesson, page_id: str | None = None) -> None:
        super().__init__()
        self.lesson = lesson
        self.index = 0
        self._wanted = page_id

    def compose_body(self) -> ComposeResult:
        with Horizontal():
            yield Menu(id="contents")
            yield PageView()

    @property
    def page(self) -> Page:
        """The page that is open."""
        return self.lesson.pages[self.index]

    @property
    def view(self) -> PageView:
        """Where the page is shown."""
        return self.query_one(PageView)

    @property
    def contents(self) -> Menu:
        """The list of pages."""
        return self.query_one("#contents", Menu)

    def on_mount(self) -> None:
        """Open the page asked for, or the one where the learner was."""
        self.open(self.lesson, self._wanted)

    def open(self, lesson: Lesson, page_id: str | None = None) -> None:
        """Turn to a page of a lesson; without a page, to where the learner was in it."""
        position = self.services.progress.lessons.position(lesson.id)
        wanted = page_id or (position.page_id if position else None)
        ids = [page.id for page in lesson.pages]
        self.lesson = lesson
        self._go(ids.index(wanted) if wanted in ids else 0)

    def _go(self, index: int) -> None:
        self.index = index
        lessons = self.services.progress.lessons
        lessons.visit(self.lesson.id, self.lesson.version, self.page.id)
        self._show_page()

    @work(exclusive=True, group="page", exit_on_error=True)
    async def _show_page(self) -> None:
        page, settings = self.page, self.services.settings
        self._show_contents()
        self.set_focus(None)
        try:
            await self.view.show(
                page,
                self._what_next(),
                diagrams_as_text=settings.diagrams_as_text,
                ascii_only=settings.ascii_diagrams,
            )
        except PackError as error:
            await self.view.remove_children()
            await self.view.mount(Prose([Paragraph(f"This page cannot be shown. {error}")]))
        self.refresh_bindings()
        self.call_after_refresh(self._note_reading)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what this page has."""
        view, pack = self.view, self.services.pack
        match action:
            case "copy":
                return view.chosen_code() is not None
            case "save":
                return view.chosen_code(manifest=True) is not None
            case "try":
                return self._scenario.is_file()
            case "words":
                return bool(view.diagrams)
            case "quiz":
                return self.lesson.id in pack.quizzes
            case "exercise":
                return bool(self.lesson.exercises)
        return True

    def _show_place(self) -> None:
        number, total = self.index + 1, len(self.lesson.pages)
        more = "" if self.view.at_end else "▼ more below   "
        place = f"{self.lesson.number} {self.lesson.title} ─ page {number} of {total}"
        self.title_bar.show(place, f"{more}{bar(number, total)}")

    def _show_contents(self) -> None:
        read = self.services.progress.lessons.pages_read(self.lesson.id)
        marks = [("✓" if page.id in read else "○") for page in self.lesson.pages]
        options = [
            Option(Content.assemble(f"{mark} ", (page.title, "bold" if page is self.page else "")))
            for mark, page in zip(marks, self.lesson.pages, strict=True)
        ]
        self.contents.set_options(options)
        self.contents.mark(self.index)
        self.contents.border_title = "Contents"

    @property
    def _scenario(self) -> Path:
        """Where the live diagram of this page is, if it has one."""
        return scenario_path(self.lesson, self.page.id)

    def _what_next(self) -> list[Widget]:
        """Below a page with a live diagram how to start it; below the last page the quiz, the exercises and the lesson after
        this one."""
        if self._scenario.is_file():
            return [Prose([Paragraph("**▶ Live.** Press t to watch this happen in a cluster, step by step.")])]
        if self.index + 1 < len(self.lesson.pages):
            return []
        steps = next_steps(self.services.pack, self.lesson)
        return [Prose([Paragraph("**What next**"), *map(Paragraph, steps)], classes="next")] if steps else []

    def _note_reading(self) -> None:
        """A page counts as read once its end has been in view."""
        lessons = self.services.progress.lessons
        if self.view.at_end and self.page.id not in lessons.pages_read(self.lesson.id):
            lessons.mark_read(self.lesson.id, self.lesson.version, self.page.id)
            self._show_contents()
        self._show_place()

    def action_forward(self) -> None:
        """Scroll a screenful on, or turn the page."""
        if self.view.at_end:
            self.action_turn(1)
        else:
            self.view.scroll_page_down(animate=False)
            self.call_after_refresh(self._note_reading)

    def action_backward(self) -> None:
        """Scroll a screenful back, or turn back."""
        if self.view.at_start:
            self.action_turn(-1)
        else:
            self.view.scroll_page_up(animate=False)
            self.call_after_refresh(self._note_reading)

    def action_turn(self, direction: int) -> None:
        """Go to the next page or the one before, also into the next lesson or the one before."""
        index = self.index + direction
        if 0 <= index < len(self.lesson.pages):
            self._go(index)
            return
        pack = self.services.pack
        lesson = pack.next(self.lesson.id) if direction > 0 else pack.previous(self.lesson.id)
        if lesson is None:
            self.notify("This is the end of the course." if direction > 0 else "This is the first page.", timeout=2)
            return
        self.lesson = lesson
        self._go(0 if direction > 0 else len(lesson.pages) - 1)

    def action_scroll(self, direction: int) -> None:
        """Scroll by a line."""
        self.view.scroll_relative(y=direction, animate=False)
        self.call_after_refresh(self._note_reading)

    def action_ends(self, direction: int) -> None:
        """Go to the top or the end of the page."""
        if direction < 0:
            self.view.scroll_home(animate=False)
        else:
            self.view.scroll_end(animate=False)
        self.call_after_refresh(self._note_reading)

    def action_contents(self) -> None:
        """Go to the contents, opening them where there is no room for both; from there, back to the page."""
        if self.contents.has_focus:
            self._close_contents()
            return
        self.add_class("-contents")
        self.contents.focus()

    def _close_contents(self) -> None:
        self.remove_class("-contents")
        self.set_focus(None)

    @on(Menu.OptionSelected, "#contents")
    def open_page(self, event: Menu.OptionSelected) -> None:
        """Turn to the page chosen from the contents."""
        self._close_contents()
        self._go(event.option_index)

    def action_close(self) -> None:
        """Close the contents or let go of a marked block, else leave."""
        if self.contents.has_focus:
            self._close_contents()
        elif self.focused is not None:
            self.set_focus(None)
        else:
            self.action_leave()

    def action_try(self) -> None:
        """Open the live diagram of this page."""
        from tutor.course.loading.scenarios import load_scenario
        from tutor.ui.screens.live import LiveScreen

        try:
            scenario = load_scenario(self._scenario)
        except PackError as error:
            self.notify(f"The live diagram cannot be read. {error}", severity="error", timeout=8)
        else:
            self.app.push_screen(LiveScreen(self.services, scenario))

    def action_words(self) -> None:
        """Exchange drawings and their text alternatives."""
        settings = self.services.settings
        settings.diagrams_as_text = not settings.diagrams_as_text
        for diagram in self.view.diagrams:
            diagram.show_as_text(settings.diagrams_as_text)

    def action_copy(self) -> None:
        """Copy the code in view."""
        block = self.view.chosen_code()
        if block is not None:
            self.tutor.copy_text(block.code.text, block.code.filename or "the code")

    def action_save(self) -> None:
        """Save the manifest in view."""
        block = self.view.chosen_code(manifest=True)
        if block is None or block.code.filename is None:
            return
        try:
            path = save_manifest(self.services.lesson_workspace, block.code.filename, block.code.text)
        except OSError as error:
            self.notify(f"It could not be saved: {error}.", severity="error", timeout=8)
        else:
            self.notify(f"Saved as {path}.", timeout=6)

    def action_search(self) -> None:
        """Open the search."""
        from tutor.ui.screens.search import SearchScreen

        self.app.push_screen(SearchScreen())

    def action_quiz(self) -> None:
        """Open the quiz of this lesson."""
        self.tutor.action_follow(f"quiz:{self.lesson.id}")

    def action_exercise(self) -> None:
        """Open this lesson's exercise, or the list when there are several."""
        exercises = self.services.pack.exercises_of(self.lesson.id)
        if len(exercises) == 1:
            self.tutor.action_follow(f"exercise:{exercises[0].id}")
            return
        from tutor.ui.screens.exercises import ExercisesScreen

        self.app.push_screen(ExercisesScreen(self.lesson.id))
