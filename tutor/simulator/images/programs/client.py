"""What network clients share: they ask at once and show the answer when it would have arrived."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

from tutor.simulator.images.programs.base import MIB, Here, Program


class Url(NamedTuple):
    """The parts of an http URL. `shown` is host and port as they were given."""

    scheme: str
    host: str
    port: int
    path: str
    shown: str


def parse_url(text: str) -> Url:
    """A URL, with or without its scheme."""
    scheme, separator, rest = text.partition("://")
    if not separator:
        scheme, rest = "http", text
    authority, slash, path = rest.partition("/")
    if "?" in authority:
        authority, _, query = authority.partition("?")
        path, slash = f"?{query}", "/"
    host, colon, port = authority.rpartition(":")
    if not colon:
        host, port = authority, ""
    default = 443 if scheme == "https" else 80
    return Url(
        scheme, host.rpartition("@")[2], int(port) if port.isdigit() else default, slash + path or "/", authority
    )


class Client(Program):
    """Shows its output and ends after a while."""

    resident = MIB
    idle_cpu = 0.0
    stop_code: ClassVar[int] = 143
    write_problem: ClassVar[int] = 1
    """The exit code when a file cannot be written."""

    def __init__(self) -> None:
        super().__init__()
        self._outcome: tuple[tuple[tuple[str, str], ...], int] = ((), 0)
        self._file: tuple[str, bytes, str] | None = None

    def save(self, path: str, data: bytes, complaint: str) -> None:
        """Write a file as well when the time has come; if that is impossible, only the complaint is shown, with the reason in
        the place of {why}."""
        self._file = (path, data, complaint)

    def finish(self, here: Here, seconds: float, code: int, *output: tuple[str, str]) -> None:
        """Write (stream, text) pairs and end after some seconds."""
        self._outcome = (output, code)
        self.wake_at = here.now + seconds

    def step(self, here: Here) -> None:
        self.wake_at = None
        output, code = self._outcome
        if self._file is not None:
            path, data, complaint = self._file
            why = here.write(path, data)
            if why:
                output, code = (("stderr", complaint.replace("{why}", why)),), self.write_problem
        for stream, text in output:
            here.log(text, stream)
        here.exit(code)

    def signal(self, here: Here, name: str) -> None:
        here.exit(128 + {"INT": 2, "TERM": 15, "QUIT": 3, "HUP": 1}.get(name, 15))
