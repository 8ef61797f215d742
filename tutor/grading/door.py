"""How requests get to a cluster's API: over a connection of our own to this computer, and through the official client elsewhere.

The official client knows every way to prove who one is, and proxies. A cluster on this computer needs none of that, and importing
the client takes half a second and 18 MB at the moment when a learner waits for an exercise.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

from tutor.kubectl import KubeConfig
from tutor.kubectl.endpoint import Endpoint, Overrides
from tutor.kubectl.errors import KubectlError

if TYPE_CHECKING:
    import urllib3

_THIS_COMPUTER = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True)
class Request:
    """What is asked. `timeout` is how many seconds to wait for the connection and for each piece of the answer."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: dict[str, Any] | None
    timeout: tuple[float, float]


class Door(Protocol):
    """A way to one API server. Several threads may use it."""

    def send(self, request: Request) -> urllib3.BaseHTTPResponse:
        """The answer, its body not yet read. Raises what the library below raises."""

    def close(self) -> None:
        """Let the connections go."""


def open_door(kubeconfig: Path) -> Door:
    """The way that suits a kubeconfig. Nothing is sent yet."""
    try:
        config = KubeConfig.load(kubeconfig)
        endpoint = config.endpoint(Overrides())
    except KubectlError:
        return _Official(
            kubeconfig
        )  # credentials that come from a separate program, and whatever else kubectl has no words for
    return _Own(config, endpoint) if urlsplit(endpoint.server).hostname in _THIS_COMPUTER else _Official(kubeconfig)


class _Own:
    """Our own connection, the one that kubectl uses."""

    def __init__(self, config: KubeConfig, endpoint: Endpoint) -> None:
        self._connection = config.connection(endpoint)

    def send(self, request: Request) -> urllib3.BaseHTTPResponse:
        """The answer."""
        body = None if request.body is None else json.dumps(request.body).encode()
        return self._connection.open(
            request.method, request.path, dict(request.headers), body, request.timeout[1], stream=True
        )

    def close(self) -> None:
        """Let the connections go."""
        self._connection.close()


class _Official:
    """The official client."""

    def __init__(self, kubeconfig: Path) -> None:
        from kubernetes import config

        self._client = config.new_client_from_config(config_file=str(kubeconfig))

    def send(self, request: Request) -> urllib3.BaseHTTPResponse:
        """The answer."""
        client = self._client
        reply = client.call_api(
            request.method,
            client.configuration.host + request.path,
            {**self._authorization(), **request.headers},
            request.body,
            _request_timeout=request.timeout,
        )
        response: urllib3.BaseHTTPResponse = reply.response
        return response

    def _authorization(self) -> dict[str, str]:
        settings = self._client.configuration.auth_settings()
        return {
            entry["key"]: entry["value"] for entry in settings.values() if entry["in"] == "header" and entry["value"]
        }

    def close(self) -> None:
        """Let the connections go."""
        self._client.rest_client.pool_manager.clear()
