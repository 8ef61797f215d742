"""Finding what a URL means in the cluster, and asking it through the API server's proxy.

The practice shell stands outside the cluster and opens no connections of its own, except to the ports it forwards
itself. The API server passes requests on to Services and Pods
(https://kubernetes.io/docs/tasks/access-application-cluster/access-cluster-services/); names and addresses are looked
up in its objects, as the cluster's DNS and kube-proxy do.
"""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

if TYPE_CHECKING:
    import urllib3

    from tutor.kubectl.connection import Connection
    from tutor.shell.commands.kubectl import ClusterAccess

LOOKUP_TIMEOUT = 5.0
"""Seconds a question to the API server may take."""
_LOCAL = ("localhost", "127.0.0.1", "::1", "0.0.0.0")
_SUFFIXES = (".svc.cluster.local", ".cluster.local", ".svc")
_REFUSED = ("no endpoints available", "no service port", "error trying to reach service")

Object = dict[str, Any]


class Unresolved(Exception):
    """Nothing in the cluster has that name. `tip` explains."""

    def __init__(self, host: str, tip: str = "") -> None:
        super().__init__(host)
        self.tip = tip


class Refused(Exception):
    """Nothing answers there. `tip` explains."""

    def __init__(self, tip: str = "") -> None:
        super().__init__(tip)
        self.tip = tip


class NotOffered(Exception):
    """The request cannot be made from here; the message says why."""


@dataclass(frozen=True)
class Url:
    """A URL's parts; `path` starts with a slash and carries the query."""

    scheme: str
    host: str
    port: int
    path: str

    @classmethod
    def of(cls, text: str) -> Url:
        """Reads `host`, `host:port/path` or a whole URL. ValueError when it is none, or of another scheme than HTTP."""
        parts = urlsplit(text if "://" in text else f"http://{text}")
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(text)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._") + (
            f"?{quote(parts.query, safe='=&%+/:?,;@')}" if parts.query else ""
        )
        return cls(parts.scheme, parts.hostname, port, path)


@dataclass(frozen=True)
class Target:
    """A Service's or Pod's port, as the proxy names it."""

    kind: str
    namespace: str
    name: str
    port: int

    def path(self, url: Url) -> str:
        """The API server's path for a request to it."""
        return f"/api/v1/namespaces/{self.namespace}/{self.kind}/{url.scheme}:{self.name}:{self.port}/proxy{url.path}"


@dataclass(frozen=True)
class Local:
    """A port of this computer that the shell's own `kubectl port-forward` or `kubectl proxy` listens on."""

    port: int

    def open(self, url: Url, method: str, headers: dict[str, str], body: bytes | None, timeout: float) -> Reply:
        """Make the request."""
        import urllib3

        pool = urllib3.HTTPConnectionPool("localhost", self.port, timeout=timeout, retries=False)
        headers = {"Host": f"{url.host}:{url.port}", "Connection": "close", **headers}
        return Reply(pool.urlopen(method, url.path, body, headers, redirect=False, preload_content=False))


class Reach:
    """One command's way into the cluster."""

    def __init__(self, access: ClusterAccess) -> None:
        from tutor.kubectl.kubeconfig import Overrides

        config = access.config
        self._ports = access.ports
        self._namespace = config.namespace()
        self._connection: Connection = config.connection(config.endpoint(Overrides()))

    def find(self, url: Url) -> Target | Local:
        """What a URL's host and port mean. Raises Unresolved and Refused."""
        if url.host in _LOCAL:
            if url.port in self._ports.open:
                return Local(url.port)
            raise Refused(
                f"Nothing listens on port {url.port} of the practice shell. Use a Service's name: curl http://SERVICE:PORT, or "
                f"forward the port first: kubectl port-forward service/SERVICE {url.port}:PORT &"
            )
        if _is_address(url.host):
            return self._by_address(url)
        return self._by_name(url)

    def open(
        self, target: Target | Local, url: Url, method: str, headers: dict[str, str], body: bytes | None, timeout: float
    ) -> Reply:
        """Make the request. Raises Refused when the API server reached nothing, NotOffered when it does not pass requests on."""
        if isinstance(target, Local):
            return target.open(url, method, headers, body, timeout)
        reply = self._connection.open(method, target.path(url), headers, body, timeout, stream=True)
        if reply.status < 400:
            return Reply(reply)
        answer = Reply(reply, reply.read(MAX_ERROR, decode_content=True))
        _raise_for_proxy(answer)
        return answer

    def _by_name(self, url: Url) -> Target:
        name = url.host.rstrip(".").lower()
        name = next((name.removesuffix(suffix) for suffix in _SUFFIXES if name.endswith(suffix)), name)
        parts = name.split(".")
        if len(parts) == 3 and self._get(f"/api/v1/namespaces/{parts[2]}/pods/{parts[0]}"):
            return Target("pods", parts[2], parts[0], url.port)
        namespace = parts[1] if len(parts) > 1 else self._namespace
        service = self._get(f"/api/v1/namespaces/{namespace}/services/{parts[0]}") if len(parts) <= 2 else None
        if service is None:
            raise Unresolved(url.host, self._why_unknown(parts))
        return _service_target(service, url.port)

    def _why_unknown(self, parts: list[str]) -> str:
        if len(parts) > 2 or (len(parts) == 2 and not self._get(f"/api/v1/namespaces/{parts[1]}")):
            return "The practice shell reaches the Services and Pods of the cluster, not the internet."
        elsewhere = [
            item["metadata"]["namespace"] for item in self._items("services") if item["metadata"]["name"] == parts[0]
        ]
        if elsewhere:
            return f"A Service of that name is in the namespace {elsewhere[0]}: {parts[0]}.{elsewhere[0]}"
        return "There is no Service of that name: kubectl get services"

    def _by_address(self, url: Url) -> Target:
        for service in self._items("services"):
            if url.host in (service["spec"].get("clusterIPs") or [service["spec"].get("clusterIP")]):
                return _service_target(service, url.port)
        for pod in self._items("pods"):
            if pod.get("status", {}).get("podIP") == url.host and not pod["spec"].get("hostNetwork"):
                return Target("pods", pod["metadata"]["namespace"], pod["metadata"]["name"], url.port)
        if any(url.host == address for node in self._items("nodes") for address in _addresses(node)):
            return self._by_node_port(url.port)
        raise Refused("No Service, Pod or node of the cluster has that address: kubectl get services,pods -A -o wide")

    def _by_node_port(self, number: int) -> Target:
        for service in self._items("services"):
            for port in service["spec"].get("ports") or []:
                if port.get("nodePort") == number:
                    return _service_target(service, int(port["port"]))
        raise Refused(f"No Service opens the port {number} on the nodes: kubectl get services -A")

    def _items(self, plural: str) -> list[Object]:
        return list((self._get(f"/api/v1/{plural}") or {}).get("items") or [])

    def _get(self, path: str) -> Object | None:
        """An object, None when there is none (or the learner may not see it)."""
        reply = self._connection.open("GET", path, {"Accept": "application/json"}, None, LOOKUP_TIMEOUT, stream=False)
        if reply.status >= 400:
            return None
        found: Object = json.loads(reply.data)
        return found


MAX_ERROR = 1024 * 1024
"""Bytes of an error's body that are read to see whose error it is."""


class Reply:
    """An answer, read piece by piece."""

    def __init__(self, reply: urllib3.BaseHTTPResponse, read: bytes | None = None) -> None:
        self._reply = reply
        self.start = read or b""
        """What has been read of the body."""
        self.status = reply.status

    @property
    def head(self) -> str:
        """The status line and the headers, as they were sent."""
        fields = "".join(f"{name}: {value}\r\n" for name, value in self._reply.headers.items())
        return f"{self.status_line}\r\n{fields}\r\n"

    @property
    def status_line(self) -> str:
        """For example `HTTP/1.1 200 OK`."""
        from http import HTTPStatus

        known = {status.value: status.phrase for status in HTTPStatus}
        return f"HTTP/1.1 {self.status} {self._reply.reason or known.get(self.status, '')}".rstrip()

    def body(self) -> Iterator[bytes]:
        """The body's pieces as they arrive."""
        if self.start:
            yield self.start
        yield from self._reply.stream(16_384, decode_content=True)

    def close(self) -> None:
        """Hang up."""
        self._reply.close()


def _raise_for_proxy(answer: Reply) -> None:
    """Tell the API server's own failures from answers of the program behind it."""
    try:
        status = json.loads(answer.start)
    except ValueError:
        return
    if not isinstance(status, dict) or status.get("kind") != "Status" or status.get("apiVersion") != "v1":
        return
    message = str(status.get("message", ""))
    if message.startswith(_REFUSED):
        raise Refused(f"The API server says: {message}")
    raise NotOffered(f"the API server does not pass the request on: {message}")


def _service_target(service: Object, port: int) -> Target:
    metadata, ports = service["metadata"], service["spec"].get("ports") or []
    if not any(entry.get("port") == port for entry in ports):
        known = ", ".join(str(entry.get("port")) for entry in ports) or "none"
        raise Refused(f"The Service {metadata['name']} does not listen on port {port}; its ports: {known}")
    return Target("services", metadata["namespace"], metadata["name"], port)


def _addresses(node: Object) -> list[str]:
    return [entry.get("address", "") for entry in node.get("status", {}).get("addresses") or []]


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
