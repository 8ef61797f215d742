"""Web servers that serve files: nginx, Apache httpd and the like."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import ClassVar

from tutor.simulator.images.programs.base import MIB, Here, Program
from tutor.simulator.images.traffic import HTTP, Request, Response


def _clock(now: float) -> str:
    return datetime.fromtimestamp(now, UTC).strftime("%d/%b/%Y:%H:%M:%S +0000")


class FileServer(Program):
    """Serves a folder; logs each request in the common format."""

    name: ClassVar[str] = "server"
    root: ClassVar[str] = "/usr/share/nginx/html"
    index: ClassVar[tuple[str, ...]] = ("index.html", "index.htm")

    def serve(self, here: Here, port: int, request: Request) -> Response:
        path = request.path.split("?")[0].split("#")[0]
        response = self._answer(here, path)
        host = request.headers.get("X-From", "-")
        agent = request.headers.get("User-Agent", "-")
        line = f'{host} - - [{_clock(here.now)}] "{request.method} {request.path} HTTP/1.1"'
        here.log(f'{line} {response.status} {len(response.body)} "-" "{agent}" "-"\n')
        return response

    def _answer(self, here: Here, path: str) -> Response:
        headers = {"Server": self.name, "Content-Type": "text/html"}
        place = self.root + (path.rstrip("/") or "")
        for candidate in ([place] if not path.endswith("/") else []) + [f"{place}/{name}" for name in self.index]:
            content = here.read(candidate)
            if content is not None:
                return Response(200, content, headers)
        if here.names(place):
            return Response(403, self.error_page(403, "Forbidden"), headers)
        return Response(404, self.error_page(404, "Not Found"), headers)

    def error_page(self, status: int, reason: str) -> bytes:
        """The body of an error response."""
        title = f"{status} {reason}"
        return (
            f"<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n"
            f"<hr><center>{self.name}</center>\r\n</body>\r\n</html>\r\n"
        ).encode()


class Nginx(FileServer):
    """nginx: reads the ports and the root from its configuration, and refuses to start with a broken one."""

    name = "nginx"
    resident = 6 * MIB
    CONFIG: ClassVar[str] = "/etc/nginx/nginx.conf"
    SITES: ClassVar[str] = "/etc/nginx/conf.d"

    def __init__(self) -> None:
        super().__init__()
        self._ports: tuple[int, ...] = (80,)
        self._root = self.root
        self._fixed: tuple[tuple[str, int, str], ...] = ()
        self._given_up = False

    def title(self, argv: list[str]) -> list[str]:
        return [f"nginx: master process {' '.join(argv)}"]

    def start(self, here: Here) -> None:
        version = here.options.get("version", "1.27.0")
        if "-v" in here.argv[1:]:
            here.log(f"nginx version: nginx/{version}\n", "stderr")
            here.exit(0)
            return
        if "-s" in here.argv[1:]:
            self._control(here, "".join(here.argv[here.argv.index("-s") + 1 :][:1]))
            return
        text = self._configuration(here)
        problem = _syntax_problem(text) or self._cannot_write(here)
        stamp = datetime.fromtimestamp(here.now, UTC).strftime("%Y/%m/%d %H:%M:%S")
        if problem:
            here.log(f"{stamp} [emerg] 1#1: {problem}\nnginx: [emerg] {problem}\n", "stderr")
            here.exit(1)
            return
        if "-t" in here.argv[1:]:
            here.log(f"nginx: the configuration file {self.CONFIG} syntax is ok\n", "stderr")
            here.log(f"nginx: configuration file {self.CONFIG} test is successful\n", "stderr")
            here.exit(0)
            return
        self._configure(text)
        if "docker-entrypoint" in here.argv[0]:
            here.log("/docker-entrypoint.sh: Configuration complete; ready for start up\n")
        for line in (
            'using the "epoll" event method',
            f"nginx/{version}",
            "start worker processes",
            "start worker process 29",
        ):
            here.log(f"{stamp} [notice] 1#1: {line}\n", "stderr")

    @staticmethod
    def _control(here: Here, wanted: str) -> None:
        """Tell the nginx that runs to end, or to read its configuration again."""
        signal = {"stop": "TERM", "quit": "QUIT", "reload": "HUP", "reopen": "USR1"}.get(wanted)
        if signal is None:
            here.log(f'nginx: invalid option: "-s {wanted}"\n', "stderr")
        elif not here.tell(Nginx, signal):
            here.log('nginx: [error] invalid PID number "" in "/run/nginx.pid"\n', "stderr")
            signal = None
        else:
            stamp = datetime.fromtimestamp(here.now, UTC).strftime("%Y/%m/%d %H:%M:%S")
            here.log(f"{stamp} [notice] 15#15: signal process started\n", "stderr")
        here.exit(1 if signal is None else 0)

    @staticmethod
    def _cannot_write(here: Here) -> str:
        """What nginx says when it cannot make the files it works with."""
        cache, run = here.refusal("/var/cache/nginx"), here.refusal("/run") and here.refusal("/var/run")
        if cache:
            return f'mkdir() "/var/cache/nginx/client_temp" failed ({cache})'
        return f'open() "/run/nginx.pid" failed ({run})' if run else ""

    def _configuration(self, here: Here) -> str:
        main = here.read(self.CONFIG)
        names = [name for name in here.names(self.SITES) or () if name.endswith(".conf")]
        sites = b"\n".join(here.read(f"{self.SITES}/{name}") or b"" for name in names)
        text = (main or b"").decode(errors="replace")
        if main is None or "conf.d" in text:
            text += "\n" + sites.decode(errors="replace")
        return text

    def _configure(self, text: str) -> None:
        bare = re.sub(r"#[^\n]*", "", text)
        ports = [int(match) for match in re.findall(r"\blisten\s+(?:[\d.*]+:)?(\d+)", bare)]
        if "server" in bare or ports:
            self._ports = tuple(dict.fromkeys(ports)) or ((80,) if "server" in bare else ())
        root = re.search(r"\broot\s+([^;]+);", bare)
        if root:
            self._root = root[1].strip().strip("\"'")
        self._fixed = tuple(
            (match[1], int(match[2]), match[3] or "")
            for match in re.finditer(
                r"location\s+(?:=\s*)?(\S+)\s*\{[^}]*?\breturn\s+(\d+)(?:\s+['\"]?([^;'\"]*)['\"]?)?;", bare
            )
        )

    def _answer(self, here: Here, path: str) -> Response:
        for prefix, status, body in sorted(self._fixed, key=lambda entry: -len(entry[0])):
            if path.startswith(prefix):
                text = body.replace("\\n", "\n").encode()
                return Response(status, text, {"Server": self.name, "Content-Type": "text/plain"})
        root = self._root
        if root != self.root:
            content = here.read(root + path) or next(
                (page for name in self.index if (page := here.read(f"{root}{path.rstrip('/')}/{name}"))), None
            )
            if content is not None:
                return Response(200, content, {"Server": self.name, "Content-Type": "text/html"})
            return Response(404, self.error_page(404, "Not Found"), {"Server": self.name, "Content-Type": "text/html"})
        return super()._answer(here, path)

    def ports(self) -> Mapping[int, str]:
        return dict.fromkeys(self._ports, HTTP)

    def port_taken(self, here: Here, port: int) -> None:
        """nginx tries five times, half a second apart, and gives up."""
        stamp = datetime.fromtimestamp(here.now, UTC).strftime("%Y/%m/%d %H:%M:%S")
        for _ in range(5):
            here.log(f"{stamp} [emerg] 1#1: bind() to 0.0.0.0:{port} failed (98: Address already in use)\n", "stderr")
        here.log(f"{stamp} [emerg] 1#1: still could not bind()\n", "stderr")
        self._ports, self._given_up = (), True
        self.stopping = self.wake_at = here.now + 2.5

    def stopped(self, here: Here) -> None:
        here.exit(1 if self._given_up else self.stop_code)

    def signal(self, here: Here, name: str) -> None:
        if name != "HUP":
            super().signal(here, name)
            return
        text = self._configuration(here)
        if not _syntax_problem(text):
            self._configure(text)


def _syntax_problem(text: str) -> str:
    """What nginx says of a configuration whose braces or semicolons are wrong."""
    bare = re.sub(r"#[^\n]*|\"[^\"]*\"|'[^']*'", "", text)
    if bare.count("{") > bare.count("}"):
        return f'unexpected end of file, expecting "}}" in {Nginx.CONFIG}:{text.count(chr(10)) + 1}'
    if bare.count("}") > bare.count("{"):
        return f'unexpected "}}" in {Nginx.CONFIG}:{text.count(chr(10)) + 1}'
    for number, line in enumerate(bare.splitlines(), 1):
        stripped = line.strip()
        if stripped and stripped[-1] not in ";{}" and re.match(r"(listen|root|index|server_name|return)\b", stripped):
            return f'directive "{stripped.split()[0]}" is not terminated by ";" in {Nginx.CONFIG}:{number}'
    return ""


class Httpd(FileServer):
    """Apache httpd."""

    name = "Apache/2.4.62 (Unix)"
    root = "/usr/local/apache2/htdocs"
    resident = 12 * MIB

    def start(self, here: Here) -> None:
        text = (
            f"AH00558: httpd: Could not reliably determine the server's fully qualified domain name, using {here.ip}. "
        )
        here.log(text + "Set the 'ServerName' directive globally to suppress this message\n", "stderr")
        stamp = datetime.fromtimestamp(here.now, UTC).strftime("%a %b %d %H:%M:%S.%f %Y")
        note = "Apache/2.4.62 (Unix) configured -- resuming normal operations"
        here.log(f"[{stamp}] [mpm_event:notice] [pid 1:tid 1] AH00489: {note}\n", "stderr")

    def ports(self) -> Mapping[int, str]:
        return {80: HTTP}


class PhpExample(Program):
    """hpa-example: every request keeps the processor busy for a while."""

    resident = 14 * MIB
    COST: ClassVar[float] = 0.1

    def ports(self) -> Mapping[int, str]:
        return {80: HTTP}

    def serve(self, here: Here, port: int, request: Request) -> Response:
        return Response(200, b"OK!", {"Content-Type": "text/html"}, cpu=self.COST)


class HttpEcho(Program):
    """http-echo: answers every request with a fixed text."""

    resident = 4 * MIB

    def __init__(self) -> None:
        super().__init__()
        self._text = ""
        self._port = 5678

    def start(self, here: Here) -> None:
        words = iter(here.argv[1:])
        given = False
        for word in words:
            name, _, value = word.lstrip("-").partition("=")
            if name == "text":
                self._text, given = value or next(words, ""), True
            elif name == "listen":
                self._port = int((value or next(words, ":5678")).rpartition(":")[2] or 5678)
        if not given:
            here.log("Missing -text option!\n", "stderr")
            here.exit(127)
            return
        here.log(f"Server is listening on :{self._port}\n")

    def ports(self) -> Mapping[int, str]:
        return {self._port: HTTP}

    def serve(self, here: Here, port: int, request: Request) -> Response:
        return Response(200, f"{self._text}\n".encode(), {"Content-Type": "text/plain; charset=utf-8"})


PROGRAMS = {"nginx": Nginx, "httpd": Httpd, "php-example": PhpExample, "http-echo": HttpEcho}
