"""What a probe asks over the network, and what an answer means (pkg/probe/http, pkg/probe/tcp and pkg/probe/grpc).

When probes are due and what their findings do to a container is in `probing`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple
from urllib.parse import urljoin, urlsplit

from tutor.simulator.images.traffic import GRPC, TCP, ConnectionFailed, Request, Response
from tutor.simulator.kubelet.look import Look

MOST_REDIRECTIONS = 10
REDIRECTIONS = (301, 302, 303, 307, 308)


class Finding(NamedTuple):
    """What a probe found. `output` is for the event. With an error nothing was found out, and nothing counts."""

    success: bool
    output: str = ""
    error: bool = False
    warning: bool = False
    """With success: the event still tells of something odd."""


def port_number(port: int | str, container: Mapping[str, Any]) -> int:
    """A port by number or by the name the container gives it; 0 for a name it does not give."""
    if isinstance(port, int) or str(port).isdigit():
        return int(port)
    return next((int(p["containerPort"]) for p in container.get("ports") or () if p.get("name") == port), 0)


def ask_server(look: Look, container: Mapping[str, Any], spec: Mapping[str, Any]) -> Finding:
    """Run a probe that is not a command."""
    timeout = float(spec.get("timeoutSeconds", 1))
    action = spec.get("httpGet") or spec.get("tcpSocket")
    if action and not port_number(action["port"], container):
        return Finding(False, f'port "{action["port"]}" not found', error=True)  # pkg/probe/util.go, findPortByName
    if spec.get("httpGet"):
        return _http(look, container, spec["httpGet"], timeout)
    if spec.get("tcpSocket"):
        return _tcp(look, container, spec["tcpSocket"])
    if spec.get("grpc"):
        return _grpc(look, container, spec["grpc"], timeout)
    return Finding(True)


def _http(look: Look, container: Mapping[str, Any], action: Mapping[str, Any], timeout: float) -> Finding:
    host = action.get("host") or look.record.ip
    port = port_number(action["port"], container)
    scheme = str(action.get("scheme") or "HTTP").lower()
    path = action.get("path") or "/"
    headers = {header["name"]: header["value"] for header in action.get("httpHeaders") or ()}
    headers.setdefault("User-Agent", "kube-probe/1.37")
    url = f"{scheme}://{host}:{port}{path if path.startswith('/') else '/' + path}"
    headers["X-From"] = look.node_ip
    late = f'Get "{url}": context deadline exceeded (Client.Timeout exceeded while awaiting headers)'
    try:
        response = _followed(look, url, headers)
        if response is None:
            return Finding(False, f'Get "{url}": stopped after {MOST_REDIRECTIONS} redirects')
    except ConnectionFailed as error:
        if error.kind == "timeout":
            return Finding(False, late)
        if error.kind == "protocol":
            return Finding(False, f'Get "{url}": http: server gave HTTP response to HTTPS client')
        return Finding(False, f'Get "{url}": {_not_reached(error, host, port)}')
    if response.seconds > timeout:
        return Finding(False, late)
    if 300 <= response.status < 400:
        return Finding(True, f"Probe terminated redirects, Response body: {response.text}", warning=True)
    if 200 <= response.status < 300:
        return Finding(True)
    return Finding(False, f"HTTP probe failed with statuscode: {response.status}")


def _followed(look: Look, url: str, headers: Mapping[str, str]) -> Response | None:
    """Ask, and go where the answer leads as long as that is the same host (pkg/probe/http/http.go, RedirectChecker); None when
    that has no end. Raises ConnectionFailed."""
    start = urlsplit(url)
    at, seconds = start, 0.0
    for _ in range(MOST_REDIRECTIONS):
        path = at.path + (f"?{at.query}" if at.query else "")
        port = at.port or (443 if at.scheme == "https" else 80)
        response = _direct(look, at.hostname or "", port, Request("GET", path or "/", headers, protocol=at.scheme))
        seconds += response.seconds
        location = next((value for name, value in response.headers.items() if name.lower() == "location"), "")
        target = urlsplit(urljoin(at.geturl(), location))
        if response.status not in REDIRECTIONS or not location or target.hostname != start.hostname:
            return replace(response, seconds=seconds)
        at = target
    return None


def _tcp(look: Look, container: Mapping[str, Any], action: Mapping[str, Any]) -> Finding:
    host = action.get("host") or look.record.ip
    port = port_number(action["port"], container)
    try:
        _direct(look, host, port, Request(protocol=TCP))
    except ConnectionFailed as error:
        return Finding(False, _not_reached(error, host, port))
    return Finding(True)


def _direct(look: Look, host: str, port: int, request: Request) -> Response:
    """Ask from the node, which knows none of the cluster's names, and where nobody listens. Raises ConnectionFailed."""
    if host == "localhost" or host.startswith("127."):
        raise ConnectionFailed("refused")
    if not host.replace(".", "").isdigit():
        raise ConnectionFailed("no-host")
    return look.services.world.direct(host, port, request)


def _not_reached(error: ConnectionFailed, host: str, port: int) -> str:
    """Why there is no connection, in the words of Go's net package."""
    if error.kind == "no-host":
        return f"dial tcp: lookup {host}: no such host"
    return f"dial tcp {host}:{port}: {'i/o timeout' if error.kind == 'timeout' else 'connect: connection refused'}"


def _grpc(look: Look, container: Mapping[str, Any], action: Mapping[str, Any], timeout: float) -> Finding:
    host, port = look.record.ip, port_number(action["port"], container)
    try:
        response = look.services.world.direct(
            host, port, Request("POST", "/grpc.health.v1.Health/Check", protocol=GRPC)
        )
    except ConnectionFailed:
        text = f'timeout: failed to connect service "{host}:{port}" within {int(timeout)}s: context deadline exceeded'
        return Finding(False, text)
    return Finding(response.status == 200, 'service unhealthy (responded with "NOT_SERVING")')
