"""A terminal driver that survives bytes that are not UTF-8, and a terminal that goes away.

Textual's driver for Unix decodes keyboard input strictly, so one stray byte ends the program: an old-style mouse
report after a terminal was re-attached, for example (Textualize/textual#6668). Here such a byte becomes the
replacement character and nothing else happens.

When the terminal is closed, Textual's thread that writes to it dies of the error. What is written afterwards piles up in a queue of
thirty until the program waits for room in it for ever, deaf to signals. Here what cannot be written is dropped, and the program ends.
"""

from __future__ import annotations

import codecs
import os
import signal
from functools import partial
from typing import IO, TYPE_CHECKING, Any, cast

from textual.drivers import linux_driver

if TYPE_CHECKING:
    from textual.app import App


KNOWN_WITH_ALT = "[OPbf"
"""What Textual itself understands behind an escape: the begin of longer sequences, and two keys that go by words."""


class TolerantDriver(linux_driver.LinuxDriver):
    """Reads what the terminal sends and replaces what cannot be decoded; ends the program when the terminal is gone."""

    def __init__(
        self, app: App[Any], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        # Textual hands this to its writer thread, which calls no more of it than the class has.
        self._file = cast("Any", LastingOutput(cast("IO[str]", self._file)))

    def run_input_thread(self) -> None:
        """Wait for input and pass it on, as the base class does."""
        # The base class looks its decoder up in its own module, which is the only place where it can be exchanged.
        vars(linux_driver)["getincrementaldecoder"] = tolerant_decoder
        super().run_input_thread()


class LastingOutput:
    """What is written to the terminal. Once it cannot be written any more it is dropped, and the program is told as by a hang-up."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self._gone = False

    def fileno(self) -> int:
        """The terminal's file descriptor."""
        return self._file.fileno()

    def write(self, text: str) -> None:
        """Write to the terminal if it is there."""
        if not self._gone:
            try:
                self._file.write(text)
            except OSError:
                self._hang_up()

    def flush(self) -> None:
        """See that the terminal has got everything, if it is there."""
        if not self._gone:
            try:
                self._file.flush()
            except OSError:
                self._hang_up()

    def _hang_up(self) -> None:
        self._gone = True
        os.kill(os.getpid(), signal.SIGHUP)


def tolerant_decoder(encoding: str) -> partial[_KeysDecoder]:
    """What `codecs.getincrementaldecoder` returns, but with replacement in place of an exception."""
    return partial(_KeysDecoder, codecs.getincrementaldecoder(encoding)(errors="replace"))


class _KeysDecoder:
    """Decodes what the terminal sends. A character pressed with alt, which terminals send behind an escape, is written as the kitty
    keyboard protocol has it: Textual knows few of the former and would put `^.` into the text for alt+."""

    def __init__(self, decoder: codecs.IncrementalDecoder) -> None:
        self._decoder = decoder

    def decode(self, data: bytes, final: bool = False) -> str:
        """The text of these bytes."""
        text = self._decoder.decode(data, final)
        if len(text) == 2 and text[0] == "\x1b" and text[1].isprintable() and text[1] not in KNOWN_WITH_ALT:
            return f"\x1b[{ord(text[1])};3u"
        return text
