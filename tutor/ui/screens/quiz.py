"""A quiz: one question at a time, the reasons in place right after the answer, everything kept as it is given."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import TextArea

from tutor.course.model import Paragraph, Question
from tutor.progress import RecordedSession
from tutor.quiz import Mark, Rating, SessionKind, Shown, Status, coverage, lesson_quiz, review_of
from tutor.ui.keys import bind
from tutor.ui.screens.base import TutorScreen
from tutor.ui.services import Services
from tutor.ui.widgets.quiz.choices import Choices
from tutor.ui.widgets.quiz.recall import RecallAnswer, RecallReview
from tutor.ui.widgets.quiz.summary import standing, summary_blocks
from tutor.ui.widgets.reading.blocks import markdown_widgets
from tutor.ui.widgets.reading.prose import Prose

ROOM_FOR_MARKS = 72
"""Columns from which a mark for each question has room in the title."""
REVIEW_LIMIT = 20
"""Questions of one review; more than that tires, and the rest stays due."""


class QuizScreen(TutorScreen[None]):
    """A session of questions."""

    CSS_PATH = "quiz.tcss"
    AUTO_FOCUS = ""
    TITLE_TEXT = "Quiz"
    HELP_TEXT = (
        "Answer with the number of an option. Where several are right, numbers tick options and enter answers. Open "
        "questions are answered in your head or in writing: F2 shows a model answer and you say how it went. "
        "You can stop at any time; the quiz goes on at the same question."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("space,enter", "go_on", "Next", "Go on to the next question."),
        bind("f2", "reveal", "Model answer", "Show the model answer and compare."),
        bind("1,a", "rate('again')", "Again", "I did not know it: ask me again soon.", name="rate-again"),
        bind("2,g", "rate('good')", "Good", "I knew it.", name="rate-good"),
        bind("s,f3", "skip", "Skip", "Leave this question for later."),
        bind("f,f4", "flag", "Flag", "Mark this question to come back to."),
        bind("u,f7", "undo", "Undo", "Take back your last answer."),
        bind("l", "lesson", "Lesson", "Open the page that answers this question."),
        bind("pagedown", "scroll(1)", "Page down", "Scroll down.", show=False, name="quiz-down"),
        bind("pageup", "scroll(-1)", "Page up", "Scroll up.", show=False, name="quiz-up"),
        bind("t", "again", "Try again", "Take this quiz once more."),
    ]

    def __init__(self, session: RecordedSession | None, title: str, lesson_id: str | None) -> None:
        super().__init__()
        self.session = session
        self._title = title
        self._lesson_id = lesson_id
        self.shown: Shown | None = None
        self._answered = False
        self._finished = False

    @classmethod
    def of_lesson(cls, services: Services, lesson_id: str) -> QuizScreen:
        """The quiz of a lesson, gone on with where it was left."""
        quizzes = services.progress.quizzes
        session = quizzes.resume(services.bank, SessionKind.LESSON, lesson_id)
        if session is None and services.bank.of_lesson(lesson_id):
            session = quizzes.start(services.bank, lesson_quiz(services.bank, lesson_id, seed=services.new_seed()))
        return cls(session, services.pack.lesson(lesson_id).title, lesson_id)

    @classmethod
    def review(cls, services: Services, due: Sequence[str]) -> QuizScreen:
        """The review of due questions, gone on with where it was left."""
        quizzes = services.progress.quizzes
        session = quizzes.resume(services.bank, SessionKind.REVIEW)
        if session is None:
            session = quizzes.start(services.bank, review_of(services.bank, due, services.new_seed(), REVIEW_LIMIT))
        return cls(session, "Review", None)

    def compose_body(self) -> ComposeResult:
        yield VerticalScroll(id="question", can_focus=False)

    @property
    def body(self) -> VerticalScroll:
        """Where the question is shown."""
        return self.query_one("#question", VerticalScroll)

    @property
    def phase(self) -> str:
        """What the learner is doing: `choose`, `write`, `rate`, `read` (the feedback) or `end`."""
        if self._finished or self.shown is None:
            return "end"
        if self._answered:
            return "read"
        if self.shown.question.kind != "recall":
            return "choose"
        return "rate" if self.shown.status is Status.TO_RATE else "write"

    def on_mount(self) -> None:
        """Show the first question, or the one where the learner stopped."""
        if self.session is None:
            self.notify("There is no quiz for this lesson yet.")
            self.call_after_refresh(self.action_leave)
            return
        self._next()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what makes sense now."""
        phase = self.phase
        allowed = {
            "go_on": phase in ("read", "end"),
            "reveal": phase == "write",
            "rate": phase == "rate",
            "skip": phase in ("choose", "write"),
            "flag": phase != "end",
            "undo": phase != "end" and self.session is not None and bool(self.session.session.state.actions),
            "lesson": phase != "end",
            "again": phase == "end",
        }
        return allowed.get(action, True)

    def _next(self) -> None:
        assert self.session is not None  # only called with a session
        self._answered = False
        self.shown = self.session.current
        if self.shown is None:
            self._end()
        else:
            self._show()

    @work(exclusive=True, group="question")
    async def _show(self) -> None:
        shown = self.shown
        if shown is None:
            return
        self._show_place()
        async with self.body.batch():
            await self.body.remove_children()
            await self.body.mount_all([*self._prompt(shown.question), *self._answer_widgets(shown)])
        self.body.scroll_home(animate=False)
        for widget in self.body.query("Choices, TextArea"):
            widget.focus(scroll_visible=False)
        self.refresh_bindings()
        self.call_after_refresh(self._show_place)

    def _prompt(self, question: Question) -> list[Widget]:
        return markdown_widgets(question.prompt, self._path(question))

    def _answer_widgets(self, shown: Shown) -> list[Widget]:
        assert self.session is not None
        question = shown.question
        if question.kind != "recall":
            return [Choices(question, shown.order)]
        if shown.status is Status.TO_RATE:
            written = self.session.session.written(question.id)
            return [RecallReview(written, question.model, coverage(question.rubric, written), self._path(question))]
        return [RecallAnswer(str(self.services.progress.settings.get(f"draft:{question.id}", "")))]

    def _path(self, question: Question) -> Path:
        return self.services.pack.quiz(self.services.bank.lesson_of(question.id)).path

    def _show_place(self) -> None:
        if self.session is None or self.shown is None:
            return
        statuses = self.session.session.statuses()
        flagged = "  flagged" if self.shown.question.id in self.session.session.state.flagged else ""
        left = f"Question {self.shown.number} of {len(statuses)} ─ {self._title}{flagged}"
        more = "▼ more below   " if self._has_more else ""
        marks = self.app.size.width >= ROOM_FOR_MARKS
        self.title_bar.show(
            left, Content.assemble(more, standing(list(statuses.values()), self.shown.number, marks=marks))
        )

    @on(Choices.Answered)
    def take_answer(self, event: Choices.Answered) -> None:
        """Keep the answer and show the reasons."""
        if self.session is None or self._answered:
            return
        try:
            verdict = self.session.answer(event.chosen)
        except ValueError as error:
            self.notify(f"{error}".capitalize() + ".", severity="warning")
            return
        self._answered = True
        self._reveal_choices(verdict)

    @work(exclusive=True, group="question")
    async def _reveal_choices(self, verdict: Mark) -> None:
        assert self.shown is not None
        self._show_place()
        choices = self.body.query_one(Choices)
        choices.reveal(verdict)
        words = "**Right.**" if verdict.correct else "**Not quite.**"
        note = f"{words} {self.shown.question.explanation}".strip()
        told = Prose([Paragraph(note)], classes="verdict")
        await self.body.mount(told, before=choices)
        self.refresh_bindings()
        self.call_after_refresh(self._show_verdict, told)

    def _show_verdict(self, told: Widget) -> None:
        """Bring the verdict into view, which a long question may have kept out of it."""
        if not self.can_view_entire(told):
            self.body.scroll_to_widget(told, animate=False, top=True)
        self.call_after_refresh(self._show_place)

    def action_reveal(self) -> None:
        """Hand in what was written and show the model answer."""
        if self.session is None or self.shown is None:
            return
        self.session.submit(self.body.query_one(RecallAnswer).text)
        self.services.progress.settings.forget(f"draft:{self.shown.question.id}")
        self._next()

    def action_rate(self, rating: str) -> None:
        """Say how the open question went."""
        if self.session is not None:
            self.session.rate(Rating(rating))
            self._next()

    def action_scroll(self, direction: int) -> None:
        """Scroll a page down (1) or up (-1)."""
        self.body.scroll_relative(y=direction * max(1, self.body.size.height - 2), animate=False)
        self.call_after_refresh(self._show_place)

    @property
    def _has_more(self) -> bool:
        return self.body.scroll_offset.y < self.body.max_scroll_y

    def action_go_on(self) -> None:
        """Scroll on to what is not in view yet, then go on to the next question, or leave at the end."""
        if self._has_more:
            self.action_scroll(1)
        elif self.phase == "end":
            self.action_leave()
        else:
            self._next()

    def action_skip(self) -> None:
        """Leave the question for later."""
        if self.session is not None:
            self._keep_draft()
            self.session.skip()
            self._next()

    def action_flag(self) -> None:
        """Mark the question, or take the mark off."""
        if self.session is not None and self.shown is not None:
            self.session.flag(self.shown.question.id)
            self._show_place()

    def action_undo(self) -> None:
        """Take back the last answer."""
        if self.session is not None and (action := self.session.undo()):
            if action.text and self.shown is not None:
                self.services.progress.settings.set(f"draft:{action.question_id}", action.text)
            self._answered = False
            self.shown = self.session.session.shown(action.question_id)
            self._show()

    def action_lesson(self) -> None:
        """Open the page that answers the question."""
        if self.shown is not None:
            question = self.shown.question
            page = f"#{question.page}" if question.page else ""
            self.tutor.action_follow(f"lesson:{self.services.bank.lesson_of(question.id)}{page}")

    def action_again(self) -> None:
        """Take the quiz once more, in another order."""
        if self.session is None:
            return
        bank = self.services.bank
        if self._lesson_id:
            state = lesson_quiz(bank, self._lesson_id, self.services.new_seed())
        else:
            state = review_of(bank, self.session.session.statuses(), self.services.new_seed())
        self.session = self.services.progress.quizzes.start(bank, state)
        self._finished = False
        self._next()

    @work(exclusive=True, group="question")
    async def _end(self) -> None:
        assert self.session is not None
        result = self.session.finish()
        self._finished = True
        self.title_bar.show(f"{self._title} ─ how it went", standing(list(self.session.session.statuses().values()), 0))
        blocks = summary_blocks(self.services.pack, result, self._what_next())
        async with self.body.batch():
            await self.body.remove_children()
            await self.body.mount(Prose(blocks))
        self.refresh_bindings()

    def _what_next(self) -> str | None:
        if self._lesson_id is None:
            return None
        pack = self.services.pack
        for exercise in pack.exercises_of(self._lesson_id):
            if not any(attempt.passed for attempt in self.services.progress.exercises.history(exercise.id)):
                return f"Next: [Exercise: {exercise.title}](exercise:{exercise.id})"
        after = pack.next(self._lesson_id)
        return f"Next: [Lesson: {after.title}](lesson:{after.id})" if after else None

    @on(TextArea.Changed)
    def note_draft(self) -> None:
        """Keep what is being written, a moment after it was typed."""
        self.set_timer(0.5, self._keep_draft)

    def _keep_draft(self) -> None:
        for answer in self.query(RecallAnswer):
            if self.shown is not None and self.phase == "write":
                self.services.progress.settings.set(f"draft:{self.shown.question.id}", answer.text)

    def action_leave(self) -> None:
        """Stop; everything is kept."""
        self._keep_draft()
        super().action_leave()
