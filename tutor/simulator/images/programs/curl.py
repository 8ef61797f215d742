"""curl"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tutor.simulator.images.programs.base import Here
from tutor.simulator.images.programs.client import Client, Url, parse_url
from tutor.simulator.images.traffic import REASONS, ConnectionFailed, Request, Response


@dataclass(slots=True)
class _CurlOptions:
    urls: list[str]
    headers: dict[str, str]
    method: str = ""
    body: bytes = b""
    posts: bool = False
    """Whether it sends data, which is a form unless a header says otherwise."""
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
    insecure: bool = False
    authority: str = ""


_CURL_VALUES = {
    "-X": "method",
    "--request": "method",
    "-o": "output",
    "--output": "output",
    "-w": "write_out",
    "--cacert": "authority",
    "--write-out": "write_out",
}
_CURL_FLAGS = {
    "s": "silent",
    "S": "show_errors",
    "f": "fail",
    "i": "include",
    "I": "head",
    "v": "verbose",
    "k": "insecure",
}
_CURL_LONG = {
    "silent": "silent",
    "show-error": "show_errors",
    "fail": "fail",
    "include": "include",
    "head": "head",
    "verbose": "verbose",
    "insecure": "insecure",
}
_CURL_IGNORED = {
    "-A",
    "--user-agent",
    "--retry",
    "--retry-delay",
    "-u",
    "--user",
    "--resolve",
    "-e",
    "-b",
    "--interface",
}


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
            options.body = b"&".join(filter(None, (options.body, next(words, "").encode())))
            options.method, options.posts = options.method or "POST", True
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


def _curl_cluster(options: _CurlOptions, word: str, words: Iterator[str]) -> str:
    """One-letter options written together, such as -sSo."""
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
        elif letter not in "LgqN46#":
            return f"curl: option {word}: is unknown\ncurl: try 'curl --help' for more information\n"
    return ""


class Curl(Client):
    """curl"""

    write_problem = 23

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
        if options.posts and not any(name.lower() == "content-type" for name in options.headers):
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        method = options.method or ("HEAD" if options.head else "GET")
        protocol = "https" if url.scheme == "https" else "http"
        request = Request(method, url.path, headers, options.body, protocol)
        try:
            response = here.request(url.host, url.port, request)
        except ConnectionFailed as error:
            self._failed(here, options, url, error)
            return
        problem = _trust_problem(here, options) if protocol == "https" else None
        if problem is not None:
            self._complain(here, options, response.seconds, *problem)
            return
        if response.seconds > options.limit:
            self._complain(here, options, options.limit, 28, _curl_timeout(options.limit))
            return
        if options.fail and response.status >= 400:
            text = f"(22) The requested URL returned error: {response.status}"
            self._complain(here, options, response.seconds, 22, text)
            return
        if options.output and options.output != "-" and not options.head:
            self.save(options.output, response.body, f"curl: (23) Failed to open {options.output}: {{why}}\n")
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


def _trust_problem(here: Here, options: _CurlOptions) -> tuple[int, str] | None:
    """Why a server whose certificate no public authority has signed is not trusted."""
    if options.insecure:
        return None
    if options.authority:
        path = options.authority
        missing = here.read(path) is None
        return (
            (77, f"(77) error setting certificate verify locations:  CAfile: {path} CApath: none") if missing else None
        )
    more = "More details here: https://curl.se/docs/sslcerts.html"
    return 60, f"(60) SSL certificate problem: unable to get local issuer certificate\n{more}"


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
    if not options.head and options.output in ("", "-"):
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


PROGRAMS = {"curl": Curl}
