"""ping, as BusyBox has it."""

from __future__ import annotations

from tutor.simulator.images.programs.base import Here
from tutor.simulator.images.programs.client import Client
from tutor.simulator.images.traffic import ConnectionFailed

MILLISECONDS = 0.1
"""How long an answer takes."""


class Ping(Client):
    """ping [-c COUNT] [-W SECONDS] [-i SECONDS] [-q] HOST"""

    def __init__(self) -> None:
        super().__init__()
        self._host = self._address = ""
        self._left: int | None = None
        self._sent = self._received = 0
        self._every = 1.0
        self._patience = 10.0
        self._quiet = False
        self._last_at: float | None = None

    def start(self, here: Here) -> None:
        words = iter(here.argv[1:])
        for word in words:
            if word[:2] in ("-c", "-W", "-i", "-w", "-s", "-I", "-t"):
                self._option(word[1], word[2:] or next(words, ""))
            elif word.startswith("-"):
                self._quiet = self._quiet or "q" in word
            else:
                self._host = word
        if not self._host:
            self.finish(here, 0.0, 1, ("stderr", "Usage: ping [-c COUNT] [-W SECONDS] [-i SECONDS] [-q] HOST\n"))
            return
        try:
            found = here.resolve(self._host)
        except ConnectionFailed:
            found = []
        if not found:
            self.finish(here, 0.01, 1, ("stderr", f"ping: bad address '{self._host}'\n"))
            return
        self._address = found[0]
        here.log(f"PING {self._host} ({self._address}): 56 data bytes\n")
        self.wake_at = here.now

    def _option(self, letter: str, value: str) -> None:
        if letter == "c" and value.isdecimal():
            self._left = int(value)
        elif letter in "Ww" and value.isdecimal():
            self._patience = float(value)
        elif letter == "i" and value.replace(".", "", 1).isdecimal():
            self._every = max(0.2, float(value))

    def step(self, here: Here) -> None:
        if not self._address:
            super().step(here)
        elif self._last_at is not None or self._left == 0:
            self._sum_up(here)
        else:
            self._send(here)

    def _send(self, here: Here) -> None:
        number, self._sent = self._sent, self._sent + 1
        answered = here.reaches(self._address)
        if answered:
            self._received += 1
            if not self._quiet:
                here.log(f"64 bytes from {self._address}: seq={number} ttl=64 time={MILLISECONDS:.3f} ms\n")
        if self._left is not None and self._sent >= self._left:
            self._last_at = here.now
            self.wake_at = here.now + (0.0 if answered else self._patience)
        else:
            self.wake_at = here.now + self._every

    def _sum_up(self, here: Here) -> None:
        lost = 100 * (self._sent - self._received) // max(1, self._sent)
        here.log(f"\n--- {self._host} ping statistics ---\n")
        here.log(f"{self._sent} packets transmitted, {self._received} packets received, {lost}% packet loss\n")
        if self._received:
            here.log(f"round-trip min/avg/max = {MILLISECONDS:.3f}/{MILLISECONDS:.3f}/{MILLISECONDS:.3f} ms\n")
        here.exit(int(not self._received))

    def signal(self, here: Here, name: str) -> None:
        if name == "INT" and self._address:
            self._sum_up(here)
        else:
            super().signal(here, name)


PROGRAMS = {"ping": Ping}
