"""pods/portforward: connections to the ports of a pod, over a websocket (pkg/registry/core/pod/rest/subresources.go)."""

from __future__ import annotations

from tutor.simulator.api import listing
from tutor.simulator.api.call import Call
from tutor.simulator.api.containers import check_dialing
from tutor.simulator.api.forwarding import CHANNELS, PROTOCOLS, Forward
from tutor.simulator.api.http import Response
from tutor.simulator.api.tunnels import Connect
from tutor.simulator.errors import bad_request
from tutor.simulator.images.traffic import Request as Sent
from tutor.simulator.images.traffic import Response as Answer

HANDLES = ("portforward",)


def handle(call: Call) -> Response:
    """GET or POST with an upgrade."""
    request, route = call.request, call.route
    pod = listing.get_object(call.store, route)
    if not pod["spec"].get("nodeName"):
        raise bad_request(f"pod {route.name} does not have a host assigned")
    if request.headers.get("upgrade"):
        check_dialing(call, pod)
    if "websocket" not in request.headers.get("upgrade", "").lower():
        raise bad_request(
            "Upgrade request required: port-forwarding needs websockets, as kubectl 1.31 and later use them"
        )
    offered = [item.strip() for item in request.headers.get("sec-websocket-protocol", "").split(",")]
    if not set(offered) & set(PROTOCOLS):
        raise bad_request(f"unable to negotiate protocol: client supports {offered}, server accepts {list(PROTOCOLS)}")
    ports = tuple(_port(text) for item in request.query.get("ports") or () for text in item.split(","))
    if CHANNELS in offered and not ports:
        raise bad_request('query parameter "ports" is required')
    return Response(101, None, upgrade=Forward(route.name, ports, _connect(call)))


def _port(text: str) -> int:
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise bad_request(f'query parameter "ports" must be valid port numbers, not "{text}"')
    return int(text)


def _connect(call: Call) -> Connect:
    cluster, route = call.api.cluster, call.route

    def connect(port: int, request: Sent) -> Answer:
        with cluster.lock:
            return cluster.runtime.request(route.namespace, route.name, port, request)

    return connect
