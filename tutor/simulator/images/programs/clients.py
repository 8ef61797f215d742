"""Network clients: curl, wget, nslookup, nc. Each asks at once and shows the answer when it would have arrived."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from tutor.simulator.images.programs.base import MIB, Here, Program
from tutor.simulator.images.traffic import REASONS, TCP, ConnectionFailed, Request, Response

DNS_SERVER = "10.96.0.10"


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

    def __init__(self) -> None:
        super().__init__()
        self._outcome: tuple[tuple[tuple[str, str], ...], int] = ((), 0)

    def finish(self, here: Here, seconds: float, code: int, *output: tuple[str, str]) -> None:
        """Write (stream, text) pairs and end after some seconds."""
        self._outcome = (output, code)
        self.wake_at = here.now + seconds

    def step(self, here: Here) -> None:
        self.wake_at = None
        output, code = self._outcome
        for stream, text in output:
            here.log(text, stream)
        here.exit(code)

    def signal(self, here: Here, name: str) -> None:
        here.exit(128 + {"INT": 2, "TERM": 15, "QUIT": 3, "HUP": 1}.get(name, 15))


@dataclass(slots=True)
class _CurlOptions:
    urls: list[str]
    headers: dict[str, str]
    method: str = ""
    body: bytes = b""
    silent: bool = False
    show_errors: bool = False
    fail: bool = False
    include: bool = False
    head: bool = False
    verbose: bool = False
    output: str = ""
    write_out: str = ""
    limit: float = 300.0
    connect_limit: float = 130.0


_CURL_VALUES = {
    "-X": "method",
    "--request": "method",
    "-o": "output",
    "--output": "output",
    "-w": "write_out",
    "--write-out": "write_out",
}
_CURL_FLAGS = {
    "s": "silent",
    "S": "show_errors",
    "f": "fail",
    "i": "include",
    "I": "head",
    "v": "verbose",
}
_CURL_LONG = {
    "silent": "silent",
    "show-error": "show_errors",
    "fail": "fail",
    "include": "include",
    "head": "head",
    "verbose": "verbose",
}
_CURL_IGNORED = {"-A", "--user-agent", "--retry", "--retry-delay", "-u", "--user", "--cacert", "--resolve", "-e", "-b"}


def _curl_options(arguments: list[str]) -> _CurlOptions | str:
    options = _CurlOptions([], {})
    words = iter(arguments)
    for word in words:
        if word in _CURL_VALUES:
            setattr(options, _CURL_VALUES[word], next(words, ""))
        elif word in ("-m", "--max-time"):
            options.limit = float(next(words, "0") or 0)
        elif word == "--connect-timeout":
            options.connect_limit = float(next(words, "0") or 0)
        elif word in ("-H", "--header"):
            name, _, value = next(words, "").partition(":")
            options.headers[name.strip()] = value.strip()
        elif word in ("-d", "--data", "--data-raw"):
            options.body = next(words, "").encode()
            options.method = options.method or "POST"
        elif word in _CURL_IGNORED:
            next(words, "")
        elif word.startswith("--"):
            if word[2:] in _CURL_LONG:
                setattr(options, _CURL_LONG[word[2:]], True)
        elif word.startswith("-") and len(word) > 1:
            problem = _curl_cluster(options, word, words)
            if problem:
                return problem
        else:
            options.urls.append(word)
    return options


def _curl_cluster(options: _CurlOptions, word: str, words: object) -> str:
    """One-letter options written together, such as -sSo."""
    from collections.abc import Iterator

    assert isinstance(words, Iterator)
    for place, letter in enumerate(word[1:], 1):
        if letter in _CURL_FLAGS:
            setattr(options, _CURL_FLAGS[letter], True)
        elif f"-{letter}" in _CURL_VALUES or letter == "m":
            value = word[place + 1 :] or next(words, "")
            if letter == "m":
                options.limit = float(value or 0)
            else:
                setattr(options, _CURL_VALUES[f"-{letter}"], value)
            return ""
        elif letter not in "LkgN46#":
            return f"curl: option {word}: is unknown\ncurl: try 'curl --help' for more information\n"
    return ""


class Curl(Client):
    """curl"""

    def start(self, here: Here) -> None:
        options = _curl_options(list(here.argv[1:]))
        if isinstance(options, str):
            self.finish(here, 0.0, 2, ("stderr", options))
        elif not options.urls:
            text = "curl: (2) no URL specified\ncurl: try 'curl --help' or 'curl --manual' for more information\n"
            self.finish(here, 0.0, 2, ("stderr", text))
        else:
            self._ask(here, options)

    def _ask(self, here: Here, options: _CurlOptions) -> None:
        url = parse_url(options.urls[0])
        headers = {"Host": url.host, "User-Agent": "curl/8.5.0", "Accept": "*/*", **options.headers}
        method = options.method or ("HEAD" if options.head else "GET")
        protocol = "https" if url.scheme == "https" else "http"
        request = Request(method, url.path, headers, options.body, protocol)
        try:
            response = here.request(url.host, url.port, request)
        except ConnectionFailed as error:
            self._failed(here, options, url, error)
            return
        if response.seconds > options.limit:
            self._complain(here, options, options.limit, 28, _curl_timeout(options.limit))
            return
        if options.fail and response.status >= 400:
            text = f"(22) The requested URL returned error: {response.status}"
            self._complain(here, options, response.seconds, 22, text)
            return
        self.finish(here, response.seconds, 0, *_curl_output(options, response))

    def _failed(self, here: Here, options: _CurlOptions, url: Url, error: ConnectionFailed) -> None:
        limit = min(options.limit, options.connect_limit)
        if error.kind == "no-host":
            self._complain(here, options, error.seconds, 6, f"(6) Could not resolve host: {url.host}")
        elif error.kind == "timeout":
            self._complain(here, options, min(limit, error.seconds), 28, _curl_timeout(limit, connecting=True))
        elif error.kind == "reset":
            self._complain(here, options, error.seconds, 56, "(56) Recv failure: Connection reset by peer")
        elif error.kind == "protocol":
            text = "(35) OpenSSL/3.0.15: error:0A00010B:SSL routines::wrong version number"
            self._complain(here, options, error.seconds, 35, text)
        else:
            spent = max(1, int(error.seconds * 1000))
            text = f"(7) Failed to connect to {url.host} port {url.port} after {spent} ms: Couldn't connect to server"
            self._complain(here, options, error.seconds, 7, text)

    def _complain(self, here: Here, options: _CurlOptions, seconds: float, code: int, text: str) -> None:
        output = [("stderr", f"curl: {text}\n")] if not options.silent or options.show_errors else []
        if options.write_out:
            output.append(("stdout", _write_out(options.write_out, None)))
        self.finish(here, seconds, code, *output)


def _curl_timeout(limit: float, *, connecting: bool = False) -> str:
    if connecting:
        return f"(28) Connection timed out after {int(limit * 1000)} milliseconds"
    return f"(28) Operation timed out after {int(limit * 1000)} milliseconds with 0 bytes received"


def _curl_output(options: _CurlOptions, response: Response) -> list[tuple[str, str]]:
    output = []
    head = status_head(response)
    if options.include or options.head:
        output.append(("stdout", head.replace("\n", "\r\n")))
    if options.verbose:
        output.append(("stderr", "".join(f"< {line}\n" for line in head.splitlines())))
    if not options.head and not options.output:
        output.append(("stdout", response.text))
    if options.write_out:
        output.append(("stdout", _write_out(options.write_out, response)))
    return output


def _write_out(template: str, response: Response | None) -> str:
    values = {
        "http_code": f"{response.status if response else 0:03d}",
        "response_code": f"{response.status if response else 0:03d}",
        "time_total": f"{response.seconds if response else 0:.6f}",
        "size_download": str(len(response.body) if response else 0),
    }
    for name, value in values.items():
        template = template.replace("%{" + name + "}", value)
    return template.replace("\\n", "\n").replace("\\t", "\t")


def status_head(response: Response) -> str:
    """Status line and headers, ending with an empty line."""
    headers = {**response.headers, "Content-Length": str(len(response.body))}
    lines = [f"HTTP/1.1 {response.status} {REASONS.get(response.status, '')}".rstrip()]
    return "\n".join([*lines, *(f"{name}: {value}" for name, value in headers.items()), "", ""])


class Wget(Client):
    """busybox wget"""

    def start(self, here: Here) -> None:
        quiet, target, limit, spider, post, url = False, None, 900.0, False, None, ""
        words = iter(here.argv[1:])
        for word in words:
            if word in ("-O", "--output-document"):
                target = next(words, "")
            elif word.startswith(("-qO", "-O")):
                quiet, target = quiet or word.startswith("-q"), word.partition("O")[2] or next(words, "")
            elif word in ("-T", "--timeout", "-t", "--tries", "--header", "-U"):
                value = next(words, "")
                limit = float(value) if word in ("-T", "--timeout") and value else limit
            elif word.startswith(("-T", "--timeout=")):
                limit = float(word.removeprefix("--timeout=").removeprefix("-T") or limit)
            elif word in ("-q", "--quiet"):
                quiet = True
            elif word in ("-S", "--spider", "--no-check-certificate", "-c"):
                spider = spider or word == "--spider"
            elif word.startswith("--post-data"):
                post = (word.partition("=")[2] or next(words, "")).encode()
            elif not word.startswith("-"):
                url = word
        if not url:
            self.finish(here, 0.0, 1, ("stderr", "BusyBox v1.36.1 multi-call binary.\n\nUsage: wget [-cqS] URL...\n"))
            return
        self._ask(here, parse_url(url), quiet=quiet, target=target, limit=limit, spider=spider, post=post)

    def _ask(
        self, here: Here, url: Url, *, quiet: bool, target: str | None, limit: float, spider: bool, post: bytes | None
    ) -> None:
        headers = {"Host": url.host, "User-Agent": "Wget"}
        request = Request("POST" if post is not None else "GET", url.path, headers, post or b"", url.scheme)
        try:
            response = here.request(url.host, url.port, request)
        except ConnectionFailed as error:
            self._failed(here, url, error, quiet, limit)
            return
        addresses = here.resolve(url.host) or [url.host]
        said = "" if quiet else f"Connecting to {url.host} ({addresses[0]}:{url.port})\n"
        if response.seconds > limit:
            self.finish(here, limit, 1, ("stderr", f"{said}wget: download timed out\n"))
        elif response.status >= 400:
            reason = REASONS.get(response.status, "")
            text = f"{said}wget: server returned error: HTTP/1.1 {response.status} {reason}\n"
            self.finish(here, response.seconds, 1, ("stderr", text))
        elif target == "-":
            self.finish(here, response.seconds, 0, ("stderr", said), ("stdout", "" if spider else response.text))
        else:
            name = target or url.path.rstrip("/").rpartition("/")[2] or "index.html"
            note = "" if quiet or spider else f"saving to '{name}'\n'{name}' saved\n"
            self.finish(here, response.seconds, 0, ("stderr", said + note))

    def _failed(self, here: Here, url: Url, error: ConnectionFailed, quiet: bool, limit: float) -> None:
        if error.kind == "no-host":
            self.finish(here, error.seconds, 1, ("stderr", f"wget: bad address '{url.shown}'\n"))
            return
        said = "" if quiet else f"Connecting to {url.host} ({error.address})\n"
        if error.kind == "timeout":
            self.finish(here, min(limit, error.seconds), 1, ("stderr", f"{said}wget: download timed out\n"))
            return
        address = error.address.rpartition(":")[0] or url.host
        why = "No route to host" if error.kind == "unreachable" else "Connection refused"
        text = f"{said}wget: can't connect to remote host ({address}): {why}\n"
        self.finish(here, error.seconds, 1, ("stderr", text))


class Nslookup(Client):
    """busybox nslookup"""

    def start(self, here: Here) -> None:
        names = [word for word in here.argv[1:] if not word.startswith("-")]
        head = f"Server:\t\t{DNS_SERVER}\nAddress:\t{DNS_SERVER}:53\n\n"
        if not names:
            self.finish(here, 0.0, 1, ("stderr", "Usage: nslookup [-type=QUERY_TYPE] [-debug] HOST [DNS_SERVER]\n"))
            return
        try:
            found = here.resolve(names[0])
        except ConnectionFailed:
            text = ";; connection timed out; no servers could be reached\n\n"
            self.finish(here, 10.0, 1, ("stdout", text))
            return
        if not found:
            text = "".join(f"** server can't find {name}: NXDOMAIN\n\n" for name in _tried(here, names[0]))
            self.finish(here, 0.01, 1, ("stdout", head + text))
            return
        full = full_name(here, names[0])
        lines = "".join(f"Name:\t{full}\nAddress: {address}\n" for address in found)
        self.finish(here, 0.01, 0, ("stdout", f"{head}{lines}\n"))


def _tried(here: Here, name: str) -> list[str]:
    """The names that were asked for in vain: with each search domain, for IPv4 and for IPv6."""
    if name.endswith(".") or name.count(".") >= 5:
        return [name.rstrip(".")] * 2
    domains = ("svc.cluster.local", f"{here.namespace}.svc.cluster.local", "cluster.local")
    return [f"{name}.{domain}" for domain in domains] * 2


def full_name(here: Here, name: str) -> str:
    """The name as the DNS answer has it: the first of the search domains with which it resolves."""
    if name.endswith("."):
        return name.rstrip(".")
    for suffix in (f"{here.namespace}.svc.cluster.local", "svc.cluster.local", "cluster.local"):
        if name.count(".") < 5 and here.resolve(f"{name}.{suffix}."):
            return f"{name}.{suffix}"
    return name


class Netcat(Client):
    """nc, for trying whether a port is open"""

    def start(self, here: Here) -> None:
        flags = "".join(word[1:] for word in here.argv[1:] if word.startswith("-") and not word[1:].isdigit())
        words = [word for word in here.argv[1:] if not word.startswith("-")]
        limit = 60.0
        if "w" in flags and len(words) > 2:
            limit = float(words.pop(0))
        if len(words) < 2 or not words[-1].isdigit():
            self.finish(here, 0.0, 1, ("stderr", "usage: nc [-vz] [-w SECONDS] HOST PORT\n"))
            return
        host, port = words[0], int(words[1])
        try:
            response = here.request(host, port, Request(protocol=TCP))
        except ConnectionFailed as error:
            text = f"nc: bad address '{host}'\n" if error.kind == "no-host" else _nc_problem(host, port, error)
            self.finish(
                here, min(limit, error.seconds), 1, ("stderr", text if "v" in flags or error.kind == "no-host" else "")
            )
            return
        text = f"{host} ({first_address(here, host)}:{port}) open\n" if "v" in flags else ""
        self.finish(here, response.seconds, 0, ("stderr", text))


def first_address(here: Here, host: str) -> str:
    """The first address of a host that answers."""
    found = here.resolve(host)
    return found[0] if found else host


def _nc_problem(host: str, port: int, error: ConnectionFailed) -> str:
    words = {"timeout": "Connection timed out", "unreachable": "No route to host"}
    why = words.get(error.kind, "Connection refused")
    return f"nc: {host} ({error.address or f'{host}:{port}'}): {why}\n"


PROGRAMS: Mapping[str, type[Program]] = {"curl": Curl, "wget": Wget, "nslookup": Nslookup, "nc": Netcat}
