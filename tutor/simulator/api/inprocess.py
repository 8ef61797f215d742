"""Talks to a cluster's API without a socket: for tests, benchmarks and tools in the same process."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from tutor.simulator.api.handler import Api
from tutor.simulator.api.http import JSON, Request, Response, Stream
from tutor.simulator.cluster import SimulatedCluster


class InProcessClient:
    """Requests as method calls. Bodies go in and come out as JSON data."""

    def __init__(self, api: Api | SimulatedCluster, headers: dict[str, str] | None = None) -> None:
        self.api = api if isinstance(api, Api) else Api(api)
        self.headers = headers or {}

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        content_type: str = JSON,
        headers: dict[str, str] | None = None,
        **query: Any,
    ) -> Response:
        """One request and its answer. Query parameters that are None are left out; bytes and text are sent as they are."""
        shown = {key: _text(value) for key, value in query.items() if value is not None}
        url = f"{path}{'&' if '?' in path else '?'}{urlencode(shown)}" if shown else path
        sent = {"user-agent": "in-process", **self.headers, **(headers or {})}
        if body is not None:
            sent.setdefault("content-type", content_type)
        return self.api.handle(Request.of(method, url, sent, _bytes(body)))

    def json(self, method: str, path: str, body: Any = None, **options: Any) -> Any:
        """The JSON data of an answer, whatever its status."""
        return json.loads(self.send(method, path, body, **options).payload())

    def get(self, path: str, **options: Any) -> Any:
        """GET."""
        return self.json("GET", path, **options)

    def watch(self, path: str, **query: Any) -> InProcessWatch:
        """A watch of a collection."""
        response = self.send("GET", path, watch="true", **query)
        assert response.stream is not None, response.body
        return InProcessWatch(response.stream)


class InProcessWatch:
    """The events of a watch, as they are there."""

    def __init__(self, stream: Stream) -> None:
        self.stream = stream

    def events(self) -> Iterator[dict[str, Any]]:
        """The events since the last call."""
        for line in self.stream.pull().splitlines():
            yield json.loads(line)

    def close(self) -> None:
        """Stop watching."""
        self.stream.close()


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _bytes(body: Any) -> bytes:
    if body is None:
        return b""
    if isinstance(body, bytes):
        return body
    return body.encode() if isinstance(body, str) else json.dumps(body).encode()
