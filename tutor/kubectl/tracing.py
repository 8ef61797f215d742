"""`-v`: what a command asked the server and what came back, as kubectl's log lines.

The levels and texts follow client-go `transport/round_trippers.go` and `rest/request.go` of 1.37: 6 names each request,
7 adds its headers, 8 the bodies (cut), 9 the request as a curl command and longer bodies.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import urllib3

    from tutor.kubectl.io import KubectlIO

_CUT = {8: 1024, 9: 10240}
"""Characters of a body shown at a level; everything above 9."""
_SECRET = "Authorization"


def log_line(io: KubectlIO, severity: str, place: str, text: str) -> str:
    """One line of klog: `I1123 16:01:58.333282   19957 loader.go:408] text`."""
    now = io.now()
    clock = time.strftime("%m%d %H:%M:%S", time.localtime(now))
    return f"{severity}{clock}.{int(now % 1 * 1_000_000):06} {io.process:7} {place}] {text}\n"


class Trace:
    """Writes the log lines of one command's requests to standard error."""

    def __init__(self, io: KubectlIO, level: int) -> None:
        self._io = io
        self._level = level

    def config_loaded(self, path: str) -> None:
        if self._level >= 6:
            self._log("loader.go:408", f"Config loaded from file:  {path}")

    def request(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> None:
        if self._level >= 8:
            self._body("Request Body", body or b"")
        shown = {name: "<masked>" if name == _SECRET else value for name, value in headers.items()}
        if self._level >= 9:
            flags = "".join(f' -H "{name}: {value}"' for name, value in sorted(shown.items()))
            self._log("round_trippers.go:527", f"\"Request\" curlCommand=<\n\tcurl -v -X{method} {flags} '{url}'\n >")
        elif self._level >= 7:
            self._log("round_trippers.go:527", f'"Request" verb="{method}" url="{url}" headers={_headers(shown)}')

    def response(self, method: str, url: str, reply: urllib3.BaseHTTPResponse, seconds: float) -> None:
        status = f'status="{reply.status} {_phrase(reply.status)}"'
        named = f'verb="{method}" url="{url}" ' if self._level == 6 or self._level >= 9 else ""
        headers = f" headers={_headers(dict(reply.headers))}" if self._level >= 8 else ""
        self._log("round_trippers.go:632", f'"Response" {named}{status}{headers} milliseconds={int(seconds * 1000)}')

    def no_response(self, method: str, url: str, seconds: float) -> None:
        """A request that failed before the server answered."""
        self._log(
            "round_trippers.go:632",
            f'"Response" verb="{method}" url="{url}" status="" milliseconds={int(seconds * 1000)}',
        )

    def response_body(self, data: bytes) -> None:
        if self._level >= 8:
            self._body("Response Body", data)

    def _body(self, title: str, data: bytes) -> None:
        text = data.decode("utf-8", "replace")
        limit = _CUT.get(self._level)
        if limit is not None and len(text) > limit:
            text = f"{text[:limit]} [truncated {len(text) - limit} chars]"
        self._log("helper.go:105", f'"{title}" body={_value(text)}')

    def _log(self, place: str, text: str) -> None:
        self._io.stderr(log_line(self._io, "I", place, text))


def _value(text: str) -> str:
    """A value as klog writes it: quoted on one line, indented between angle brackets on several."""
    if "\n" not in text:
        return json.dumps(text, ensure_ascii=False)
    return "<\n" + "".join(f"\t{line}\n" for line in text.rstrip("\n").split("\n")) + " >"


def _headers(headers: Mapping[str, str]) -> str:
    return "<\n" + "".join(f"\t{name}: {value}\n" for name, value in sorted(headers.items())) + " >"


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
