"""pods/proxy, services/proxy and nodes/proxy: HTTP through the API server.

Source: pkg/registry/core/{pod,service,node}/rest; apimachinery, pkg/util/proxy.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from urllib.parse import quote, urlencode

from tutor.simulator.api import listing
from tutor.simulator.api.call import Call
from tutor.simulator.api.http import Response, plain_text
from tutor.simulator.api.negotiation import Accepted
from tutor.simulator.api.subresources.links import rewritten, through
from tutor.simulator.api.views import Presenter
from tutor.simulator.errors import ApiError, bad_request
from tutor.simulator.images.traffic import HTTP, HTTPS, ConnectionFailed, Request
from tutor.simulator.images.traffic import Response as Answer
from tutor.simulator.store import Obj

HANDLES = ("proxy",)
_KUBELET_PATHS = ("configz", "containerLogs", "debug", "exec", "logs", "metrics", "run", "runningpods", "stats")
"""What else a kubelet serves."""
_NOT_FORWARDED = ("authorization", "host", "connection", "upgrade", "content-length", "accept-encoding")
_WHY = {"refused": "connect: connection refused", "timeout": "i/o timeout", "unreachable": "connect: no route to host"}


def handle(call: Call) -> Response:
    """Any method."""
    if not call.route.rest and not call.request.path.endswith("/") and call.request.method in ("GET", "HEAD"):
        return Response(301, b"", "text/html; charset=utf-8", [("Location", _own_path(call))])
    scheme, name, port = _parts(call.route.name)
    if call.resource.plural == "nodes":
        return _from_kubelet(call, listing.get_object(call.store, replace(call.route, name=name)))
    if call.resource.plural == "services" and call.store.get("services", call.route.namespace, name) is None:
        raise _no_endpoints(name)
    obj = listing.get_object(call.store, replace(call.route, name=name))
    send = _to_pod if call.resource.plural == "pods" else _to_service
    try:
        answer = send(call, obj, port)(_request(call, scheme))
    except ConnectionFailed as error:
        why = f"dial tcp {error.address}: {_WHY.get(error.kind, error.kind)}"
        raise ApiError(503, "ServiceUnavailable", f"error trying to reach service: {why}") from None
    return _passed_on(call, answer)


def _passed_on(call: Call, answer: Answer) -> Response:
    """The answer as it goes to the client: links in it lead through the proxy."""
    path, rest, host = (
        quote(call.request.path, "/:@"),
        quote(call.route.rest, "/:@"),
        call.request.headers.get("host", ""),
    )
    prefix = path.rstrip("/").removesuffix(rest.rstrip("/")).rstrip("/")
    headers = {key.lower(): value for key, value in answer.headers.items()}
    kept = [
        (key, through(value, prefix, host) if key.lower() == "location" else value)
        for key, value in answer.headers.items()
        if key.lower() not in ("content-type", "content-length")
    ]
    kind = headers.get("content-type", "text/plain; charset=utf-8")
    is_page = kind.startswith("text/html") and "location" not in headers
    return Response(answer.status, rewritten(answer.body, prefix, host) if is_page else answer.body, kind, kept)


def _from_kubelet(call: Call, node: Obj) -> Response:
    """What the kubelet of a node answers on its own port (pkg/kubelet/server/server.go), as far as it is simulated."""
    path = call.route.rest.strip("/")
    if path == "healthz":
        return Response(200, b"ok", "text/plain; charset=utf-8")
    if path == "pods":
        name = node["metadata"]["name"]
        pods = [pod for pod in call.store.list_sorted("pods", None) if pod["spec"].get("nodeName") == name]
        kind = call.api.cluster.scheme.lookup("", "v1", "pods")
        assert kind is not None  # it is built in
        shown = Presenter(kind, Accepted(), call.api.cluster.clock.now, call.api.offset)
        return Response(
            200, {"kind": "PodList", "apiVersion": "v1", "metadata": {}, "items": [shown.whole(pod) for pod in pods]}
        )
    if path.partition("/")[0] in _KUBELET_PATHS:
        raise ApiError(501, "NotImplemented", f"nodes/proxy/{path} is not simulated: try a kind cluster", {})
    return plain_text(404, "404 page not found\n")


def _own_path(call: Call) -> str:
    query = urlencode(call.request.query, doseq=True)
    return f"{quote(call.request.path)}/{'?' + query if query else ''}"


def _parts(text: str) -> tuple[str, str, str]:
    """Scheme, name and port of "name", "name:port" or "scheme:name:port" (apimachinery, pkg/util/net SplitSchemeNamePort)."""
    parts = text.split(":")
    if len(parts) == 1:
        return HTTP, text, ""
    if len(parts) == 2 and parts[0]:
        return HTTP, parts[0], parts[1]
    if len(parts) == 3 and parts[0] in ("", HTTP, HTTPS) and parts[1]:
        return parts[0] or HTTP, parts[1], parts[2]
    raise bad_request(f'invalid proxy request "{text}"')


def _request(call: Call, scheme: str) -> Request:
    request = call.request
    query = urlencode(request.query, doseq=True)
    path = f"/{quote(call.route.rest)}{'/' if call.route.rest and request.path.endswith('/') else ''}"
    headers = {key.title(): value for key, value in request.headers.items() if key not in _NOT_FORWARDED}
    return Request(request.method, f"{path}?{query}" if query else path, headers, request.body, scheme)


def _to_pod(call: Call, pod: Obj, port: str) -> Callable[[Request], Answer]:
    """Without a port, the first that the pod declares."""
    address = (pod.get("status") or {}).get("podIP")
    if not address:
        raise bad_request(f'address not allowed: pod "{pod["metadata"]["name"]}" has no address yet')
    declared = [item for container in pod["spec"]["containers"] for item in container.get("ports") or ()]
    number = int(port) if port.isdigit() else _declared(declared, port)
    network = call.api.cluster.runtime.network
    return lambda request: network.direct(address, number, request)


def _declared(ports: list[Obj], name: str) -> int:
    for item in ports:
        if not name or item.get("name") == name:
            return int(item["containerPort"])
    return 80


def _to_service(call: Call, service: Obj, port: str) -> Callable[[Request], Answer]:
    """A Service's port is meant by its number or its name; without either, the port that has no name."""
    namespace, name = call.route.namespace, service["metadata"]["name"]
    ports = service["spec"].get("ports") or ()
    found = [item for item in ports if port in (str(item["port"]), item.get("name") or "")]
    if not found:
        raise (
            _unavailable(f'no service port {port} found for service "{name}"')
            if port.isdigit()
            else _no_endpoints(name)
        )
    network = call.api.cluster.runtime.network
    number = found[0]["port"]

    def send(request: Request) -> Answer:
        try:
            return network.to_service(namespace, name, number, request)
        except ConnectionFailed as error:
            if error.address == f"{name}:{number}":
                raise _no_endpoints(name) from None
            raise

    return send


def _no_endpoints(service: str) -> ApiError:
    return _unavailable(f'no endpoints available for service "{service}"')


def _unavailable(why: str) -> ApiError:
    return ApiError(503, "ServiceUnavailable", why)
