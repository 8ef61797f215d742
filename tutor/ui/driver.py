"""A terminal driver that survives bytes that are not UTF-8.

Textual's driver for Unix decodes keyboard input strictly, so one stray byte ends the program: an old-style mouse
report after a terminal was re-attached, for example (Textualize/textual#6668). Here such a byte becomes the
replacement character and nothing else happens.
"""

from __future__ import annotations

import codecs
from functools import partial

from textual.drivers import linux_driver


class TolerantDriver(linux_driver.LinuxDriver):
    """Reads what the terminal sends and replaces what cannot be decoded."""

    def run_input_thread(self) -> None:
        """Wait for input and pass it on, as the base class does."""
        # The base class looks its decoder up in its own module, which is the only place where it can be exchanged.
        vars(linux_driver)["getincrementaldecoder"] = tolerant_decoder
        super().run_input_thread()


def tolerant_decoder(encoding: str) -> partial[codecs.IncrementalDecoder]:
    """What `codecs.getincrementaldecoder` returns, but with replacement in place of an exception."""
    return partial(codecs.getincrementaldecoder(encoding), errors="replace")
