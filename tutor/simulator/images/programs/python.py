"""The Python interpreter, as far as images are run with it here: the web server of its standard library, and its version."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import ClassVar

from tutor.simulator.images.programs.base import MIB, Here, Program
from tutor.simulator.images.traffic import HTTP, Request, Response

PORT = 8000
ONLY = "python3: only -m http.server and --version are simulated; other programs need a real cluster\n"


class Python(Program):
    """python3 -m http.server [PORT] [--directory FOLDER]"""

    resident = 12 * MIB
    stop_signals: ClassVar[tuple[str, ...]] = ("INT",)
    stop_code: ClassVar[int] = 0

    def __init__(self) -> None:
        super().__init__()
        self._port = 0
        self._folder = "."

    def start(self, here: Here) -> None:
        words = list(here.argv[1:])
        version = here.options.get("version", "3.13.0")
        if words in (["--version"], ["-V"]):
            here.log(f"Python {version}\n")
            here.exit(0)
        elif not words:
            here.exit(0)
        elif "-m" in words[:-1] and words[words.index("-m") + 1] == "http.server":
            self._listen(here, words[words.index("-m") + 2 :])
        else:
            here.log(ONLY, "stderr")
            here.exit(1)

    def _listen(self, here: Here, words: list[str]) -> None:
        self._port = PORT
        while words:
            word = words.pop(0)
            if word in ("-d", "--directory", "-b", "--bind") and words:
                value = words.pop(0)
                self._folder = value if word in ("-d", "--directory") else self._folder
            elif word.isdecimal():
                self._port = int(word)
        here.log(f"Serving HTTP on 0.0.0.0 port {self._port} (http://0.0.0.0:{self._port}/) ...\n")

    def ports(self) -> Mapping[int, str]:
        return {self._port: HTTP} if self._port else {}

    def serve(self, here: Here, port: int, request: Request) -> Response:
        response = self._answer(here, request.path.partition("?")[0])
        moment = datetime.fromtimestamp(here.now, UTC).strftime("%d/%b/%Y %H:%M:%S")
        host = request.headers.get("X-From", "-")
        here.log(f'{host} - - [{moment}] "{request.method} {request.path} HTTP/1.1" {response.status} -\n', "stderr")
        return response

    def _answer(self, here: Here, path: str) -> Response:
        place = f"{self._folder.rstrip('/')}{path}"
        for candidate in (place, f"{place.rstrip('/')}/index.html"):
            content = None if candidate.endswith("/") else here.read(candidate)
            if content is not None:
                return Response(200, content, {"Content-Type": "text/html"})
        names = here.names(place.rstrip("/") or "/")
        if names is None:
            text = "<p>Error code: 404</p>\n<p>Message: File not found.</p>\n"
            return Response(404, text.encode(), {"Content-Type": "text/html;charset=utf-8"})
        rows = "".join(f'<li><a href="{name}">{name}</a></li>\n' for name in names)
        page = f"<title>Directory listing for {path}</title>\n<ul>\n{rows}</ul>\n"
        return Response(200, page.encode(), {"Content-Type": "text/html; charset=utf-8"})


PROGRAMS: Mapping[str, type[Program]] = {"python3": Python}
