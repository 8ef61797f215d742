"""`agnhost guestbook`: a store with one primary and replicas that register with it, as in the guestbook tutorial."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from urllib.parse import quote

from tutor.simulator.images.programs.agnhost.flags import (
    GoServer,
    error_response,
    flag,
    not_found,
    note,
    number,
    split_request,
    text_response,
)
from tutor.simulator.images.programs.base import Here, Program
from tutor.simulator.images.traffic import HTTP, ConnectionFailed, Request, Response

REGISTER_SECONDS = 15.0
"""How long a replica tries to register."""
RETRY_SECONDS = 1.0


class Guestbook(GoServer):
    """Keeps keys with values, and passes what is set on to its replicas."""

    def __init__(self) -> None:
        super().__init__()
        self._port = 80
        self._backend = 6379
        self._primary = ""
        self._store: Mapping[str, str] = {}
        self._replicas: tuple[str, ...] = ()
        self._until = 0.0

    def start(self, here: Here) -> None:
        self._port, self._backend = number(here, "http-port", 80), number(here, "backend-port", 6379)
        self._primary = flag(here, "replicaof")
        if self._primary:
            self._until = here.now + REGISTER_SECONDS
            self.wake_at = here.now + 0.05

    def step(self, here: Here) -> None:
        """Register with the primary, which answers with what it has."""
        self.wake_at = None
        target = f"{self._primary}:{self._backend}"
        note(here, f"Registering to primary: {target}/register?host={here.ip}")
        try:
            answer = here.request(self._primary, self._backend, Request(path=f"/register?host={here.ip}"))
            self._store = json.loads(answer.text)["data"]
        except (ConnectionFailed, ValueError, KeyError) as error:
            why = error.kind if isinstance(error, ConnectionFailed) else "unexpected answer"
            note(here, f"encountered error while registering to primary: {why}. Retrying in 1s.")
            self.wake_at = here.now + RETRY_SECONDS
            if self.wake_at >= self._until:
                note(here, "Timed out while registering to primary.", letter="F")
                here.exit(1)
            return
        note(here, f"Registered to node: {self._primary}")

    def ports(self) -> Mapping[int, str]:
        return {self._port: HTTP}

    def serve(self, here: Here, port: int, request: Request) -> Response:
        path, values = split_request(request)
        key, value = values.get("key", ""), values.get("value", "")
        if path == "/register":
            return self._register(here, values.get("host", ""))
        if path == "/get":
            note(here, f"GET /get?key={key}")
            return _json({"data": self._store.get(key, "") if key else dict(self._store)})
        if path == "/set":
            return self._set(here, key, value)
        return self._page(here, values) if path == "/guestbook" else not_found()

    def _register(self, here: Here, ip: str) -> Response:
        note(here, f"GET /register?host={ip}")
        note(here, f"Node '{ip}' registered.")
        self._replicas = (*self._replicas, ip)
        return _json({"data": dict(self._store)})

    def _set(self, here: Here, key: str, value: str) -> Response:
        note(here, f"GET /set?key={key}&value={value}")
        if not key:
            return error_response("cannot set with empty key.", 400)
        self._store = {**self._store, key: value}
        for replica in self._replicas:
            try:
                here.request(replica, self._backend, Request(path=f"/set?key={quote(key)}&value={quote(value)}"))
            except ConnectionFailed as error:
                text = f"encountered error while propagating to replica '{replica}': {error.kind}"
                return error_response(text, 417)
        return _json({"message": "Updated"})

    def _page(self, here: Here, values: Mapping[str, str]) -> Response:
        """Ask the primary or a replica, which are found by the names of their Services."""
        command, key, value = values.get("cmd", "").lower(), values.get("key", ""), values.get("value", "")
        note(here, f"GET /guestbook?cmd={command}&key={key}&value={value}")
        if command not in ("get", "set"):
            return error_response(f"unsupported cmd: '{command}'", 400)
        if command == "set" and not key:
            return error_response("cannot set with empty key.", 400)
        host = "agnhost-replica" if command == "get" else "agnhost-primary"
        sent = Request(path=f"/{command}?key={quote(key)}&value={quote(value)}")
        try:
            return text_response(here.request(host, self._backend, sent).text)
        except ConnectionFailed as error:
            if error.kind == "no-host":
                return error_response(f"host and/or port param are invalid. lookup {host}: no such host", 400)
            return error_response(f"encountered error: {error.kind}", 417)


def _json(value: Mapping[str, object]) -> Response:
    return text_response(json.dumps(value, separators=(",", ":"), sort_keys=True))


SUBCOMMANDS: Mapping[str, Callable[[], Program]] = {"guestbook": Guestbook}
