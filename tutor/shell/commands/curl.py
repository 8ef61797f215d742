"""curl, for the Services and Pods of the cluster. Options and messages are curl's own (curl(1))."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tutor.posix.errors import ToolError
from tutor.posix.tools.options import Options, parse_options
from tutor.shell.commands.http_tools import TooLarge, save

if TYPE_CHECKING:
    from tutor.shell.calls import Surroundings
    from tutor.shell.commands.kubectl import ClusterAccess
    from tutor.shell.commands.reach import Local, Reach, Reply, Target, Url

DEFAULT_TIMEOUT = 30.0
"""Seconds to wait for an answer unless -m says otherwise."""
_LETTERS = "sSiIvfLkgX:H:d:o:Om:w:A:u:"
_NAMES = {
    "silent": "s",
    "show-error": "S",
    "include": "i",
    "head": "I",
    "verbose": "v",
    "fail": "f",
    "location": "L",
    "insecure": "k",
    "globoff": "g",
    "request": "X",
    "header": "H",
    "data": "d",
    "data-raw": "d",
    "output": "o",
    "remote-name": "O",
    "max-time": "m",
    "connect-timeout": "m",
    "write-out": "w",
    "user-agent": "A",
    "user": "u",
}
_HELP = """\
Usage: curl [options...] URL
Reaches Services and Pods of the cluster through the API server: curl web-app-service, curl http://SERVICE.NAMESPACE:PORT/path
Options: -i -I -s -v -f -X METHOD -H HEADER -d DATA -o FILE -m SECONDS -w FORMAT
"""


class Failure(Exception):
    """curl ends with this exit status (EXIT CODES in curl(1)) and message."""

    def __init__(self, code: int, message: str, tip: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.tip = tip


class Curl:
    """The command."""

    def __init__(self, access: ClusterAccess) -> None:
        self._access = access

    def __call__(self, surroundings: Surroundings) -> int:
        """Run it."""
        if surroundings.argv[1:2] in (["--help"], ["-h"]):
            surroundings.out(_HELP)
            return 0
        try:
            options = parse_options(surroundings.argv, _LETTERS, _NAMES)
            return self._fetch(surroundings, options)
        except ToolError as problem:
            surroundings.err(f"curl: {problem.message}\ncurl: try 'curl --help' for more information\n")
            return 2
        except Failure as failure:
            surroundings.call.tip = failure.tip
            if "s" not in options.flags or "S" in options.flags:
                surroundings.err(f"curl: ({failure.code}) {failure.message}\n")
            return failure.code

    def _fetch(self, surroundings: Surroundings, options: Options) -> int:
        if len(options.operands) != 1:
            raise ToolError("one URL is needed" if options.operands else "(2) no URL specified", 2)
        url = _url(options.operands[0])
        started = time.monotonic()
        reply = _ask(self._access, url, options)
        try:
            return _show(surroundings, options, url, reply, started)
        finally:
            reply.close()


def _url(text: str) -> Url:
    from tutor.shell.commands.reach import Url

    try:
        return Url.of(text)
    except ValueError:
        raise Failure(3, f"URL rejected or not HTTP: {text}") from None


def _ask(access: ClusterAccess, url: Url, options: Options) -> Reply:
    """The reply; every way to fail as curl would put it."""
    from urllib3.exceptions import HTTPError, ReadTimeoutError

    from tutor.kubectl.errors import KubectlError
    from tutor.shell.commands.reach import NotOffered, Reach, Refused, Unresolved

    try:
        reach = Reach(access)
        target = reach.find(url)
        return _request(reach, target, url, options)
    except Unresolved as problem:
        raise Failure(6, f"Could not resolve host: {url.host}", problem.tip) from None
    except Refused as problem:
        message = f"Failed to connect to {url.host} port {url.port} after 0 ms: Couldn't connect to server"
        raise Failure(7, message, problem.tip) from None
    except NotOffered as problem:
        raise Failure(7, f"{problem}") from None
    except ReadTimeoutError:
        raise Failure(28, f"Operation timed out after {_timeout(options) * 1000:.0f} milliseconds") from None
    except (HTTPError, KubectlError):
        if url.port in access.ports.open:
            raise Failure(52, "Empty reply from server") from None
        raise Failure(7, "the cluster's API server, which passes requests on, does not answer") from None


def _request(reach: Reach, target: Target | Local, url: Url, options: Options) -> Reply:
    headers = {"User-Agent": options.value("A") or "curl/8.14.1", "Accept": "*/*"}
    for text in options.values.get("H", []):
        name, _, value = text.partition(":")
        headers[name.strip()] = value.strip()
    if options.value("u") or any(name.lower() == "authorization" for name in headers):
        raise Failure(2, "credentials cannot be passed on: the API server in between takes them for its own")
    data = "&".join(options.values.get("d", []))
    if "d" in options.values:
        headers.setdefault("Content-Type", "application/x-www-form-urlencoded")
    method = options.value("X") or ("HEAD" if "I" in options.flags else "POST" if "d" in options.values else "GET")
    body = data.encode() if "d" in options.values else None
    return reach.open(target, url, method.upper(), headers, body, _timeout(options))


def _timeout(options: Options) -> float:
    try:
        return max(0.001, min(float(options.value("m") or DEFAULT_TIMEOUT), 3600.0))
    except ValueError:
        raise ToolError(f"option -m: expected a proper numerical parameter, got {options.value('m')}", 2) from None


def _show(surroundings: Surroundings, options: Options, url: Url, reply: Reply, started: float) -> int:
    if "v" in options.flags:
        surroundings.err("* through the API server of the cluster\n" + _marked("< ", reply.head))
    if "f" in options.flags and reply.status >= 400:
        raise Failure(22, f"The requested URL returned error: {reply.status}")
    if options.flags & {"i", "I"}:
        surroundings.out(reply.head)
    file = url.path.split("?")[0].rsplit("/", 1)[-1] if "O" in options.flags else options.value("o") or "-"
    if not file:
        raise Failure(23, "Remote file name has no length")
    try:
        size = save(surroundings, reply, file)
    except OSError as problem:
        raise Failure(23, f"Failed to open {file}: {problem.strerror}") from None
    except TooLarge:
        raise Failure(63, "Maximum file size exceeded") from None
    _write_out(surroundings, options.value("w"), reply.status, size, time.monotonic() - started)
    return 0


def _marked(mark: str, text: str) -> str:
    return "".join(f"{mark}{line}\n" for line in text.replace("\r", "").splitlines())


def _write_out(surroundings: Surroundings, form: str | None, status: int, size: int, seconds: float) -> None:
    if form is None:
        return
    values = {"http_code": f"{status:03}", "response_code": f"{status:03}", "size_download": str(size)}
    values["time_total"] = f"{seconds:.6f}"
    for name, value in values.items():
        form = form.replace(f"%{{{name}}}", value)
    surroundings.out(form.replace("\\n", "\n").replace("\\t", "\t").replace("\\r", "\r"))
