"""An input line with the keys of bash's line editor (bash manual, Bindable Readline Commands) that a plain input does not have."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import ClassVar

from rich.text import Text
from textual.binding import BindingType
from textual.events import Key
from textual.widgets import Input

from tutor.ui.keys import act_in_turn, bind

_SHOWN = {**{code: chr(0x2400 + code) for code in range(32)}, ord("\t"): " ", ord("\n"): "\u21b5", 0x7F: "\u2421"}
"""How control characters are drawn, each in one cell."""
_NEXT_WORD = re.compile(r"\W*\w+")


class ReadlineInput(Input):
    """Words are deleted up to a blank and can be written back, and the last word of earlier lines is at hand."""

    BINDINGS: ClassVar[list[BindingType]] = [
        bind(
            "alt+full_stop,alt+underscore",
            "last_word",
            "Last word",
            "Write the last word of the command before; again: of an earlier one.",
            show=False,
            name="line-last-word",
        ),
        bind("ctrl+b", "cursor_left", "Left", "Go a character to the left.", show=False, name="line-left"),
        bind("ctrl+f", "cursor_right", "Right", "Go a character to the right.", show=False, name="line-right"),
        bind("alt+d", "delete_right_word", "Delete word", "Delete the next word.", show=False, name="line-delete-word"),
        bind("ctrl+y", "yank", "Write back", "Write what was deleted last.", show=False, name="line-yank"),
    ]

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's name
        super().__init__(compact=True, select_on_focus=False, id=id)
        self.history: Callable[[], Sequence[str]] = lambda: ()
        self._deleted = ""
        self._last_word: tuple[int, int, str] | None = None
        """How many commands back the word is from that was written last, where it begins, and the line with it."""

    @property
    def _value(self) -> Text:
        """What is drawn of the line: it may hold the ends of lines, as a here-document from the history does, and whatever is pasted.
        As they are they would be written beyond the line."""
        shown = super()._value
        return Text(shown.plain.translate(_SHOWN), no_wrap=True, overflow="ignore", end="")

    async def _on_key(self, event: Key) -> None:
        if not await act_in_turn(self, event):
            await super()._on_key(event)

    def delete(self, start: int, end: int) -> None:
        """Delete a part of the line; what is more than a character can be written back."""
        part = self.value[min(start, end) : max(start, end)]
        self._deleted = part if len(part) > 1 else self._deleted
        super().delete(start, end)

    def action_delete_left_word(self) -> None:
        """Delete from the cursor to the blank before the word."""
        if self.selection.is_empty:
            before = self.value[: self.cursor_position].rstrip()
            self.delete(before.rfind(" ") + 1, self.cursor_position)
        else:
            self.delete_selection()

    def action_delete_right_word(self) -> None:
        """Delete from the cursor to the end of the word."""
        word = _NEXT_WORD.match(self.value, self.cursor_position)
        self.delete(self.cursor_position, word.end() if word else len(self.value))

    def action_yank(self) -> None:
        """Write what was deleted last."""
        self.insert_text_at_cursor(self._deleted)

    def action_last_word(self) -> None:
        """Write the last word of the command before, or of an earlier one in the place of what this has just written."""
        history = self.history()
        back, start = 1, self.cursor_position
        if self._last_word is not None and self._last_word[2] == self.value:
            back, start = self._last_word[0] + 1, self._last_word[1]
        if back > len(history):
            return
        word = (history[-back].split() or [""])[-1]
        self.replace(word, start, self.cursor_position)
        self._last_word = back, start, self.value
