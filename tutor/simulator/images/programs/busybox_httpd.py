"""httpd of BusyBox: the small web server at hand wherever there is a shell. Its answers are as those of BusyBox 1.35 were seen."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from typing import ClassVar
from urllib.parse import unquote

from tutor.simulator.images.programs.base import Here, Program
from tutor.simulator.images.traffic import HTTP, Request, Response

USAGE = "Usage: httpd [-ifv[v]] [-c CONFFILE] [-p [IP:]PORT] [-u USER[:GRP]] [-r REALM] [-h HOME]\n"
WITH_VALUE = "cpurhdem"
NOT_SIMULATED = "iudemrc"
"""Options whose work is not done here."""
TYPES = {
    **dict.fromkeys(("txt", "h", "c", "cc", "cpp"), "text/plain"),
    **dict.fromkeys(("htm", "html"), "text/html"),
    **dict.fromkeys(("jpg", "jpeg"), "image/jpeg"),
    "css": "text/css",
    "gif": "image/gif",
    "png": "image/png",
    "svg": "image/svg+xml",
}
FIRST_PORT = 32768
"""What clients' own ports begin with (net.ipv4.ip_local_port_range)."""


class BusyBoxHttpd(Program):
    """httpd -f [-v] [-p PORT] [-h HOME]; programs in HOME/cgi-bin are run."""

    resident = 1 << 20
    catches: ClassVar[frozenset[str]] = frozenset()
    """It dies from any signal, and as a container's first process from none but KILL."""

    def __init__(self) -> None:
        super().__init__()
        self._port = 0
        self._home = "/"
        self._verbose = 0
        self._clients = 0

    def start(self, here: Here) -> None:
        values, flags, wrong = _options(list(here.argv[1:]))
        if wrong:
            self._give_up(here, f"{wrong}\n{USAGE}")
            return
        missing = [letter for letter in NOT_SIMULATED if letter in flags]
        if missing or "f" not in flags:
            what = f"the option -{missing[0]}" if missing else "running in the background"
            self._give_up(here, f'{what} is not simulated: try "httpd -f -p PORT -h HOME &"\n')
            return
        home = values.get("h", ".")
        self._home = posixpath.normpath(posixpath.join(here.environment.get("PWD", "/"), home))
        if here.names(self._home) is None:
            self._give_up(here, f"can't change directory to '{home}': No such file or directory\n")
            return
        self._verbose = flags.count("v")
        self._port = int(values.get("p", "80").rpartition(":")[2])

    @staticmethod
    def _give_up(here: Here, why: str) -> None:
        here.log(f"httpd: {why}", "stderr")
        here.exit(1)

    def port_taken(self, here: Here, port: int) -> None:
        self._give_up(here, "bind: Address already in use\n")

    def ports(self) -> Mapping[int, str]:
        return {self._port: HTTP} if self._port else {}

    def serve(self, here: Here, port: int, request: Request) -> Response:
        response = self._answer(here, request)
        if self._verbose:
            peer = f"[::ffff:{request.headers.get('X-From', '127.0.0.1')}]:{FIRST_PORT + 2 * self._clients}"
            self._clients += 1
            if self._verbose > 1:
                here.log(f"{peer}: url:{request.path}\n", "stderr")
            here.log(f"{peer}: response:{response.status}\n", "stderr")
        return response

    def _answer(self, here: Here, request: Request) -> Response:
        path, _, query = request.path.partition("?")
        path = unquote(path)
        if ".." in path.split("/"):
            return _error(400, "Bad Request", "Unsupported method")
        if path.startswith("/cgi-bin/") and here.read(self._home.rstrip("/") + path) is not None:
            return self._run(here, request, path, query)
        if request.method not in ("GET", "HEAD"):
            return _error(501, "Not Implemented", "The requested method is not recognized")
        place = self._home.rstrip("/") + path
        if not path.endswith("/") and here.names(place) is not None:
            return Response(302, b"", {"Connection": "close", "Content-type": "text/html", "Location": f"{path}/"})
        content = here.read(f"{place}index.html" if path.endswith("/") else place)
        if content is None:
            return _error(404, "Not Found", "The requested URL was not found")
        name = "index.html" if path.endswith("/") else path
        kind = TYPES.get(name.rpartition(".")[2].lower(), "application/octet-stream")
        return Response(200, content, {"Connection": "close", "Content-type": kind, "Accept-Ranges": "bytes"})

    def _run(self, here: Here, request: Request, path: str, query: str) -> Response:
        place = self._home.rstrip("/") + path
        named = [f"REQUEST_METHOD={request.method}", f"QUERY_STRING={query}", f"SCRIPT_NAME={path}"]
        _, text, seconds = here.run(["env", *named, place])
        head, _, body = text.replace("\r\n", "\n").partition("\n\n")
        headers = dict(line.split(": ", 1) for line in head.splitlines() if ": " in line)
        return Response(200, body.encode(), headers, seconds=seconds)


def _options(words: list[str]) -> tuple[dict[str, str], str, str]:
    """The values of options, the options given, and what is wrong with them."""
    values, flags = dict[str, str](), ""
    while words:
        word = words.pop(0)
        if not word.startswith("-") or word == "-":
            return values, flags, "bad arguments"
        for place, letter in enumerate(word[1:], 1):
            if letter not in WITH_VALUE + "ifv":
                return values, flags, f"invalid option -- '{letter}'"
            flags += letter
            if letter in WITH_VALUE:
                if not word[place + 1 :] and not words:
                    return values, flags, f"option requires an argument -- '{letter}'"
                values[letter] = word[place + 1 :] or words.pop(0)
                break
    port = values.get("p", "80").rpartition(":")[2]
    if not port.isdecimal() or not 0 < int(port) < 65536:
        return values, flags, f"bad port '{values['p']}'"
    return values, flags, ""


def _error(status: int, reason: str, text: str) -> Response:
    title = f"{status} {reason}"
    page = f"<HTML><HEAD><TITLE>{title}</TITLE></HEAD>\n<BODY><H1>{title}</H1>\n{text}\n</BODY></HTML>\n"
    return Response(status, page.encode(), {"Connection": "close", "Content-type": "text/html"})


PROGRAMS: Mapping[str, type[Program]] = {"busybox-httpd": BusyBoxHttpd}
