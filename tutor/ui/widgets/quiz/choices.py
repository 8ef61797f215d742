"""The options of a question, and after the answer the reason for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.binding import BindingType
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from tutor.course.model import Option, Question
from tutor.quiz import Mark
from tutor.ui.keys import bind
from tutor.ui.text import hanging, inline


class Choices(Widget, can_focus=True):
    """Numbered options. A number answers a single-choice question at once and ticks an option of a multiple-choice one.

    Options are passed around by their place in the author's order, whatever order they are shown in.
    """

    DEFAULT_CSS = "Choices { height: auto; margin: 0 0 1 0; max-width: 100; }"

    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            bind(str(n), f"choose({n - 1})", f"Option {n}", f"Choose option {n}.", show=False, name=f"choose-{n}")
            for n in range(1, 7)
        ),
        bind("enter", "enter", "Answer", "Answer with the marked or ticked options.", name="answer-enter"),
        bind("down,j", "move(1)", "Down", "Mark the next option.", show=False, name="option-down"),
        bind("up,k", "move(-1)", "Up", "Mark the option before.", show=False, name="option-up"),
    ]

    marked: reactive[int] = reactive(0, layout=False)
    """The place of the marked option, as shown."""
    ticked: reactive[frozenset[int]] = reactive(frozenset())
    """The options ticked in a multiple-choice question."""

    @dataclass
    class Answered(Message):
        """The learner has chosen."""

        chosen: tuple[int, ...]

    def __init__(self, question: Question, order: Sequence[int]) -> None:
        super().__init__()
        self.question = question
        self.order = tuple(order)
        self.verdict: Mark | None = None

    @property
    def options(self) -> list[Option]:
        """The options in the order shown."""
        return [self.question.options[index] for index in self.order]

    def reveal(self, verdict: Mark) -> None:
        """Show what was right and why; no more answers are taken."""
        self.verdict = verdict
        self.refresh_bindings()
        self.refresh(layout=True)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Once answered, keys belong to the screen."""
        return self.verdict is None

    def action_choose(self, place: int) -> None:
        """Answer with the option at this place, or tick it."""
        if place >= len(self.order) or self.verdict is not None:
            return
        self.marked = place
        if self.question.kind == "multiple":
            self.ticked = self.ticked ^ {self.order[place]}
        else:
            self.post_message(self.Answered((self.order[place],)))

    def action_enter(self) -> None:
        """Answer."""
        if self.question.kind == "multiple":
            self.post_message(self.Answered(tuple(sorted(self.ticked))))
        else:
            self.action_choose(self.marked)

    def action_move(self, direction: int) -> None:
        """Mark another option."""
        self.marked = (self.marked + direction) % len(self.order)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._lines(width))

    def render(self) -> Content:
        return Content("\n").join(self._lines(self.content_size.width))

    def _lines(self, width: int) -> list[Content]:
        lines: list[Content] = []
        for place, option in enumerate(self.options):
            lines.extend(self._option(place, option, width))
        return lines

    def _option(self, place: int, option: Option, width: int) -> list[Content]:
        text = inline(option.text)
        if self.verdict is not None:
            return _revealed(place, text, option, self.order[place] in self.verdict.chosen, width)
        marked = place == self.marked and self.has_focus
        box = ("[x] " if self.order[place] in self.ticked else "[ ] ") if self.question.kind == "multiple" else ""
        head = Content.assemble((" > " if marked else "   ", "bold"), (f"{place + 1}  ", "bold $text-primary"), box)
        return hanging(head, text.stylize("bold") if marked else text, width)


def _revealed(place: int, text: Content, option: Option, chosen: bool, width: int) -> list[Content]:
    """An option after the answer: right or wrong in words, and why."""
    word, style = _word(option.correct, chosen)
    head = Content.assemble((" ✓ " if option.correct else " ✗ " if chosen else "   ", style), f"{place + 1}  ")
    why = inline(option.why).stylize_before("$text-muted")
    return [
        *hanging(head, Content.assemble((f"{word}: ", f"bold {style}"), text), width),
        *hanging(Content(" " * 6), why, width),
    ]


def _word(correct: bool, chosen: bool) -> tuple[str, str]:
    if correct:
        return ("Right, your answer" if chosen else "Right", "$text-success")
    return ("Wrong, your answer", "$text-error") if chosen else ("Wrong", "$text-muted")
