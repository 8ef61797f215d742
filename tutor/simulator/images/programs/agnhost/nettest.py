"""`agnhost nettest`: servers that call on each other and tell whom they have heard of."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from tutor.simulator.images.programs.agnhost.flags import flag, not_found, note, number, split_request, text_response
from tutor.simulator.images.programs.base import Here, Program
from tutor.simulator.images.traffic import HTTP, ConnectionFailed, Request, Response

ROUND_SECONDS = 5.0
ROUNDS = 15
"""How often it calls on all others once they are there."""
WAIT_ROUNDS = 60
"""How many rounds it waits for them (five minutes)."""


class NetTest(Program):
    """Calls on every endpoint of its Service, and counts who has called."""

    def __init__(self) -> None:
        super().__init__()
        self._port = 8080
        self._peers = 8
        self._service = ("", "")
        self._delay = 0
        self._sent: Mapping[str, int] = {}
        self._received: Mapping[str, int] = {}
        self._errors: tuple[str, ...] = ()
        self._log: tuple[str, ...] = ()
        self._waited = self._round = 0

    def start(self, here: Here) -> None:
        self._port, self._peers = number(here, "port", 8080), number(here, "peers", 8)
        self._service = (flag(here, "namespace", "default"), flag(here, "service", "nettest"))
        self._delay = number(here, "delay-shutdown", 0)
        if not self._service[1]:
            note(here, "Must provide -service flag.", letter="F")
            here.exit(1)
            return
        self.wake_at = here.now + ROUND_SECONDS

    def ports(self) -> Mapping[int, str]:
        return {self._port: HTTP}

    @property
    def _contacting(self) -> bool:
        return self._round < ROUNDS and self._waited < WAIT_ROUNDS

    def step(self, here: Here) -> None:
        if self.stopping is not None:
            super().step(here)
            return
        found = self._endpoints(here)
        if len(found) < self._peers and not self._round:
            self._waited += 1
            names = "/".join(self._service)
            self._log += (f"{names} has {len(found)} endpoints, which is less than {self._peers} as expected.",)
        else:
            self._round += 1
            for target in found:
                self._call_on(here, target)
        self.wake_at = here.now + ROUND_SECONDS if self._contacting else None

    def _endpoints(self, here: Here) -> list[tuple[str, int]]:
        namespace, name = self._service
        return sorted(
            (address["ip"], port["port"])
            for endpoints in here.objects("endpoints")
            if (endpoints["metadata"]["namespace"], endpoints["metadata"]["name"]) == (namespace, name)
            for subset in endpoints.get("subsets") or ()
            for address in subset.get("addresses") or ()
            for port in subset.get("ports") or ()
        )

    def _call_on(self, here: Here, target: tuple[str, int]) -> None:
        address, port = target
        self._log += (f"Attempting to contact http://{address}:{port}",)
        body = json.dumps({"Source": here.hostname, "Dest": f"http://{address}:{port}"}).encode()
        sent = Request("POST", "/write", {"Content-Type": "application/json"}, body)
        try:
            name = str(json.loads(here.request(address, port, sent).text)["Hostname"])
        except (ConnectionFailed, ValueError, KeyError):
            self._log += (f'Warning: unable to contact the endpoint "http://{address}:{port}"',)
            return
        self._sent = {**self._sent, name: self._sent.get(name, 0) + 1}

    def serve(self, here: Here, port: int, request: Request) -> Response:
        path, _ = split_request(request)
        if path == "/read":
            return Response(200, json.dumps(self._state(here), indent="\t").encode())
        if path == "/write":
            return self._write(here, request)
        if path == "/status":
            done = len(self._sent) >= self._peers and len(self._received) >= self._peers
            return text_response("pass" if done else "running" if self._contacting else "fail")
        if path == "/quit":
            self.stopping = self.wake_at = here.now + 0.01
            return text_response("")
        return not_found()

    def _state(self, here: Here) -> Mapping[str, Any]:
        return {
            "Hostname": here.hostname,
            "Sent": self._sent or None,
            "Received": self._received or None,
            "Errors": list(self._errors) or None,
            "Log": list(self._log[-500:]) or None,
            "StillContactingPeers": self._contacting,
        }

    def _write(self, here: Here, request: Request) -> Response:
        try:
            posted = json.loads(request.body)
            source = str(posted.get("Source") or "") if isinstance(posted, dict) else ""
        except ValueError as error:
            self._errors += (f"invalid JSON: {error}",)
            source = ""
        if source:
            self._received = {**self._received, source: self._received.get(source, 0) + 1}
        else:
            self._errors += (f"{here.hostname}: Got request with no source",)
        return Response(200, (json.dumps({"Hostname": here.hostname}, separators=(",", ":")) + "\n").encode())

    def signal(self, here: Here, name: str) -> None:
        if name == "TERM" and self._delay:
            note(here, f"Sleeping {self._delay} seconds before exit ...")
            self.stopping = self.wake_at = here.now + self._delay
        else:
            here.exit(2)


SUBCOMMANDS: Mapping[str, Callable[[], Program]] = {"nettest": NetTest}
