"""The way to a real API: answers, refusals, silence, its clock, and watches that can be ended from outside."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tutor.grading import door
from tutor.grading.api import ApiSource, Unreachable

ANSWERS: dict[str, tuple[int, str]] = {
    "/api/v1/pods/one": (200, '{"kind": "Pod"}'),
    "/api/v1/pods/none": (404, '{"message": "not found"}'),
    "/api/v1/pods/secret": (403, '{"message": "you may not"}'),
    "/api/v1/pods/proxy": (502, "<html>Bad gateway</html>"),
    "/api/v1/pods/empty": (200, ""),
}
AHEAD = 3600


class Handler(BaseHTTPRequestHandler):
    """Answers from the table, watches on /api/v1/pods, and echoes what it is sent."""

    protocol_version = "HTTP/1.1"

    def date_time_string(self, timestamp: float | None = None) -> str:
        return super().date_time_string(time.time() + AHEAD)

    def do_GET(self) -> None:
        if self.path.startswith("/api/v1/pods?watch=true"):
            return self._watch()
        status, text = ANSWERS[self.path]
        return self._reply(status, text.encode())

    def do_PATCH(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        echo = {"sent": json.loads(body), "type": self.headers["Content-Type"], "auth": self.headers["Authorization"]}
        self._reply(200, json.dumps(echo).encode())

    def _reply(self, status: int, data: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _watch(self) -> None:
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.write(b"3\r\n{}\n\r\n")
        self.wfile.flush()
        self.server.hold.wait(30)  # type: ignore[attr-defined] # put there by the fixture

    def log_message(self, *args: Any, **kwargs: Any) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    made = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.hold = threading.Event()  # type: ignore[attr-defined] # ends the watches when the test is over
    thread = threading.Thread(target=made.serve_forever, daemon=True)
    thread.start()
    yield made
    made.hold.set()  # type: ignore[attr-defined] # see above
    made.shutdown()
    made.server_close()
    thread.join()


def kubeconfig(folder: Path, server: str) -> Path:
    path = folder / "config"
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "c",
        "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
        "clusters": [{"name": "c", "cluster": {"server": server}}],
        "users": [{"name": "u", "user": {"token": "let-me-in"}}],
    }
    path.write_text(json.dumps(config), encoding="utf-8")
    return path


@pytest.fixture(params=["own", "official"])
def api(
    server: ThreadingHTTPServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[ApiSource]:
    """Both ways to the same server: the official client stands for any that is not on this computer."""
    if request.param == "official":
        monkeypatch.setattr(door, "_THIS_COMPUTER", ())
    source = ApiSource(kubeconfig(tmp_path, f"http://127.0.0.1:{server.server_port}"))
    yield source
    source.close()


def test_an_object(api: ApiSource) -> None:
    assert api.get("/api/v1/pods/one") == {"kind": "Pod"}
    assert api.get("/api/v1/pods/none") is None
    assert api.request("GET", "/api/v1/pods/empty") == (200, {})


def test_a_refusal_is_not_an_absence(api: ApiSource) -> None:
    with pytest.raises(Unreachable, match="refused to answer: you may not"):
        api.get("/api/v1/pods/secret")


def test_something_in_between_that_answers_in_html(api: ApiSource) -> None:
    with pytest.raises(Unreachable, match=r"no JSON \(status 502\)"):
        api.get("/api/v1/pods/proxy")


def test_what_is_sent(api: ApiSource) -> None:
    status, echo = api.request("PATCH", "/api/v1/pods/one", {"spec": {}}, "application/merge-patch+json")
    assert status == 200
    assert echo == {"sent": {"spec": {}}, "type": "application/merge-patch+json", "auth": "Bearer let-me-in"}


def test_the_clusters_clock_is_taken_from_its_answers(api: ApiSource) -> None:
    api.get("/api/v1/pods/one")
    assert api.now() - time.time() == pytest.approx(AHEAD, abs=5)


def test_nobody_there(tmp_path: Path) -> None:
    with pytest.raises(Unreachable, match=r"does not answer \(connection refused\)"):
        ApiSource(kubeconfig(tmp_path, "http://127.0.0.1:1")).get("/api/v1/pods/one")


def test_a_watch_ends_when_it_is_closed_from_another_thread(api: ApiSource) -> None:
    stream = api.watch("/api/v1/pods")
    heard, ended = threading.Event(), threading.Event()

    def listen() -> None:
        try:
            for _ in stream.pieces():
                heard.set()
        except Unreachable:
            pass
        ended.set()

    threading.Thread(target=listen, daemon=True).start()
    assert heard.wait(5)
    assert not ended.is_set()
    stream.close()
    assert ended.wait(5)
    stream.close()


def test_credentials_from_a_separate_program_are_left_to_the_official_client(tmp_path: Path) -> None:
    path = kubeconfig(tmp_path, "http://127.0.0.1:1")
    config = json.loads(path.read_text(encoding="utf-8"))
    login = {"apiVersion": "client.authentication.k8s.io/v1", "command": "true", "interactiveMode": "Never"}
    config["users"][0]["user"] = {"exec": login}
    path.write_text(json.dumps(config), encoding="utf-8")
    assert isinstance(door.open_door(path), door._Official)
