"""The line being typed in the practice shell: history, search in it, and completion."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType
from textual.events import Key, Paste
from textual.message import Message

from tutor.ui.keys import bind
from tutor.ui.widgets.exercise.readline import ReadlineInput
from tutor.ui.widgets.frame.own_scroll import OwnScroll

if TYPE_CHECKING:
    from tutor.shell import Completion


class ShellInput(ReadlineInput, OwnScroll):
    """An input line with the habits of a shell."""

    DEFAULT_CSS = "ShellInput { height: 1; border: none; padding: 0; &:focus { border: none; } }"

    BINDINGS: ClassVar[list[BindingType]] = [
        bind("tab", "complete", "Complete", "Complete the word at the cursor.", name="shell-complete"),
        bind("up", "older(1)", "Earlier", "Bring back the command before.", show=False, name="shell-older"),
        bind("down", "older(-1)", "Later", "Bring back the command after.", show=False, name="shell-newer"),
        bind(
            "ctrl+r",
            "find",
            "Find",
            "Search the commands run before; again: an earlier one.",
            show=False,
            name="shell-find",
        ),
        bind(
            "ctrl+s", "find_output", "Search output", "Search what was printed.", show=False, name="shell-find-output"
        ),
        bind("ctrl+c", "interrupt", "Stop", "Stop the running command, or drop the line.", name="shell-interrupt"),
        bind(
            "ctrl+d",
            "end_input",
            "End input",
            "End the input of the running command.",
            show=False,
            name="shell-end-input",
        ),
        bind("ctrl+l", "clear_log", "Clear", "Clear the shell's output.", show=False, name="shell-clear"),
        bind("pageup", "log(-1)", "Scroll", "Scroll the output up.", show=False, name="shell-log-up"),
        bind("pagedown", "log(1)", "Scroll", "Scroll the output down.", show=False, name="shell-log-down"),
    ]

    @dataclass
    class Entered(Message):
        """A line is whole."""

        line: str

    @dataclass
    class Interrupted(Message):
        """ctrl+c was pressed, with this line half typed."""

        line: str

    @dataclass
    class SearchChanged(Message):
        """The history is searched for `query`; None when the search is over."""

        query: str | None
        found: bool = True

    @dataclass
    class OutputSearchWanted(Message):
        """ctrl+s was pressed."""

    @dataclass
    class InputEnded(Message):
        """ctrl+d was pressed."""

    @dataclass
    class CandidatesFound(Message):
        """Several words could stand at the cursor."""

        candidates: Sequence[str]

    @dataclass
    class Told(Message):
        """Something about what was pasted has to be said."""

        text: str

    @dataclass
    class LogScrolled(Message):
        """The learner wants to see other output; `direction` is 1 for later, -1 for earlier, 0 for none of it."""

        direction: int

    def __init__(self) -> None:
        super().__init__(id="shell-line")
        self.completer: Callable[[str, int], Completion | None] = lambda line, cursor: None
        self._back = 0
        self._kept = ""
        self._search: str | None = None

    async def _on_key(self, event: Key) -> None:
        """While the history is searched, characters and backspace are for what is searched for."""
        if self._search is None or event.key in ("ctrl+r", "ctrl+c"):
            return await super()._on_key(event)
        if event.is_printable and event.character:
            self._look_for(self._search + event.character)
        elif event.key == "backspace":
            self._look_for(self._search[:-1])
        elif event.key in ("escape", "ctrl+g"):
            self.value, self._back = self._kept, 0
            self._end_search()
        else:
            self._end_search()
            return await super()._on_key(event)
        event.stop()
        event.prevent_default()
        return None

    def take(self) -> str:
        """The line that was entered; the field is empty afterwards."""
        line = self.value
        self.value, self._back, self._kept = "", 0, ""
        self._end_search()
        return line

    def _enter(self) -> None:
        self.post_message(self.Entered(self.take()))

    async def action_submit(self) -> None:
        """Hand the line over at once: what is typed from now on belongs to the next one."""
        self._enter()

    def on_paste(self, event: Paste) -> None:
        """Take pasted lines as if they had been typed, each ended by enter but the last one, if it is not ended itself. Of a page's
        transcript only the commands are taken."""
        event.stop()
        event.prevent_default()
        from tutor.shell.pasted import commands_of

        (*whole, rest), told = commands_of(event.text.replace("\r\n", "\n").replace("\r", "\n"))
        if told:
            self.post_message(self.Told(told))
        for line in whole:
            self.insert_text_at_cursor(line)
            self.post_message(self.Entered(self.take()))
        self.insert_text_at_cursor(rest)

    def action_older(self, step: int) -> None:
        """Go back (1) or forward (-1) in the history; the line being typed stands at its end."""
        history = self.history()
        back = self._back + step
        if not 0 <= back <= len(history):
            return
        if self._back == 0:
            self._kept = self.value
        self._back = back
        self.value = history[-back] if back else self._kept
        self.cursor_position = len(self.value)

    def action_find(self) -> None:
        """Search the history for what is typed and what is typed next; pressed again, bring back an earlier command."""
        if self._search is None:
            self._kept, self._back = self.value, 0
            self._look_for(self.value)
        else:
            self._look_for(self._search, self._back)

    def _look_for(self, query: str, back: int = 0) -> None:
        """Bring back the last command with the query in it, of those before the one `back` commands ago."""
        self._search = query
        history = self.history()
        places = range(len(history) - back - 1, -1, -1)
        place = next((place for place in places if query and query in history[place]), None)
        if place is not None:
            self._back = len(history) - place
            self.value = history[place]
            self.cursor_position = len(self.value)
        elif query:
            self.app.bell()
        self.post_message(self.SearchChanged(query, found=place is not None or not query))

    def _end_search(self) -> None:
        if self._search is not None:
            self._search = None
            self.post_message(self.SearchChanged(None))

    def action_find_output(self) -> None:
        """Search the output."""
        self.post_message(self.OutputSearchWanted())

    def action_complete(self) -> None:
        """Complete as far as all candidates agree, and list them when there are several."""
        found = self.completer(self.value, self.cursor_position)
        if found is None or not found.candidates:
            return
        before, after = self.value[: found.start], self.value[self.cursor_position :]
        word = _common_start(found.candidates)
        if len(found.candidates) == 1:
            word = word if word.endswith(("/", "=", " ")) else f"{word} "
        elif len(word) <= self.cursor_position - found.start:
            self.post_message(self.CandidatesFound(found.candidates))
            return
        self.value = before + word + after.lstrip(" ") if after else before + word
        self.cursor_position = len(before) + len(word)

    def action_interrupt(self) -> None:
        """Stop what runs, or drop the line."""
        self.post_message(self.Interrupted(self.take()))

    def action_end_input(self) -> None:
        """End the input of the running command."""
        self.post_message(self.InputEnded())

    def action_clear_log(self) -> None:
        """Clear the output."""
        self.post_message(self.LogScrolled(0))

    def action_log(self, direction: int) -> None:
        """Scroll the output."""
        self.post_message(self.LogScrolled(direction))


def _common_start(words: Sequence[str]) -> str:
    first, last = min(words), max(words)
    length = next((i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), min(len(first), len(last)))
    return first[:length]
