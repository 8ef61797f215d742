"""`kubectl proxy`: the API server on a port of this computer, with your credentials. Follows kubectl `pkg/cmd/proxy`."""

from __future__ import annotations

import posixpath
import re
import threading
from contextlib import suppress
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from mimetypes import guess_type
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from tutor.kubectl.command import Command, Invocation
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.flags import boolean, duration, integer, string
from tutor.kubectl.local_ports import ListenFailed, check_loopback

if TYPE_CHECKING:
    from tutor.kubectl.connection import Connection

_CHUNK = 16 * 1024  # bytes passed on at once
_HOP = frozenset(
    {"connection", "keep-alive", "transfer-encoding", "upgrade", "proxy-authorization", "te", "trailer", "host"}
)


def run(invocation: Invocation) -> None:
    options = invocation.options
    if invocation.args:
        raise invocation.usage_error(f"unexpected arguments: [{' '.join(invocation.args)}]")
    if options.text("unix-socket"):
        raise KubectlError(
            "the built-in kubectl proxy has no --unix-socket; it serves the API on a port of this computer"
        )
    check_loopback(options.text("address"))
    address = "127.0.0.1" if options.text("address") == "localhost" else options.text("address")
    try:
        listener = invocation.io.ports.listen(address, options.number("port"))
    except ListenFailed as problem:
        raise KubectlError(str(problem).replace("tcp4", "tcp")) from None
    with invocation.io.ports.closing([listener]):
        server = ThreadingHTTPServer(listener.getsockname()[:2], _handler(invocation), bind_and_activate=False)
        server.socket.close()
        server.socket = listener
        server.daemon_threads = True
        invocation.out(f"Starting to serve on {address}:{listener.getsockname()[1]}\n")
        threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True).start()
        while not invocation.io.cancelled.wait(0.1):
            pass
        server.shutdown()


def _handler(invocation: Invocation) -> type[BaseHTTPRequestHandler]:
    options = invocation.options
    connection, extra = invocation.api.connection, invocation.api.headers
    filters = _Filters(options.text)
    prefix = "/" + options.text("api-prefix").strip("/")
    folder, static = options.text("www"), options.text("www-prefix")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class calls it so
            """Says nothing: kubectl proxy does not either."""

        def _pass_on(self) -> None:
            path = self.path
            if folder and path.startswith(static):
                self._file(path.removeprefix(static).partition("?")[0])
                return
            inside = path.removeprefix(prefix.rstrip("/"))
            if not path.startswith(prefix) or not filters.accept(self.command, inside, self.headers.get("Host", "")):
                self._answer(
                    403 if path.startswith(prefix) else 404,
                    b"Forbidden\n" if path.startswith(prefix) else b"404 page not found\n",
                )
                return
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length) if length else None
            headers = {name: value for name, value in self.headers.items() if name.lower() not in _HOP}
            _relay(self, connection, inside or "/", {**headers, **extra}, body)

        def _file(self, name: str) -> None:
            """A file below the folder of `--www`, or the names in a folder."""
            files, path = invocation.io.files, folder + posixpath.normpath(f"/{unquote(name)}")
            try:
                if files.is_dir(path):
                    links = (f'<a href="{quote(entry)}">{escape(entry)}</a>' for entry in files.list(path))
                    self._answer(200, "\n".join(["<pre>", *links, "</pre>\n"]).encode(), "text/html; charset=utf-8")
                else:
                    self._answer(200, files.read_bytes(path), guess_type(path)[0] or "application/octet-stream")
            except OSError:
                self._answer(404, b"404 page not found\n")

        def _answer(self, status: int, text: bytes, content_type: str = "text/plain; charset=utf-8") -> None:
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = _pass_on  # noqa: N815 - the base class looks for them

    return Handler


def _relay(
    handler: BaseHTTPRequestHandler, connection: Connection, path: str, headers: dict[str, str], body: bytes | None
) -> None:
    """Sends a request on and its answer back, piece by piece, so that watches come through."""
    from urllib3.exceptions import HTTPError

    try:
        reply = connection.open(handler.command, path, headers, body, None, stream=True)
    except HTTPError:
        handler.send_error(502)
        return
    handler.send_response(reply.status)
    for name, value in reply.headers.items():
        if name.lower() not in _HOP | {"date", "server"}:
            handler.send_header(name, value)
    if "Content-Length" not in reply.headers:
        handler.send_header("Connection", "close")
        handler.close_connection = True
    handler.end_headers()
    with suppress(OSError, HTTPError):  # one of the two hung up
        for piece in reply.stream(_CHUNK, decode_content=False):
            handler.wfile.write(piece)
            handler.wfile.flush()
    reply.close()


class _Filters:
    """What may pass: `--accept-paths`, `--reject-paths`, `--reject-methods`, `--accept-hosts`."""

    def __init__(self, text: Any) -> None:
        names = ("accept-paths", "reject-paths", "reject-methods", "accept-hosts")
        self._off = text("disable-filter") == "True"
        try:
            self._patterns = {name: [re.compile(part) for part in text(name).split(",")] for name in names}
        except re.error as problem:
            raise KubectlError(f"error parsing regexp: {problem}") from None

    def accept(self, method: str, path: str, host: str) -> bool:
        if self._off:
            return True
        host = re.sub(r":\d+$", "", host)
        return (
            not self._any("reject-paths", path)
            and not self._any("reject-methods", method)
            and self._any("accept-paths", path)
            and self._any("accept-hosts", host)
        )

    def _any(self, name: str, value: str) -> bool:
        return any(pattern.search(value) for pattern in self._patterns[name])


COMMAND = Command(
    name="proxy",
    short="Run a proxy to the Kubernetes API server",
    usage="proxy [--port=PORT] [--www=static-dir] [--www-prefix=prefix] [--api-prefix=prefix]",
    run=run,
    long="""
    Serves the API server on a port of this computer until you press ctrl+c. Requests to that port carry your
    credentials, so that curl or a browser can look at the API without any. In the practice shell, put it in the
    background with &. """,
    examples="""
    # The API on port 8001
    kubectl proxy --port=8001 &
    curl localhost:8001/api/v1/namespaces/default/pods
    """,
    flags=(
        string("accept-hosts", "Hosts that may be asked for.", default=r"^localhost$,^127\.0\.0\.1$,^\[::1\]$"),
        string("accept-paths", "Paths that are passed on.", default="^.*"),
        string("address", "Address to listen on: one of this computer's own.", default="127.0.0.1"),
        string("api-prefix", "Path below which the API is served.", default="/"),
        boolean("append-server-path", "Accepted; the path of the server's address is always kept."),
        boolean("disable-filter", "Pass every request on. Dangerous."),
        duration("keepalive", "Accepted, and without effect here."),
        integer("port", "Port to listen on; 0 takes any free one.", "p", default=8001),
        string("reject-methods", "Methods that are refused.", default="^$"),
        string("reject-paths", "Paths that are refused.", default="^/api/.*/pods/.*/exec,^/api/.*/pods/.*/attach"),
        string("unix-socket", "Not in the built-in kubectl.", "u"),
        string("www", "Folder whose files are served as well.", "w"),
        string("www-prefix", "Path below which the files are served.", "P", default="/static/"),
    ),
)
