"""`agnhost netexec`: a server that tells about itself, asks others and runs commands, over HTTP and UDP."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from tutor.simulator.images.programs.agnhost.flags import (
    UNHANDLED,
    client_of,
    error_response,
    flag,
    note,
    number,
    redirection,
    seconds,
    split_request,
    text_response,
)
from tutor.simulator.images.programs.base import Here, Program
from tutor.simulator.images.traffic import HTTP, HTTPS, UDP, ConnectionFailed, Request, Response

Values = Mapping[str, str]
UPLOADS = "/uploads"
DIAL_SECONDS = 5.0
"""How long it waits for an answer when it asks somebody else."""


class Netexec(Program):
    """The HTTP server with its endpoints, and the UDP server beside it."""

    def __init__(self) -> None:
        super().__init__()
        self._port = 8080
        self._udp = 8081
        self._tls = False
        self._override = ""
        self._delay = 0
        self._code = 0
        self._shutting_down = False

    def start(self, here: Here) -> None:
        self._port, self._udp = number(here, "http-port", 8080), number(here, "udp-port", 8081)
        self._tls, self._override = bool(flag(here, "tls-cert-file")), flag(here, "http-override")
        self._delay = number(here, "delay-shutdown", 0)
        note(here, f"Started HTTP server on port {self._port}")
        if self._udp != -1:
            for address in flag(here, "udp-listen-addresses").split(","):
                note(here, f"Started UDP server on port {address} {self._udp}")

    def ports(self) -> Mapping[int, str]:
        return {self._port: HTTPS if self._tls else HTTP}

    def datagram_ports(self) -> tuple[int, ...]:
        return (self._udp,) if self._udp != -1 else ()

    def serve(self, here: Here, port: int, request: Request) -> Response:
        if request.protocol == UDP:
            return Response(200, self._datagram(here, request).encode())
        if self._override:
            request = Request("GET", self._override, {"X-From": request.headers.get("X-From", "")})
        path, values = split_request(request)
        handler = _HANDLERS.get(path)
        if handler is None:
            note(here, "GET /")
            moment = datetime.fromtimestamp(here.now, UTC)
            return text_response(f"NOW: {moment:%Y-%m-%d %H:%M:%S.%f} +0000 UTC m=+0.000000001")
        return handler(self, here, values, request)

    def _datagram(self, here: Here, request: Request) -> str:
        """The answer to a UDP message; nothing to one that it does not know."""
        raw = request.body.decode(errors="replace").strip()
        command, _, rest = raw.lower().partition(" ")
        client = client_of(here, request)
        if command == "echo":
            note(here, f"Echoing {rest} to UDP client {client}")
            return rest
        if command == "envvar":
            name = raw.partition(" ")[2].strip()
            note(here, f"Sending UDP envvar response for {name}")
            return here.environment.get(name, "")
        found = {"hostname": here.hostname, "clientip": client, "serverport": str(self._udp)}.get(raw.lower())
        if found is None:
            note(here, f"Unknown UDP command received from {client}: {raw.lower()}")
            return ""
        note(here, "Sending udp hostName response" if command == "hostname" else f"Sending {command} to UDP client")
        return found

    # -- what it tells about itself

    def hostname(self, here: Here, values: Values, request: Request) -> Response:
        """Its host's name."""
        note(here, f"GET {request.path.partition('?')[0]}")
        return text_response(here.hostname)

    def client_ip(self, here: Here, values: Values, request: Request) -> Response:
        """Who asks."""
        note(here, "GET /clientip")
        return text_response(client_of(here, request))

    def server_port(self, here: Here, values: Values, request: Request) -> Response:
        """The port it listens on."""
        note(here, "GET /serverport")
        return text_response(str(self._port))

    def header(self, here: Here, values: Values, request: Request) -> Response:
        """A header of the request, or all of them."""
        shown = {name: value for name, value in request.headers.items() if name != "X-From"}
        key = values.get("key", "")
        note(here, f"GET /header?key={key}" if key else "GET /header")
        if not key:
            return text_response(json.dumps({name: [value] for name, value in sorted(shown.items())}))
        return text_response(next((value for name, value in shown.items() if name.lower() == key.lower()), ""))

    def variable(self, here: Here, values: Values, request: Request) -> Response:
        """An environment variable."""
        name = values.get("var", "")
        if not name:
            return error_response("'var' query parameter is required", 400)
        note(here, f"GET /envvar?var={name}")
        found = here.environment.get(name)
        return error_response(f'env var "{name}" is not set', 500) if found is None else text_response(found)

    def echo(self, here: Here, values: Values, request: Request) -> Response:
        """What it was sent."""
        message, code = values.get("msg", ""), values.get("code", "")
        note(here, f"GET /echo?msg={message}&code={code}")
        if code and not code.isdecimal():
            return text_response(f"argument 'code' must be an integer or empty, got \"{code}\"\n")
        return text_response(message, int(code or 200))

    def redirect(self, here: Here, values: Values, request: Request) -> Response:
        """Sends the client elsewhere."""
        location, code = values.get("location", ""), values.get("code", "")
        note(here, f"{request.method} /redirect?msg={location}&code={code}")
        if code and not code.isdecimal():
            return text_response(f"argument 'code' must be an integer or empty, got \"{code}\"\n")
        return redirection(location, int(code or 302))

    # -- its health

    def healthz(self, here: Here, values: Values, request: Request) -> Response:
        """Well as long as its UDP server is there."""
        note(here, "GET /healthz")
        return text_response("", 200 if self._udp != -1 else 412)

    def readyz(self, here: Here, values: Values, request: Request) -> Response:
        """Ready until it is told to end."""
        note(here, "GET /readyz")
        if self._shutting_down:
            return text_response("shutting down", 503)
        return text_response("ok") if self._udp != -1 else text_response("", 412)

    def exit(self, here: Here, values: Values, request: Request) -> Response:
        """Ends after a while."""
        code, wait, timeout = (values.get(name, "") for name in ("code", "wait", "timeout"))
        note(here, f"GET /exit?code={code}&timeout={timeout}&wait={wait}")
        for name, text in (("timeout", timeout), ("wait", wait)):
            if text and seconds(text) is None:
                return text_response(f"argument '{name}' must be a valid golang duration or empty, got \"{text}\"\n")
        if code and not code.isdecimal():
            return text_response(f"argument 'code' must be an integer [0-127] or empty, got \"{code}\"\n")
        self._end(here, 0.01 + (seconds(wait or "0") or 0.0), int(code or 0))
        return text_response("")

    def shutdown(self, here: Here, values: Values, request: Request) -> Response:
        """Ends at once."""
        note(here, "GET /shutdown")
        self._end(here, 0.01, 0)
        return text_response("")

    def _end(self, here: Here, after: float, code: int) -> None:
        self._code = code
        self.stopping = self.wake_at = here.now + after

    def stopped(self, here: Here) -> None:
        here.exit(self._code)

    def signal(self, here: Here, name: str) -> None:
        if name != "TERM":
            here.exit(UNHANDLED)
        elif not self._shutting_down:
            self._shutting_down = True
            if self._delay > 0:
                note(here, f"Sleeping {self._delay} seconds before terminating...")
            self._end(here, float(self._delay), 0)

    # -- what it does for others

    def dial(self, here: Here, values: Values, request: Request) -> Response:
        """Asks somebody else, as often as it is told to."""
        host, port, asked = values.get("host", ""), values.get("port", ""), values.get("request", "")
        protocol, tries = values.get("protocol", ""), values.get("tries", "")
        note(here, f"GET /dial?host={host}&protocol={protocol}&port={port}&request={asked}&tries={tries}")
        if tries and not tries.isdecimal():
            return error_response(f'tries parameter is invalid. strconv.Atoi: parsing "{tries}": invalid syntax', 400)
        if not asked:
            return error_response("request parameter not specified. <nil>", 400)
        if protocol.lower() not in ("", "http", "udp"):
            return error_response(f"unsupported protocol. {protocol}", 400)
        try:
            found = here.resolve(host)
        except ConnectionFailed:
            found = []
        if not found or not port.isdecimal():
            return error_response(f"host and/or port param are invalid. lookup {host}: no such host", 400)
        return _dialled(here, found[0], int(port), asked, protocol.lower(), int(tries or 1))

    def shell(self, here: Here, values: Values, request: Request) -> Response:
        """Runs a command."""
        command = values.get("shellCommand") or values.get("cmd", "")
        note(here, f"GET /shell?cmd={command}")
        code, output, took = here.run(["/bin/sh", "-c", command])
        shown = {"error": f"exit status {code}"} if code else {}
        if output:
            shown["output"] = output
        listed = " ".join(f"{name}:{value}" for name, value in sorted(shown.items()))
        note(here, f"Output: map[{listed}]")
        return Response(200, json.dumps(shown, separators=(",", ":")).encode(), seconds=took)

    def upload(self, here: Here, values: Values, request: Request) -> Response:
        """Takes a file."""
        note(here, "GET /upload")
        content = _uploaded(request)
        if content is None:
            return text_response(json.dumps({"error": "Unable to upload file."}))
        path = f"{UPLOADS}/upload{int(here.now * 1e6) % 10**10:010}"
        if here.write(path, content):
            return text_response(json.dumps({"error": "Unable to open file for write"}))
        note(here, f"Wrote upload to {path}")
        return text_response(json.dumps({"output": path}), 201)


def _dialled(here: Here, address: str, port: int, asked: str, protocol: str, tries: int) -> Response:
    """The answers and errors of some requests."""
    answers, errors, took, last = list[str](), list[str](), 0.0, ""
    for _ in range(tries):
        sent = Request(body=asked.encode(), protocol=UDP) if protocol == "udp" else Request(path=f"/{asked}")
        try:
            response = here.request(address, port, sent)
        except ConnectionFailed as error:
            last = ""
            took += min(error.seconds, DIAL_SECONDS)
            errors.append(_why(error, address, port, asked, protocol))
            continue
        last = response.text
        took += response.seconds
        answers.append(last)
    shown = ({"errors": errors} if errors else {}) | ({"responses": answers} if last else {})
    return Response(200, json.dumps(shown, separators=(",", ":")).encode(), seconds=took)


def _why(error: ConnectionFailed, address: str, port: int, asked: str, protocol: str) -> str:
    """How Go words a failed request."""
    if protocol == "udp":
        why = "i/o timeout" if error.kind == "timeout" else "connection refused"
        return f"reading from udp connection failed. err:'read udp {address}:{port}: {why}'"
    words = {
        "timeout": "context deadline exceeded (Client.Timeout exceeded while awaiting headers)",
        "unreachable": f"dial tcp {address}:{port}: connect: no route to host",
        "refused": f"dial tcp {address}:{port}: connect: connection refused",
    }
    return f'Get "http://{address}:{port}/{asked}": {words.get(error.kind, "EOF")}'


def _uploaded(request: Request) -> bytes | None:
    """The file in the body of a form."""
    kind = next((value for name, value in request.headers.items() if name.lower() == "content-type"), "")
    _, found, boundary = kind.partition("boundary=")
    parts = request.body.split(f"--{boundary.strip(chr(34))}".encode()) if found else []
    for part in parts:
        head, _, content = part.partition(b"\r\n\r\n")
        if b'name="file"' in head:
            return content.removesuffix(b"\r\n")
    return None


_HANDLERS: Mapping[str, Callable[[Netexec, Here, Values, Request], Response]] = {
    "/hostname": Netexec.hostname,
    "/hostName": Netexec.hostname,
    "/clientip": Netexec.client_ip,
    "/serverport": Netexec.server_port,
    "/header": Netexec.header,
    "/envvar": Netexec.variable,
    "/echo": Netexec.echo,
    "/redirect": Netexec.redirect,
    "/healthz": Netexec.healthz,
    "/readyz": Netexec.readyz,
    "/exit": Netexec.exit,
    "/shutdown": Netexec.shutdown,
    "/dial": Netexec.dial,
    "/shell": Netexec.shell,
    "/upload": Netexec.upload,
}
SUBCOMMANDS: Mapping[str, Callable[[], Program]] = {"netexec": Netexec}
