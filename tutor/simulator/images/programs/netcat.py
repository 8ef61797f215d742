"""nc: tries whether a port is open, and sends what it reads to somebody, over TCP or UDP.

Options and words are those of BusyBox, or of OpenBSD's nc where the image says so (option "nc").
"""

from __future__ import annotations

from tutor.simulator.images.programs.base import Here
from tutor.simulator.images.programs.client import Client
from tutor.simulator.images.traffic import TCP, UDP, ConnectionFailed, Request

LOOK_SECONDS = 0.1
"""How often it looks whether there is something to read."""
WITH_VALUE = "wpiqWsIOXxTVPm"


class Netcat(Client):
    """nc [-uvzn] [-w SECONDS] HOST PORT"""

    def __init__(self) -> None:
        super().__init__()
        self._flags = ""
        self._limit = 0.0
        self._host = ""
        self._port = 0
        self._read = b""
        self._reading = False

    def start(self, here: Here) -> None:
        words = self._options(here)
        if len(words) < 2 or not words[1].isdecimal():
            self.finish(here, 0.0, 1, ("stderr", "usage: nc [-uvz] [-w SECONDS] HOST PORT\n"))
            return
        if "l" in self._flags:
            self.finish(here, 0.0, 1, ("stderr", "nc: listening is not simulated\n"))
            return
        self._host, self._port = words[0], int(words[1])
        if "z" in self._flags:
            self._send(here)
        else:
            self._reading = True
            self._gather(here)

    def _options(self, here: Here) -> list[str]:
        """Read the options; returns the other words."""
        rest, words = list[str](), iter(here.argv[1:])
        for word in words:
            if not word.startswith("-") or len(word) == 1:
                rest.append(word)
                continue
            for place, letter in enumerate(word[1:], 1):
                if letter not in WITH_VALUE:
                    self._flags += letter
                    continue
                value = word[place + 1 :] or next(words, "")
                self._limit = float(value) if letter == "w" and value.isdecimal() else self._limit
                break
        return rest

    def step(self, here: Here) -> None:
        if self._reading:
            self._gather(here)
        else:
            super().step(here)

    def _gather(self, here: Here) -> None:
        """Read until the input ends; over UDP each piece is a message of its own."""
        while True:
            data = here.input()
            if data is None:
                self.wake_at = here.now + LOOK_SECONDS
                return
            self._read += data
            if not data or ("u" in self._flags and self._read):
                break
        self._reading = False
        self._send(here)

    def _send(self, here: Here) -> None:
        udp = "u" in self._flags
        if udp and not self._read:
            self.finish(here, 0.0, 0)  # nothing is sent, so nobody can answer or refuse
            return
        try:
            response = here.request(self._host, self._port, Request(body=self._read, protocol=UDP if udp else TCP))
        except ConnectionFailed as error:
            self._failed(here, error, udp=udp)
            return
        opened = self._opened(here) if "v" in self._flags else ""
        seconds = max(response.seconds, self._limit if udp else 0.0)
        self.finish(here, seconds, 0, ("stderr", opened), ("stdout", response.text))

    def _opened(self, here: Here) -> str:
        if here.options.get("nc") == "openbsd":
            kind = "udp" if "u" in self._flags else "tcp"
            return f"Connection to {self._host} {self._port} port [{kind}/*] succeeded!\n"
        found = here.resolve(self._host)
        return f"{self._host} ({found[0] if found else self._host}:{self._port}) open\n"

    def _failed(self, here: Here, error: ConnectionFailed, *, udp: bool) -> None:
        limit = self._limit or 60.0
        if error.kind == "no-host":
            self.finish(here, min(limit, error.seconds), 1, ("stderr", f"nc: bad address '{self._host}'\n"))
            return
        words = {"timeout": "Connection timed out", "unreachable": "No route to host"}
        why = words.get(error.kind, "Connection refused")
        text = f"nc: {self._host} ({error.address or f'{self._host}:{self._port}'}): {why}\n"
        shown = "v" in self._flags and not udp
        self.finish(here, min(limit, error.seconds), 1, ("stderr", text if shown else ""))


PROGRAMS = {"nc": Netcat}
