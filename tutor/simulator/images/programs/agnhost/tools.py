"""Subcommands of agnhost that say something and end, and those that only wait."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping

from tutor.simulator.ids import ALPHABET
from tutor.simulator.images.programs.agnhost.flags import UNHANDLED, command_words, flag, note, number, seconds
from tutor.simulator.images.programs.base import Here, Program
from tutor.simulator.images.programs.client import Client
from tutor.simulator.images.traffic import HTTPS, TCP, UDP, ConnectionFailed, Request

TOKEN = "/var/run/secrets/kubernetes.io/serviceaccount/token"
MOST_LINES = 100_000
"""More lines than this are not written by `logs-generator`."""


class Pause(Program):
    """Waits to be told to end, and leaves a message about that."""

    def start(self, here: Here) -> None:
        here.log("Paused\n")
        here.log("Signals registered\n")

    def signal(self, here: Here, name: str) -> None:
        if name not in ("INT", "TERM"):
            here.exit(UNHANDLED)
            return
        text = f'exiting because of signal "{"terminated" if name == "TERM" else "interrupt"}"\n'
        here.write(here.environment.get("TERMINATION_MESSAGE_PATH") or "/dev/termination-log", text.encode())
        here.log(text)
        here.exit(2 if name == "TERM" else 1)


class EntrypointTester(Client):
    """Says how it was called."""

    def start(self, here: Here) -> None:
        self.finish(here, 0.0, 0, ("stdout", f"[{' '.join(here.argv)}]\n"))


class EffectiveUser(Client):
    """Says as whom it runs."""

    def start(self, here: Here) -> None:
        self.finish(here, 0.0, 0, ("stdout", f"Effective uid: {here.user}\n"))


class Names(Client):
    """`dns-suffix`, `dns-server-list` and `etc-hosts`: what is in the files that name other hosts."""

    def start(self, here: Here) -> None:
        command = command_words(here.argv)[0]
        if command == "etc-hosts":
            self.finish(here, 0.0, 0, ("stdout", (here.read("/etc/hosts") or b"").decode(errors="replace") + "\n"))
            return
        keyword = "search" if command == "dns-suffix" else "nameserver"
        lines = (here.read("/etc/resolv.conf") or b"").decode(errors="replace").split("\n")
        found = next((line.split(" ")[1:] for line in lines if line.startswith(keyword)), None)
        if found is None:
            self.finish(here, 0.0, UNHANDLED, ("stderr", "panic: Could not find DNS search list!\n"))
            return
        self.finish(here, 0.0, 0, ("stdout", ",".join(found) + "\n"))


class Connect(Client):
    """Tries a connection, and says in one word what is wrong with it."""

    def start(self, here: Here) -> None:
        words = [word for word in command_words(here.argv)[1:] if not word.startswith("-")]
        target, protocol = (words or [""])[0], flag(here, "protocol", "tcp")
        host, colon, port = target.rpartition(":")
        if not colon or not port.isdecimal():
            self.finish(here, 0.0, 1, ("stderr", f"UNKNOWN: address {target}: missing port in address\n"))
            return
        if protocol not in ("tcp", "udp"):
            self.finish(here, 0.0, 1, ("stderr", "Unsupported protocol\n"))
            return
        limit = seconds(flag(here, "timeout", "0")) or float("inf")
        body = flag(here, "udp-data", "hostname").encode() + b"\n" if protocol == "udp" else b""
        try:
            here.request(host, int(port), Request(body=body, protocol=UDP if protocol == "udp" else TCP))
        except ConnectionFailed as error:
            texts = {"no-host": f"DNS: lookup {host}: no such host", "timeout": "TIMEOUT", "refused": "REFUSED"}
            text = texts.get(error.kind, "OTHER: no route to host")
            self.finish(here, min(limit, error.seconds), 1, ("stderr", f"{text}\n"))
            return
        self.finish(here, 0.01, 0)


class LogsGenerator(Program):
    """Writes lines to its log, evenly over a time."""

    def __init__(self) -> None:
        super().__init__()
        self._written = 0
        self._lines = 0
        self._delay = 0.0

    def start(self, here: Here) -> None:
        self._lines = number(here, "log-lines-total", number(here, "t", 0))
        total = seconds(flag(here, "run-duration", flag(here, "d", "0"))) or 0.0
        problem = f"Invalid total number of lines: {self._lines}" if self._lines <= 0 else ""
        if not problem and total <= 0:
            problem = "Invalid duration: 0s"
        if not problem and self._lines > MOST_LINES:
            problem = f"More than {MOST_LINES} lines are not simulated"
        if problem:
            note(here, problem, "logs_generator.go:64", "F")
            here.exit(255)
            return
        self._delay = total / self._lines
        self.wake_at = here.now

    def step(self, here: Here) -> None:
        if self._written == self._lines:
            here.exit(0)
            return
        note(here, _log_line(here, self._written), "logs_generator.go:76")
        self._written += 1
        self.wake_at = here.now + self._delay


def _log_line(here: Here, number: int) -> str:
    """A line like those of an API server."""
    digest = hashlib.sha256(f"{here.hostname}/{number}".encode()).digest()
    method, namespace = ("GET", "POST", "PUT")[digest[0] % 3], ("kube-system", "default", "ns")[digest[1] % 3]
    name = "".join(ALPHABET[byte % len(ALPHABET)] for byte in digest[2 : 5 + digest[6] % 2])
    return f"{number} {method} /api/v1/namespaces/{namespace}/pods/{name} {200 + int.from_bytes(digest[7:9]) % 400}"


class InClusterClient(Program):
    """Asks the API server how it is, again and again, and shows a hash of the token it does that with."""

    def __init__(self) -> None:
        super().__init__()
        self._every = 30

    def start(self, here: Here) -> None:
        note(here, "started", "main.go:54")
        self._every = max(1, number(here, "poll-interval", 30))
        if here.read(TOKEN) is None:
            note(here, f"err: open {TOKEN}: no such file or directory", "main.go:58", "F")
            here.exit(1)
            return
        self.wake_at = here.now + self._every

    def step(self, here: Here) -> None:
        if self.stopping is not None:
            here.exit(UNHANDLED)
            return
        self.wake_at = here.now + self._every
        note(here, "calling /healthz", "main.go:74")
        token = (here.read(TOKEN) or b"").decode(errors="replace").strip()
        digest = hashlib.sha256(f"salt|Bearer {token}".encode()).digest()
        note(here, f"authz_header={base64.urlsafe_b64encode(digest).decode().rstrip('=')}", "main.go:92")
        try:
            here.request("kubernetes.default.svc", 443, Request(path="/healthz", protocol=HTTPS))
        except ConnectionFailed as error:
            note(here, "status=failed", "main.go:77", "E")
            note(here, f"error checking /healthz: {error.kind}", "main.go:78", "E")

    def signal(self, here: Here, name: str) -> None:
        here.exit(UNHANDLED)


SUBCOMMANDS: Mapping[str, Callable[[], Program]] = {
    "pause": Pause,
    "entrypoint-tester": EntrypointTester,
    "nonewprivs": EffectiveUser,
    "dns-suffix": Names,
    "dns-server-list": Names,
    "etc-hosts": Names,
    "connect": Connect,
    "logs-generator": LogsGenerator,
    "inclusterclient": InClusterClient,
}
