"""What the subcommands of agnhost share: options as Go programs take them, lines of its log, answers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from html import escape
from urllib.parse import parse_qs

from tutor.simulator.images.programs.base import Here, Program
from tutor.simulator.images.traffic import REASONS, Request, Response

UNHANDLED = 2
"""The exit code of a Go program that a signal ends."""
_UNITS = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_PAGE = re.compile(
    r"\s*<(!DOCTYPE HTML|HTML|HEAD|SCRIPT|IFRAME|H1|DIV|FONT|TABLE|A|STYLE|TITLE|B|BODY|BR|P|!--)[ >]", re.IGNORECASE
)
"""How a page begins (net/http, sniff.go)."""
_GLOBAL = {"--v", "-v", "--vmodule", "--log-flush-frequency"}
"""Options that may stand before the subcommand, with their values."""


def command_words(argv: tuple[str, ...]) -> tuple[str, ...]:
    """The subcommand and what follows it."""
    words = list(argv[1:])
    while words and words[0].startswith("-"):
        if words.pop(0) in _GLOBAL and words:
            words.pop(0)
    return tuple(words)


def flag(here: Here, name: str, default: str = "") -> str:
    """The value of an option, given as --name=VALUE or --name VALUE; the last one counts."""
    words, found = list(here.argv[1:]), default
    for at, word in enumerate(words):
        key, equals, value = word.partition("=")
        if key in (f"--{name}", f"-{name}"):
            found = value if equals else (words[at + 1] if at + 1 < len(words) else default)
    return found


def number(here: Here, name: str, default: int) -> int:
    """The value of an option that is a number."""
    text = flag(here, name, str(default))
    return int(text) if text.lstrip("-").isdecimal() else default


def switch(here: Here, name: str, *, default: bool = False) -> bool:
    """An option that is given or not: --name, --name=true, --name=false."""
    for word in here.argv[1:]:
        key, equals, value = word.partition("=")
        if key == f"--{name}":
            return value.lower() in ("true", "1", "t") if equals else True
    return default


def seconds(text: str) -> float | None:
    """A duration as Go writes it: 500ms, 1m30s; None when it is none."""
    if not re.fullmatch(r"(\d+(\.\d+)?(ns|us|ms|s|m|h))+|0", text):
        return None
    return sum(float(amount) * _UNITS[unit] for amount, unit in re.findall(r"(\d+(?:\.\d+)?)(ns|us|ms|s|m|h)", text))


def note(here: Here, text: str, source: str = "log.go:244", letter: str = "I") -> None:
    """Write a line of the log, in the format of klog."""
    moment = datetime.fromtimestamp(here.now, UTC)
    here.log(f"{letter}{moment:%m%d %H:%M:%S.%f}       1 {source}] {text}\n", "stderr")


def text_response(text: str, status: int = 200) -> Response:
    """An answer of which Go says itself whether it is a page or plain text."""
    kind = "text/html" if _PAGE.match(text) else "text/plain"
    return Response(status, text.encode(), {"Content-Type": f"{kind}; charset=utf-8"})


def redirection(location: str, status: int = 302) -> Response:
    """What http.Redirect of Go answers."""
    page = f'<a href="{escape(location)}">{REASONS.get(status, "")}</a>.\n\n'
    return Response(status, page.encode(), {"Content-Type": "text/html; charset=utf-8", "Location": location})


def error_response(text: str, status: int) -> Response:
    """What http.Error of Go answers: the text with the end of a line."""
    headers = {"Content-Type": "text/plain; charset=utf-8", "X-Content-Type-Options": "nosniff"}
    return Response(status, f"{text}\n".encode(), headers)


def not_found() -> Response:
    """What Go's servers answer for a path that nothing handles."""
    return error_response("404 page not found", 404)


def split_request(request: Request) -> tuple[str, Mapping[str, str]]:
    """The path and the values of the query, or of a form in the body."""
    path, _, query = request.path.partition("?")
    found = parse_qs(query, keep_blank_values=True)
    kind = request.headers.get("Content-Type", "")
    if request.method in ("POST", "PUT") and kind.startswith("application/x-www-form-urlencoded"):
        found = {**found, **parse_qs(request.body.decode(errors="replace"), keep_blank_values=True)}
    return path, {name: values[0] for name, values in found.items()}


def client_of(here: Here, request: Request) -> str:
    """Address and port that a request comes from."""
    return f"{request.headers.get('X-From', '127.0.0.1')}:{32768 + int(here.now * 1000) % 28232}"


class GoServer(Program):
    """A server that ends as Go programs do when nothing handles the signal."""

    stop_seconds = 0.0

    def signal(self, here: Here, name: str) -> None:
        if name in ("INT", "TERM", "QUIT", "HUP"):
            here.exit(UNHANDLED)
