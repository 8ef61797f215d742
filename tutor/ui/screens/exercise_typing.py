"""Letters typed where they are keys of the tutor, by somebody who believes the cursor to be in the shell."""

from __future__ import annotations

from textual.events import Key

BEGINNINGS = ("ku", "k ")
"""How commands for the cluster begin. Nobody presses these keys so quickly after each other to scroll up and then undo or pause."""
PAUSE_SECONDS = 1.0
"""Keys further apart than this do not belong to one word."""
GOES_ON_HERE = "Letters are keys of the tutor on the pane where you began. Your command goes on here, in the shell."
WHERE_TO_TYPE = "Letters are keys of the tutor here; ? lists them. Commands are typed in the shell: F2."


class StrayTyping:
    """Recognises the beginning of a command among keys that were not meant as such."""

    def __init__(self) -> None:
        self._typed = ""
        self._typed_at = float("-inf")

    def take(self, event: Key) -> str:
        """What of a command has been typed with this key as its last one; empty while it does not look like one."""
        if event.time - self._typed_at > PAUSE_SECONDS:
            self._typed = ""
        self._typed_at = event.time
        self._typed = (self._typed + (event.character or ""))[-2:]
        if self._typed not in BEGINNINGS:
            return ""
        typed, self._typed = self._typed, ""
        return typed
